/** The command line of `deno task soak:stalled`. */

import { readArguments, readNumbers } from "../tools/arguments.ts";

/** The text of `--help`. */
export const HELP = `The memory that readers cost who do not read.

Usage: deno task soak:stalled [settings]

  --members N      who do not read (default 200)
  --megabytes N    that pass by (default 100)
  --characters N   of each message (default 1000)
  --repeat N       servers of each kind; the medians count (default 3)
  --target N       KiB a member may cost (default 128)
  --help           this text

It exits 0 when the target is met, 1 when not, 2 on wrong usage.`;

const MOST = 999_999;
const RANGES = {
  members: { least: 1, most: MOST, fallback: 200 },
  megabytes: { least: 1, most: MOST, fallback: 100 },
  characters: { least: 1, most: MOST, fallback: 1000 },
  repeat: { least: 1, most: MOST, fallback: 3 },
  target: { least: 1, most: MOST, fallback: 128 },
};

/** What the command line asks for. */
export type StalledOptions = Readonly<Record<keyof typeof RANGES, number>>;

/**
 * Reads the command line.
 *
 * @returns `"help"` for `--help`.
 * @throws {ConfigError} With one line that says what is wrong.
 */
export function readStalledOptions(
  args: readonly string[],
): StalledOptions | "help" {
  const read = readArguments(args, { values: Object.keys(RANGES) });
  return read === "help" ? read : readNumbers(read, RANGES);
}
