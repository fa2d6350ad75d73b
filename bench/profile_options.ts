/** The command line of `deno task profile`. */

import { readArguments, readNumbers } from "../tools/arguments.ts";

/** The text of `--help`. */
export const HELP = `Usage: deno task profile [options]

  --rooms N      1
  --readers N    of each room, 100
  --publishers N of each room, 10
  --in-flight N  messages each publisher has on their way, 8
  --seconds N    5
  --top N        functions to print, 30
  --keep FILE    where the .cpuprofile goes, for a browser's developer tools`;

const MOST = 100_000;

/**
 * Reads the command line.
 *
 * @returns `"help"` for `--help`.
 * @throws {ConfigError} If an argument is invalid.
 */
export function readProfileOptions(args: readonly string[]) {
  const read = readArguments(args, {
    values: [
      ...["rooms", "readers", "publishers", "in-flight", "seconds", "top"],
      "keep",
    ],
  });
  if (read === "help") return read;
  const { "in-flight": inFlight, ...numbers } = readNumbers(read, {
    rooms: { least: 1, most: MOST, fallback: 1 },
    readers: { least: 0, most: MOST, fallback: 100 },
    publishers: { least: 1, most: MOST, fallback: 10 },
    "in-flight": { least: 1, most: MOST, fallback: 8 },
    seconds: { least: 1, most: MOST, fallback: 5 },
    top: { least: 1, most: MOST, fallback: 30 },
  });
  return { ...numbers, inFlight, keep: read.values.get("keep") };
}
