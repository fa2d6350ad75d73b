/** The soak as a program: reads what to do, does it, and tells what came of it. */

import { parseArgs } from "@std/cli/parse-args";
import { fileURLToPath } from "node:url";
import { reportInWords } from "./figures.ts";
import { hasRedis } from "./servers/redis_process.ts";
import { Soak, type SoakOptions } from "./soak.ts";

const HELP =
  `Injects faults into real servers and clients, and checks that every
reader received exactly the acknowledged messages.

Usage: deno task soak [settings]

  --seed N         seed of the faults and the traffic (default: random)
  --clients N      clients, all dialects together (default 30)
  --rooms N        rooms (default 3)
  --nodes N        servers behind a load balancer (default 1)
  --store NAME     sqlite, for a single server, or redis, which needs
                   redis-server installed (default sqlite)
  --faults N       faults of each kind; a quarter as many of kinds that hit the
                   whole fleet (default 10)
  --seconds N      time over which the faults are spread (default 60)
  --deliveries N   continue until so many deliveries, within a limit (default 0)
  --rate N         messages per second, all clients together (default 100)
  --json           print the figures as JSON
  --help           show this help

Exit codes: 0 no violation; 1 a violation; 2 wrong usage.`;

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
      "--store redis needs redis-server, which is not installed. " +
        "Install it (Debian: apt install redis-server)",
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
