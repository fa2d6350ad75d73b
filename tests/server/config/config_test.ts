import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { flagOf, helpText, readConfig } from "../../../server/config/load.ts";
import { ConfigError } from "../../../server/config/parsers.ts";
import { type Config, SETTINGS } from "../../../server/config/schema.ts";
import { withoutPassword } from "../../../server/store/addresses.ts";

function read(args: string[], env: Record<string, string> = {}): Config {
  const config = readConfig(args, (name) => env[name]);
  assert(config !== "help");
  return config;
}

Deno.test("readConfig() has a default for everything", () => {
  assertEquals(read([]), {
    host: "127.0.0.1",
    port: 8000,
    store: "sqlite:./data/hubbub.db",
    history: 50,
    retainMessages: 10_000,
    retainDays: 0,
    maxText: 4096,
    rate: 10,
    byteRate: 65_536,
    requestRate: 20,
    joinRate: 300,
    roomRate: 20,
    maxStoredRooms: 100_000,
    renameRate: 30,
    connectRate: 50,
    httpRate: 100,
    maxMemory: 0,
    maxFrame: 1_048_576,
    maxConnections: 10_000,
    maxPerAddress: 500,
    maxRooms: 10_000,
    maxRoomsPerSession: 100,
    helloTimeout: 10,
    idleTimeout: 30,
    slowTimeout: 30,
    grace: 15,
    authSecret: "",
    authKeys: "",
    authAudience: "",
    authIssuer: "",
    guests: "none",
    origins: [],
    publicHost: [],
    base: "",
    trustProxy: false,
    cert: "",
    key: "",
    lessons: "auto",
    transport: "ws",
    logLevel: "info",
  });
});

for (
  const args of [
    ["--store", "redis://ada:hunter2@host/x"],
    ["--store", "redis://ada:hun/ter2@host"],
    ["--store", "redis://ada:hun@ter2@host"],
    ["--store", "redis://hunter2@host/x"],
    ["--store", "reddis://ada:hunter2@host"],
    ["--store", "ada:hunter2@host"],
    ["--stroe=redis://ada:hunter2@host"],
    ["redis://ada:hunter2@host"],
    ["--auth-secret", "hunter2"],
  ]
) {
  Deno.test(`readConfig() repeats no secret of ${args.join(" ")}`, () => {
    const { message } = assertThrows(() => read(args), ConfigError);
    assert(!/hun|ter2/.test(message), message);
  });
}

for (
  const [address, shown] of [
    ["redis://user:secret@host:1/2", "redis://user:…@host:1/2"],
    ["redis://:secret@host", "redis://:…@host"],
    [
      "rediss-sentinel://user:a:b@a:1,b:2/n",
      "rediss-sentinel://user:…@a:1,b:2/n",
    ],
    ["redis://host:1", "redis://host:1"],
    ["sqlite:./data/hubbub.db", "sqlite:./data/hubbub.db"],
    ["memory:", "memory:"],
  ] as const
) {
  Deno.test(`withoutPassword() of ${address} is ${shown}`, () => {
    assertEquals(withoutPassword(address), shown);
  });
}

Deno.test("readConfig() takes flags with a space or an equals sign", () => {
  const config = read(["--port", "9000", "--store=memory:", "--rate", "0"]);
  assertEquals([config.port, config.store, config.rate], [
    9000,
    "memory:",
    0,
  ]);
});

for (
  const address of [
    "memory:",
    "sqlite:./rooms.db",
    "redis://localhost",
    "redis://:secret@10.0.0.1:6380/2",
    "rediss://user:secret@redis.example:6379/",
    "redis-sentinel://10.0.0.1:26379,[::1]:26379/chat",
    "rediss-sentinel://user:secret@sentinel.example/chat/2",
    "kv:",
    "kv:./rooms.kv",
  ]
) {
  Deno.test(`readConfig() takes the store ${address}`, () => {
    assertEquals(read(["--store", address]).store, address);
  });
}

Deno.test("readConfig() takes a flag over the environment, that over the default", () => {
  const env = { PORT: "1", HUBBUB_RETAIN_DAYS: "7", HOST: "::1" };
  const config = read(["--port", "2"], env);
  assertEquals([config.port, config.retainDays, config.host, config.history], [
    2,
    7,
    "::1",
    50,
  ]);
});

Deno.test("readConfig() has other defaults on Deno Deploy, where all else is as elsewhere", () => {
  const deploy = { DENO_DEPLOYMENT_ID: "x" };
  const config = read([], deploy);
  assertEquals([config.host, config.store, config.port], ["0.0.0.0", "", 8000]);
  assertEquals(config.transport, "native");
  assertEquals(
    read([], { ...deploy, HUBBUB_STORE: "kv:", HOST: "::1" }),
    { ...config, store: "kv:", host: "::1" },
  );
  assertThrows(
    () => read([], { ...deploy, HUBBUB_STORE: "sqlite:./rooms.db" }),
    ConfigError,
    "Files do not last on Deno Deploy",
  );
});

