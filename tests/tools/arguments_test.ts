/**
 * The command lines of all tasks: a value that is missing, blank or wrong is
 * told with the option, what is wrong and what it may be.
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  helpText as benchHelp,
  readOptions as readBenchOptions,
} from "../../bench/options.ts";
import {
  HELP as PROFILE_HELP,
  readProfileOptions,
} from "../../bench/profile_options.ts";
import {
  HELP as CHAT_HELP,
  readOptions as readChatOptions,
} from "../../client/terminal/command_line.ts";
import { HELP as FUZZ_HELP, readFuzzOptions } from "../../fuzz/fuzz_options.ts";
import { helpText, readConfig } from "../../server/config/load.ts";
import { HELP as SOAK_HELP, readSoakOptions } from "../../soak/soak_options.ts";
import {
  HELP as STALLED_HELP,
  readStalledOptions,
} from "../../soak/stalled_options.ts";
import { readArguments } from "../../tools/arguments.ts";
import { HELP as LAB_HELP, readLabOptions } from "../../tools/lab_options.ts";
import {
  HELP as TOKEN_HELP,
  readTokenOptions,
} from "../../tools/token_options.ts";

/** A task's command line. */
interface CommandLine {
  readonly help: string;
  /** @throws {Error} In words for people. */
  readonly read: (args: readonly string[]) => unknown;
  /** By flag: values that it refuses. Other flags take any words. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
}

const NO_NUMBERS = ["x", "-1", "1.5", "1e9", "99999999999"];
const SECRET = "x".repeat(32);

/** Flags that take whole numbers. */
function numbers(...flags: string[]): Record<string, readonly string[]> {
  return Object.fromEntries(flags.map((flag) => [flag, NO_NUMBERS]));
}

const COMMANDS: Readonly<Record<string, CommandLine>> = {
  start: {
    help: helpText(),
    read: (args) => readConfig(args, () => undefined),
    // tests/server/config/config_test.ts has the other ones.
    wrong: {
      ...numbers("port", "history", "rate", "grace", "max-connections"),
      host: ["http://localhost", "a b"],
      "trust-proxy": ["maybe"],
      "log-level": ["loud"],
    },
  },
  chat: {
    help: CHAT_HELP,
    read: (args) => readChatOptions(["ws://localhost/ws", ...args]),
    wrong: {
      ...numbers("history"),
      name: ["Server", "x".repeat(200)],
      room: ["no room", "x".repeat(200)],
    },
  },
  token: {
    help: TOKEN_HELP,
    read: (args) => readTokenOptions(["--auth-secret", SECRET, ...args]),
    wrong: {
      name: ["Server"],
      user: ["hubbub-operator"],
      rooms: [",", "a b"],
      rights: [",", "rule"],
      for: ["1", "7D", "0d", "-1d", "99999999d"],
      "auth-secret": ["short"],
    },
  },
  backup: {
    help: "",
    read: (args) => readArguments(args, { others: 2 }),
    wrong: {},
  },
  lab: {
    help: LAB_HELP,
    read: (args) => readLabOptions(["script.lab", ...args]),
    wrong: {
      set: ["name", "=x", "a b=x"],
      header: ["Cookie", "a b: c", "a: b\nc: d"],
    },
  },
  soak: {
    help: SOAK_HELP,
    read: (args) => readSoakOptions(args, () => 0),
    wrong: {
      ...numbers("seed", "clients", "rooms", "nodes", "faults", "seconds"),
      ...numbers("deliveries", "rate"),
      store: ["sqlite:x.db", "memory"],
    },
  },
  "soak:stalled": {
    help: STALLED_HELP,
    read: readStalledOptions,
    wrong: numbers("members", "megabytes", "characters", "repeat", "target"),
  },
  fuzz: {
    help: FUZZ_HELP,
    read: (args) => readFuzzOptions(["--cost", ...args], () => 0),
    wrong: {
      ...numbers("seed", "count", "seconds"),
      transport: ["tcp"],
    },
  },
  bench: {
    help: benchHelp([]),
    read: readBenchOptions,
    wrong: {
      ...numbers("rounds", "patience"),
      only: [","],
      peers: [",", "nobody"],
    },
  },
  profile: {
    help: PROFILE_HELP,
    read: readProfileOptions,
    wrong: {
      ...numbers("rooms", "readers", "publishers", "in-flight", "seconds"),
      ...numbers("top"),
    },
  },
};

for (const [name, { help, read, wrong }] of Object.entries(COMMANDS)) {
  const says = (...args: string[]) => {
    const { message } = assertThrows(() => read(args), Error);
    assert(!message.includes("\n"), message);
    return message;
  };
  const flags = Array.from(
    help.matchAll(/^ +--([a-z-]+) [A-Z]/gm),
    ([, flag = ""]) => flag,
  );

  Deno.test(`deno task ${name} refuses blanks by the option's name`, () => {
    assertEquals(read(["--help"]), "help");
    for (const flag of flags) {
      const empty = `--${flag} is empty. Give it a value, or leave it out`;
      for (const blank of ["", " ", "\t"]) {
        assertEquals(says(`--${flag}`, blank), empty);
        // Without a value some settings of the server mean yes.
        if (blank === "" && ["trust-proxy", "lessons"].includes(flag)) continue;
        assertEquals(says(`--${flag}=${blank}`), empty);
      }
    }
    const argument = "An argument is empty. Check for a shell variable that " +
      "is not set";
    for (const args of [[""], [" "], ["--help", ""]]) {
      assertEquals(says(...args), argument);
    }
  });

  Deno.test(`deno task ${name} names the option with a wrong value, and its range`, () => {
    for (const [flag, values] of Object.entries(wrong)) {
      assert(flags.includes(flag), `${flag} is not in the help`);
      for (const value of values) {
        for (const args of [[`--${flag}`, value], [`--${flag}=${value}`]]) {
          assertMatch(
            says(...args),
            RegExp(
              `^--${flag} (must |"[^"]*" is not valid: .*\\. )|` +
                `If it is the value of --${flag}, write --${flag}=VALUE$`,
            ),
            args.join(" "),
          );
        }
      }
    }
  });

  Deno.test(`deno task ${name} refuses an option that there is not`, () => {
    for (const arg of ["--nonsense", "--nonsense=x", "-x"]) {
      assertMatch(says(arg), /^Unknown (setting|option) "-/);
    }
  });
}
