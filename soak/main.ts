/** The soak as a program: reads what to do, does it, and tells what came of it. */

import { parseArgs } from "@std/cli/parse-args";
import { fileURLToPath } from "node:url";
import { reportInWords } from "./figures.ts";
import { hasRedis } from "./servers/redis_process.ts";
import { Soak, type SoakOptions } from "./soak.ts";

const HELP = `The truth checker: breaks real servers and their clients in every
way it knows, and compares what every reader got with what was acked.

Usage: deno task soak [settings]

  --seed N         of the fault script and the traffic (default: a random one)
  --clients N      of all dialects together (default 30)
  --rooms N        they are spread over (default 3)
  --nodes N        servers, a fleet behind a balancer (default 1)
  --store NAME     sqlite, for a single server, or redis: redis-server must be
                   installed (default sqlite)
  --faults N       of each kind; a quarter of that of kinds that hit a whole
                   fleet (default 10)
  --seconds N      over which the faults are spread (default 60)
  --deliveries N   to go on until, though not for ever (default 0)
  --rate N         messages a second, of all clients together (default 100)
  --json           print the figures as JSON
  --help           this text

It exits 0 when everything held, 1 when anything was violated, 2 on wrong usage.`;

const NUMBERS = {
  seed: { least: 0, most: 2 ** 31, fallback: undefined },
  clients: { least: 5, most: 1_000, fallback: 30 },
  rooms: { least: 1, most: 100, fallback: 3 },
  nodes: { least: 1, most: 20, fallback: 1 },
  faults: { least: 0, most: 10_000, fallback: 10 },
  seconds: { least: 1, most: 86_400, fallback: 60 },
  deliveries: { least: 0, most: 1_000_000_000, fallback: 0 },
  rate: { least: 1, most: 10_000, fallback: 100 },
} as const;

const SCRATCH = fileURLToPath(new URL("../.tmp", import.meta.url));

/** Ends with a line that says what is wrong. */
function refuse(message: string): never {
  console.error(`soak: ${message}. --help lists the settings`);
  Deno.exit(2);
}

async function readOptions(): Promise<
  { options: SoakOptions; json: boolean }
> {
  const names = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[];
  const flags = parseArgs(Deno.args, {
    string: [...names, "store"],
    boolean: ["json", "help"],
    unknown: (arg) => refuse(`Unknown setting "${arg}"`),
  });
  if (flags["help"] === true) {
    console.log(HELP);
    Deno.exit(0);
  }
  const number = (name: keyof typeof NUMBERS): number => {
    const { least, most, fallback } = NUMBERS[name];
    const words = flags[name];
    if (words === undefined) {
      return fallback ?? Math.floor(Math.random() * most);
    }
    const value = Number(words);
    if (/^\d+$/.test(String(words)) && value >= least && value <= most) {
      return value;
    }
    refuse(`--${name} must be a whole number from ${least} to ${most}`);
  };
  const values = Object.fromEntries(
    names.map((name) => [name, number(name)]),
  ) as Record<keyof typeof NUMBERS, number>;
  const store = flags["store"] ?? "sqlite";
  if (store !== "sqlite" && store !== "redis") {
    refuse(`--store must be sqlite or redis`);
  }
  if (store === "sqlite" && values.nodes > 1) {
    refuse("--nodes needs --store redis: nodes share no file");
  }
  if (store === "redis" && !await hasRedis()) {
    refuse(
      "--store redis needs redis-server, which is not on this machine: " +
        "install it (Debian: apt install redis-server)",
    );
  }
  return {
    json: flags["json"] === true,
    options: {
      ...values,
      store,
      folder: SCRATCH,
      progress: (line) => console.error(line),
    },
  };
}

const { options, json } = await readOptions();
console.error(`soak: seed ${options.seed}`);
const soak = new Soak(options);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    soak.abandon().finally(() => Deno.exit(1));
  });
}
const report = await soak.run();
console.log(json ? JSON.stringify(report, null, 2) : reportInWords(report));
Deno.exit(report.passed ? 0 : 1);