for (
  const [flag, variable] of [
    ["--auth-secret", "HUBBUB_AUTH_SECRET"],
    ["--auth-keys", "HUBBUB_AUTH_KEYS"],
    ["--cert", "HUBBUB_CERT"],
    ["--key", "HUBBUB_KEY"],
    ["--origins", "HUBBUB_ORIGINS"],
  ] as const
) {
  Deno.test(`readConfig() does not take an empty ${flag} for none`, () => {
    const words = "is empty. Give it a value, or leave it out";
    assertThrows(() => read([flag]), ConfigError, `${flag} ${words}`);
    assertThrows(() => read([`${flag}=`]), ConfigError, `${flag} ${words}`);
    const env = { [variable]: "" };
    assertThrows(() => read([], env), ConfigError, `${variable} ${words}`);
  });
}

Deno.test("readConfig() reads a list of origins as browsers write them", () => {
  const { origins } = read(["--origins", "HTTPS://A.example/, null"]);
  assertEquals(origins, ["https://a.example", "null"]);
});

Deno.test("readConfig() takes --trust-proxy with and without a value", () => {
  for (
    const [args, trusted] of [
      [["--trust-proxy"], true],
      [["--trust-proxy", "--rate", "1"], true],
      [["--trust-proxy", "yes"], true],
      [["--trust-proxy=no"], false],
    ] as const
  ) assertEquals(read([...args]).trustProxy, trusted, args.join(" "));
  assertEquals(read([], { HUBBUB_TRUST_PROXY: "yes" }).trustProxy, true);
});

Deno.test("readConfig() returns help for --help, beside other flags too", () => {
  assertEquals(readConfig(["--port", "1", "--help"], () => undefined), "help");
});

for (
  const [args, line] of [
    [["--port", "x"], '--port must be a whole number from 0 to 65535, not "x"'],
    [["--port", "65536"], "65535"],
    [["--port=-1"], 'not "-1"'],
    [
      ["--port", "-1"],
      '--port must be a whole number from 0 to 65535, not "-1"',
    ],
    [["--max-memory", "99"], "a whole number from 100 to 1000000, or 0"],
    [["--host", "-x"], 'Unknown setting "-x"'],
    [["--port", "1.5"], "--port"],
    [["--port", "1e3"], "--port"],
    [["--port="], "--port is empty. Give it a value, or leave it out"],
    [["--port"], "--port"],
    [["--host="], "--host is empty. Give it a value, or leave it out"],
    [["--host", "http://localhost"], "without http:// and port"],
    [["--host", "localhost:8000"], "without http:// and port"],
    [["--host", "[::1]:8000"], "without http:// and port"],
    [["--host", "local host"], "without http:// and port"],
    [["--host", "256.1.1.1"], "without http:// and port"],
    [["--origins", ","], "with commas between them"],
    [["--public-host", " , "], "with commas between them"],
    [
      ["  "],
      "An argument is empty. Check for a shell variable that is not set",
    ],
    [["--history", "1001"], "--history"],
    [["--retain-messages", "0"], "--retain-messages"],
    [["--max-text", "0"], "--max-text"],
    [["--idle-timeout", "0"], "--idle-timeout"],
    [["--slow-timeout", "0"], "--slow-timeout"],
    [["--origins", "example.org"], "https://example.org, null or *"],
    [["--guests", "read"], "--guests needs --auth-secret or --auth-keys."],
    [
      ["--auth-secret", "x".repeat(32), "--auth-keys", "data/keys.json"],
      "Choose one",
    ],
    [["--trust-proxy", "maybe"], "--trust-proxy must be yes or no"],
    [["--max-connections", "0"], "--max-connections"],
    [["--hello-timeout", "0"], "--hello-timeout"],
    [["--log-level", "loud"], "debug, info, warn, error"],
    [
      ["--store", "sqlite:"],
      'sqlite:PATH, memory:, redis://HOST:PORT/DB, redis-sentinel://HOST:PORT,…/NAME, kv: or kv:PATH, not "sqlite:"',
    ],
    [["--store", "sqlite://data/x.db"], "as in sqlite:data/hubbub.db"],
    [["--store", "sqlite: data/x.db"], "as in sqlite:data/hubbub.db"],
    [["--store", "sqlite::memory:"], "as in sqlite:data/hubbub.db"],
    [["--store", "mysql://x"], "--store"],
    [["--store", "redis://"], "--store"],
    [["--store", "redis://host/rooms"], "--store"],
    [["--store", "redis://one:1,two:2"], "--store"],
    [["--store", "redis-sentinel://one:1,two:2"], "--store"],
    [["--store", "redis-sentinel://one:1/chat/db"], "--store"],
    [["--ports", "1"], 'Unknown setting "--ports"'],
    [["9000"], 'Unknown setting "9000"'],
    [["-p", "1"], 'Unknown setting "-p"'],
  ] as [string[], string][]
) {
  Deno.test(`readConfig() refuses ${args.join(" ")} in one line`, () => {
    const { message } = assertThrows(() => read(args), ConfigError);
    assert(message.includes(line), message);
    assert(!message.includes("\n"));
  });
}

