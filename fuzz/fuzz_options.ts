/** The command line of `deno task fuzz`. */

import { ConfigError, oneOf, readWords } from "../server/config/parsers.ts";
import {
  type TransportName,
  TRANSPORTS,
} from "../server/transport/open_transport.ts";
import { readArguments, readNumbers } from "../tools/arguments.ts";

/** The text of `--help`. */
export const HELP =
  `Sends invalid input to a real server: broken handshakes and frames,
random and mutated requests, in every dialect and over HTTP.

Usage: deno task fuzz [settings]

  --seed N       seed of all inputs (default: random)
  --count N      number of inputs (default 10000)
  --seconds N    time limit (default 600)
  --transport T  transport of the server: ws or native (default ws)
  --cost         look for slow inputs instead: fill every field, header, query,
                 body and text with patterns that were slow before, at 1, 2, 4
                 and 8 times the length
  --quick        with --cost: only the patterns that were slow most often
  --only WORDS   with --cost: only inputs whose names contain these words
  --help         show this help

It prints its figures as JSON. Exit codes: 0 when the server survived, another
client in the room noticed nothing, and memory was freed; with --cost, 0 when no
input blocked the event loop for more than 50 ms or took more than linear time;
1 on any finding; 2 on wrong usage.`;

const MOST = 2 ** 31;

/** Parsed command line. */
export interface FuzzArguments {
  readonly seed: number;
  readonly count: number;
  readonly seconds: number;
  readonly transport: TransportName;
  /** Look for slow inputs instead. */
  readonly cost: boolean;
  readonly quick: boolean;
  readonly only: string;
}

/**
 * Reads the command line.
 *
 * @param args The arguments.
 * @param random Source of the default seed, from 0 to 1.
 * @returns `"help"` for `--help`.
 * @throws {ConfigError} If an argument is invalid.
 */
export function readFuzzOptions(
  args: readonly string[],
  random: () => number,
): FuzzArguments | "help" {
  const read = readArguments(args, {
    values: ["seed", "count", "seconds", "transport", "only"],
    switches: ["cost", "quick"],
  });
  if (read === "help") return read;
  const { values, switches } = read;
  const cost = switches.has("cost");
  const needing = switches.has("quick") ? "quick" : "only";
  if (!cost && (switches.has("quick") || values.has("only"))) {
    throw new ConfigError(`--${needing} needs --cost. Add it`);
  }
  const fallback = Math.floor(random() * MOST);
  return {
    ...readNumbers(read, {
      seed: { least: 0, most: MOST, fallback },
      count: { least: 0, most: MOST, fallback: 10_000 },
      seconds: { least: 0, most: MOST, fallback: 600 },
    }),
    transport: readWords("--transport", values.get("transport") ?? "ws", {
      parse: oneOf(...TRANSPORTS),
    }),
    cost,
    quick: switches.has("quick"),
    only: values.get("only") ?? "",
  };
}
