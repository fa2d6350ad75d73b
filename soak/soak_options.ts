/** The command line of `deno task soak`. */

import { ConfigError, oneOf, readWords } from "../server/config/parsers.ts";
import { readArguments, readNumbers } from "../tools/arguments.ts";
import type { SoakOptions } from "./soak.ts";

/** The text of `--help`. */
export const HELP =
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

const RANGES = {
  clients: { least: 5, most: 1_000, fallback: 30 },
  rooms: { least: 1, most: 100, fallback: 3 },
  nodes: { least: 1, most: 20, fallback: 1 },
  faults: { least: 0, most: 10_000, fallback: 10 },
  seconds: { least: 1, most: 86_400, fallback: 60 },
  deliveries: { least: 0, most: 1_000_000_000, fallback: 0 },
  rate: { least: 1, most: 10_000, fallback: 100 },
};
const MOST_SEED = 2 ** 31;

/** Parsed command line. */
export interface SoakArguments {
  readonly options: Omit<SoakOptions, "folder" | "progress">;
  /** Print the figures as JSON. */
  readonly json: boolean;
}

/**
 * Reads the command line.
 *
 * @param args The arguments.
 * @param random Source of the default seed, from 0 to 1.
 * @returns `"help"` for `--help`.
 * @throws {ConfigError} If an argument is invalid.
 */
export function readSoakOptions(
  args: readonly string[],
  random: () => number,
): SoakArguments | "help" {
  const read = readArguments(args, {
    values: ["seed", ...Object.keys(RANGES), "store"],
    switches: ["json"],
  });
  if (read === "help") return read;
  const fallback = Math.floor(random() * MOST_SEED);
  const numbers = readNumbers(read, {
    seed: { least: 0, most: MOST_SEED, fallback },
    ...RANGES,
  });
  const store = readWords("--store", read.values.get("store") ?? "sqlite", {
    parse: oneOf("sqlite", "redis"),
  });
  if (store === "sqlite" && numbers.nodes > 1) {
    throw new ConfigError(
      "--nodes needs --store redis: nodes share no file. Add it",
    );
  }
  return {
    options: { ...numbers, store },
    json: read.switches.has("json"),
  };
}