/** What is said of variables; nothing where they may be. */
function saidOf(variables: Record<string, string>): string {
  const names = ["PATH", "HUBBUB_STORE", ...Object.keys(variables)];
  try {
    readConfig([], (name) => variables[name], names);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

Deno.test("readConfig() refuses variables that are mistyped, with the name that is meant", () => {
  for (
    const [wrong, meant] of [
      ["HUBBUB_AUTH_SECRETS", "HUBBUB_AUTH_SECRET"],
      ["HUBBUB_AUTHSECRET", "HUBBUB_AUTH_SECRET"],
      ["HUBBUB_AUTH_KEY", "HUBBUB_AUTH_KEYS"],
      ["HUBBUB_GUEST", "HUBBUB_GUESTS"],
      ["HUBBUB_ORIGIN", "HUBBUB_ORIGINS"],
      ["HUBBUB_LOGLEVEL", "HUBBUB_LOG_LEVEL"],
      ["HUBBUB_TRUST_PROXIES", "HUBBUB_TRUST_PROXY"],
      ["HUBBUB_HOST", "HOST"],
      ["HUBBUB_PORT", "PORT"],
      ["HUBBUB_PROT", "PORT"],
      ["HUBBUB_port", "PORT"],
      ["HUBBUB_SECRET", "HUBBUB_AUTH_SECRET"],
    ] as const
  ) {
    assertEquals(
      saidOf({ [wrong]: "x" }),
      `Unknown variable ${wrong}. Did you mean ${meant}? --help lists them all`,
    );
  }
  assertEquals(
    saidOf({ HUBBUB_WHATEVER_ELSE_THERE_IS: "x" }),
    "Unknown variable HUBBUB_WHATEVER_ELSE_THERE_IS. --help lists them all",
  );
});

Deno.test("readConfig() refuses a wrong variable also where a flag wins over it", () => {
  for (const words of ["", "abc"]) {
    assertThrows(
      () =>
        readConfig(
          ["--rate", "5"],
          (name) => name === "HUBBUB_RATE" ? words : undefined,
        ),
      ConfigError,
      "HUBBUB_RATE",
    );
  }
});

/** Names with one slip of a finger in them. */
function slips(name: string): string[] {
  return Array.from(name).flatMap((letter, at) => {
    const [before, after] = [name.slice(0, at), name.slice(at + 1)];
    const next = after[0] ?? "";
    return [
      before + after,
      before + letter + letter + after,
      before + (letter === letter.toUpperCase() ? "Q" : "q") + after,
      before + next + letter + after.slice(1),
    ];
  });
}

Deno.test("readConfig() names the variable or flag that is meant, whatever finger slipped", () => {
  const rows = Object.entries(SETTINGS).map(([key, { env }]) =>
    [flagOf(key), env] as const
  );
  const flags = rows.map(([flag]) => flag);
  const variables = rows.map(([, variable]) => variable);
  let count = 0;
  for (const [flag, variable] of rows) {
    for (const wrong of slips(variable.replace("HUBBUB_", ""))) {
      const name = `HUBBUB_${wrong}`;
      // A letter that is swapped with its like, or nothing that is left.
      if (wrong === "" || [variable, `HUBBUB_${variable}`].includes(name)) {
        continue;
      }
      count++;
      assertMatch(
        saidOf({ [name]: "x" }),
        RegExp(
          `^Unknown variable ${name}\\. Did you mean (\\w+ or )*${variable}( or \\w+)*\\?`,
        ),
      );
    }
    for (const wrong of slips(flag)) {
      if (flags.includes(wrong)) continue;
      const { message } = assertThrows(
        () => read([`--${wrong}=x`]),
        ConfigError,
      );
      assertMatch(message, RegExp(`Did you mean .*--${flag}(\\?| or )`));
    }
  }
  assert(count > 1_000 && variables.includes("PORT"), String(count));
});

/** What Kubernetes sets for a service called hubbub, and for hubbub-redis. */
const KUBERNETES = {
  HUBBUB_SERVICE_HOST: "10.0.0.1",
  HUBBUB_SERVICE_PORT: "8000",
  HUBBUB_SERVICE_PORT_HTTP: "8000",
  HUBBUB_PORT: "tcp://10.0.0.1:8000",
  HUBBUB_PORT_8000_TCP: "tcp://10.0.0.1:8000",
  HUBBUB_PORT_8000_TCP_ADDR: "10.0.0.1",
  HUBBUB_PORT_8000_TCP_PORT: "8000",
  HUBBUB_PORT_8000_TCP_PROTO: "tcp",
  HUBBUB_REDIS_SERVICE_HOST: "fd00::1",
  HUBBUB_REDIS_SERVICE_PORT: "6379",
  HUBBUB_REDIS_PORT: "tcp://[fd00::1]:6379",
};

Deno.test("readConfig() minds no variables of others", () => {
  const others = { HUBBUB: "x", HUBBUB_TOKEN: "x", HUB_BUB_AUTH_SECRET: "x" };
  assertEquals(saidOf({ ...others, ...KUBERNETES }), "");
});

Deno.test("readConfig() refuses variables with a Kubernetes name and a user's value", () => {
  for (const name of Object.keys(KUBERNETES)) {
    for (const value of ["9650", "localhost", "", " "]) {
      // Another number may be the port of another service.
      if (value === "9650" && name.includes("SERVICE_PORT")) continue;
      const said = saidOf({ ...KUBERNETES, [name]: value });
      assert(said.startsWith("Unknown variable "), `${name}=${value}: ${said}`);
    }
  }
  const alone = saidOf({ HUBBUB_SERVICE_PORT: "9650" });
  assert(alone.startsWith("Unknown variable HUBBUB_SERVICE_PORT."), alone);
});

Deno.test("readConfig() takes no blanks for a value, whatever the setting", () => {
  const settings = helpText().matchAll(
    /^ {2}(--[a-z-]+) .*\n.*, or (\w+)\)$/gm,
  );
  let count = 0;
  for (const [, flag = "", variable = ""] of settings) {
    count++;
    for (const blank of ["", " ", "\t "]) {
      const said = "is empty. Give it a value, or leave it out";
      const set = { [variable]: blank };
      assertThrows(() => read([], set), ConfigError, `${variable} ${said}`);
      // Without a value some flags mean yes.
      if (blank === "") continue;
      const args = [`${flag}=${blank}`];
      assertThrows(() => read(args), ConfigError, `${flag} ${said}`);
    }
  }
  assert(count > 30, String(count));
});

Deno.test("readConfig() takes an empty DENO_DEPLOYMENT_ID for none", () => {
  assertEquals(read([], { DENO_DEPLOYMENT_ID: "" }), read([]));
});

for (
  const address of [
    "::1",
    "[::1]",
    "::",
    "0.0.0.0",
    "localhost",
    "fe80::1%eth0",
  ]
) {
  Deno.test(`readConfig() listens on ${address}`, () => {
    assertEquals(read(["--host", address]).host, address);
  });
}

Deno.test("readConfig() names the flag that is meant, and shows no secret", () => {
  const { message } = assertThrows(
    () => read(["--auth-secrets=very secret"]),
    ConfigError,
  );
  assertEquals(
    message,
    'Unknown setting "--auth-secrets". Did you mean --auth-secret? --help lists them all',
  );
});

Deno.test("readConfig() names the environment variable that is wrong", () => {
  const { message } = assertThrows(
    () => read([], { HUBBUB_RATE: "fast" }),
    ConfigError,
  );
  assertEquals(
    message,
    'HUBBUB_RATE must be a whole number from 0 to 1000000, not "fast"',
  );
});

Deno.test("helpText() shows every setting with its flag, variable and default", () => {
  const help = helpText();
  for (
    const words of [
      "--port",
      "PORT",
      "8000",
      "--retain-messages",
      "HUBBUB_RETAIN_MESSAGES",
      "10000",
      "--store",
      "HUBBUB_STORE",
      "sqlite:./data/hubbub.db",
      "--grace",
      "--help",
    ]
  ) assert(help.includes(words), words);
});

Deno.test("readConfig() names the range of every number, also for negative ones", () => {
  const numbers = Object.entries(SETTINGS).filter(([, { fallback }]) =>
    /^\d+$/.test(fallback)
  );
  assert(numbers.length > 20);
  for (const [key] of numbers) {
    const flag = `--${flagOf(key)}`;
    for (const args of [[flag, "-1"], [`${flag}=-1`], [flag, "-.5"]]) {
      const error = assertThrows(() => readConfig(args, () => undefined));
      assertMatch(
        (error as Error).message,
        RegExp(`^${flag} must be a whole number from \\d+ to .*, not "-`),
      );
    }
  }
});
