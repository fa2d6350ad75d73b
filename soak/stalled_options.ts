/** The command line of `deno task soak:stalled`. */

import { readArguments, readNumbers } from "../tools/arguments.ts";

/** The text of `--help`. */
export const HELP = `Measures the memory that stalled readers cost.

Usage: deno task soak:stalled [settings]

  --members N      stalled readers (default 200)
  --megabytes N    data sent to the room (default 100)
  --characters N   length of each message (default 1000)
  --repeat N       servers of each kind; prints the medians (default 3)
  --target N       maximum KiB for each reader (default 128)
  --help           show this help

Exit codes: 0 the target was met; 1 it was not; 2 wrong usage.`;

const MOST = 999_999;
const RANGES = {
  members: { least: 1, most: MOST, fallback: 200 },
  megabytes: { least: 1, most: MOST, fallback: 100 },
  characters: { least: 1, most: MOST, fallback: 1000 },
  repeat: { least: 1, most: MOST, fallback: 3 },
  target: { least: 1, most: MOST, fallback: 128 },
};

/** Parsed command line. */
export type StalledOptions = Readonly<Record<keyof typeof RANGES, number>>;

/**
 * Reads the command line.
 *
 * @returns `"help"` for `--help`.
 * @throws {ConfigError} If an argument is invalid.
 */
export function readStalledOptions(
  args: readonly string[],
): StalledOptions | "help" {
  const read = readArguments(args, { values: Object.keys(RANGES) });
  return read === "help" ? read : readNumbers(read, RANGES);
}
