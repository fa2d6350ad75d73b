/**
 * Parses the command lines of all tasks except `start` and `chat`. Errors have
 * the server's words: an empty argument, a mistyped flag, a missing value.
 */

import { parseArgs } from "@std/cli/parse-args";
import { ConfigError, readWords, whole } from "../server/config/parsers.ts";
import {
  joinNegatives,
  refuseBlanks,
  unknownArgument,
} from "../server/config/variables.ts";

/** The arguments that a tool accepts. */
export interface ArgumentsOptions {
  /** Flags with a value, without `--`. */
  readonly values?: readonly string[];
  /** Flags with a value that may be given several times. */
  readonly lists?: readonly string[];
  /** Flags without one. */
  readonly switches?: readonly string[];
  /** Maximum number of positional arguments; 0 by default. */
  readonly others?: number;
}

/** A parsed command line. */
export interface Arguments {
  /** Values by flag, without `--`; none is blank. */
  readonly values: ReadonlyMap<string, string>;
  /** All values of a flag that may be given several times. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly switches: ReadonlySet<string>;
  readonly others: readonly string[];
}

/**
 * Parses a tool's command line.
 *
 * @param args The arguments of the process.
 * @param options What the tool accepts besides `--help`.
 * @returns The parsed command line, or `"help"` for `--help`.
 * @throws {ConfigError} If an argument is invalid.
 */
export function readArguments(
  args: readonly string[],
  { values = [], lists = [], switches = [], others = 0 }: ArgumentsOptions,
): Arguments | "help" {
  const valued = [...values, ...lists];
  const flags = [...valued, ...switches, "help"];
  const found: string[] = [];
  refuseBlanks(args, valued);
  const parsed = parseArgs(joinNegatives(args, valued), {
    string: valued,
    collect: [...lists],
    boolean: [...switches, "help"],
    unknown(arg) {
      const isOther = !arg.startsWith("-") && found.length < others;
      if (!isOther) throw new ConfigError(unknownArgument(arg, flags));
      found.push(arg);
    },
  });
  if (parsed["help"] === true) return "help";
  return {
    values: new Map(
      values.filter((flag) => parsed[flag] !== undefined).map((flag) => [
        flag,
        readWords(`--${flag}`, String(parsed[flag]), {
          parse: (words) => words,
        }),
      ]),
    ),
    lists: new Map(
      lists.map((flag) => [
        flag,
        (parsed[flag] as string[] ?? []).map((words) =>
          readWords(`--${flag}`, words, { parse: String })
        ),
      ]),
    ),
    switches: new Set(switches.filter((flag) => parsed[flag] === true)),
    others: found,
  };
}

/** Range and default of a whole number. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly fallback: number;
}

/**
 * Reads flags whose values are whole numbers.
 *
 * @param args The command line.
 * @param ranges By flag, without `--`.
 * @throws {ConfigError} With one line that says which numbers it may be.
 */
export function readNumbers<Flag extends string>(
  { values }: Arguments,
  ranges: Readonly<Record<Flag, NumberRange>>,
): Record<Flag, number> {
  const flags = Object.keys(ranges) as Flag[];
  return Object.fromEntries(flags.map((flag) => {
    const { least, most, fallback } = ranges[flag];
    const words = values.get(flag);
    const value = words === undefined
      ? fallback
      : readWords(`--${flag}`, words, { parse: whole(least, most) });
    return [flag, value];
  })) as Record<Flag, number>;
}

/**
 * Reads an environment variable of the server.
 *
 * @param name Its name.
 * @param how What it may be, and how to show a wrong one.
 * @returns Undefined where it is not set.
 * @throws {ConfigError} When it is blank, or wrong.
 */
export function readVariable<T>(
  name: string,
  how: Parameters<typeof readWords<T>>[2],
): T | undefined {
  const words = Deno.env.get(name);
  return words === undefined ? undefined : readWords(name, words, how);
}

/**
 * Parses a command line and exits with code 2 and one line if it is wrong.
 *
 * @param read May throw a {@linkcode ConfigError}.
 * @param fail Prints the message and exits.
 */
export function orFail<T>(read: () => T, fail: (message: string) => never): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}
