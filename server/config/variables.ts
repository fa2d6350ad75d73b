/**
 * Detects environment variables that look like settings but are not: a
 * misspelled one would be ignored silently. Pure.
 */

import { levenshteinDistance } from "@std/text/levenshtein-distance";
import { isIP } from "node:net";
import { ConfigError, readWords } from "./parsers.ts";

/** Prefix of this project's variables, and of some others. */
const PREFIX = "HUBBUB_";
/**
 * Variables that Kubernetes sets for each service of a namespace, such as
 * hubbub or hubbub-redis
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables):
 * their names, and the format of their values.
 */
const OF_KUBERNETES =
  /^HUBBUB_(?:[A-Z0-9_]+?_)??(?:(SERVICE_HOST)|(SERVICE_PORT(?:_[A-Z0-9_]+)?)|PORT|PORT_([0-9]+)_(TCP|UDP|SCTP)(?:_(ADDR|PORT|PROTO))?)$/;
const URL_OF_PORT = /^(tcp|udp|sctp):\/\/.+:\d{1,5}$/;

/** Maximum letters of a possibly misspelled name. */
const MOST_LETTERS = 64;

/** Returns whether a variable looks like one of this project. */
export function isOurs(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Checks that every variable of this project is known.
 *
 * @param variables Variables for which {@linkcode isOurs} is true, with values.
 * @param known Names of the supported variables.
 * @throws {ConfigError} With one line that suggests the intended name.
 */
export function checkVariables(
  variables: ReadonlyMap<string, string>,
  known: readonly string[],
): void {
  for (const name of variables.keys()) {
    if (known.includes(name)) continue;
    if (isOfKubernetes(name, variables)) continue;
    throw new ConfigError(
      `Unknown variable ${name}.${meant(name, known)} --help lists them all`,
    );
  }
}

/** Returns whether a variable has a name and value as Kubernetes sets them.
 * People set numbers under the same names by mistake. */
function isOfKubernetes(
  name: string,
  variables: ReadonlyMap<string, string>,
): boolean {
  if (name.length >= 200) return false;
  const match = OF_KUBERNETES.exec(name);
  if (match === null) return false;
  const [, host, servicePort, number, protocol, part] = match;
  const value = variables.get(name) ?? "";
  if (host !== undefined) {
    return isAddress(value);
  }
  if (servicePort !== undefined) {
    // Each comes with the host of its service.
    const service = name.slice(0, -servicePort.length);
    const address = variables.get(`${service}SERVICE_HOST`) ?? "";
    return /^\d{1,5}$/.test(value) && isAddress(address);
  }
  switch (part) {
    case "ADDR":
      return isAddress(value);
    case "PORT":
      return value === number;
    case "PROTO":
      return value === protocol?.toLowerCase();
    default:
      return URL_OF_PORT.test(value);
  }
}

/**
 * Joins flags with negative numbers that follow them, as in `--rate -1`, so
 * that these are rejected as values, not as unknown flags.
 *
 * @param args The process's arguments.
 * @param flags Flags with a value, without `--`.
 */
export function joinNegatives(
  args: readonly string[],
  flags: readonly string[],
): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const flag = joined.at(-1) ?? "";
    const takes = flag.startsWith("--") && flags.includes(flag.slice(2));
    if (takes && /^-\.?\d/.test(arg)) {
      joined[joined.length - 1] = `${flag}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

/**
 * Rejects blank arguments, such as `--name "$NAME"` with an unset variable.
 *
 * @param args The process's arguments.
 * @param flags Flags with a value, without `--`.
 * @throws {ConfigError} With one line that names the preceding flag.
 */
export function refuseBlanks(
  args: readonly string[],
  flags: readonly string[],
): void {
  const blank = args.findIndex((arg) => arg.trim() === "");
  if (blank < 0) return;
  const before = args[blank - 1] ?? "";
  const isFlag = before.startsWith("--") && flags.includes(before.slice(2));
  // Says that it is empty, as of `--name=`.
  if (isFlag) readWords(before, "", { parse: String });
  throw new ConfigError(unknownArgument("", flags));
}

/**
 * Suggests what an unknown argument may mean.
 *
 * @param arg The argument. Text after `=` is not shown: it may be a secret.
 * @param flags All flags, without `--`.
 */
export function unknownArgument(arg: string, flags: readonly string[]): string {
  if (arg.trim() === "") {
    return "An argument is empty. Check for a shell variable that is not set";
  }
  const [flag = ""] = arg.split("=", 1);
  return `Unknown setting "${flag}".${
    meant(flag, flags.map((name) => `--${name}`))
  } --help lists them all`;
}

/**
 * Suggests the intended name.
 *
 * @param wrong The given name.
 * @param known The possible names.
 * @returns ` Did you mean …?` with the nearest names; empty if none is near.
 * Prefixes are ignored: `HUBBUB_PROT` is near `PORT`.
 */
export function meant(wrong: string, known: readonly string[]): string {
  if (wrong.length > MOST_LETTERS) return "";
  const near = known
    .map((name) => ({ name, changes: changes(letters(wrong), letters(name)) }))
    .filter(({ name, changes }) =>
      changes <= Math.max(1, letters(name).length / 3)
    );
  const least = Math.min(...near.map(({ changes }) => changes));
  const names = near.length > 0
    ? near.filter(({ changes }) => changes === least).map(({ name }) => name)
    : soleWith(words(wrong), known);
  return names.length === 0 ? "" : ` Did you mean ${names.join(" or ")}?`;
}

/** Splits a name into words, without the prefix of a variable or flag. */
function words(name: string): string[] {
  return name.replace(/^(?:HUBBUB_|-+)/, "").toLowerCase().split(/[_-]/);
}

function letters(name: string): string {
  return words(name).join("");
}

/** Returns the number of inserted, deleted, replaced or swapped letters. */
function changes(wrong: string, name: string): number {
  const swapped = Array.from(
    { length: Math.max(0, wrong.length - 1) },
    (_, i) => wrong.slice(0, i) + wrong[i + 1] + wrong[i] + wrong.slice(i + 2),
  );
  return Math.min(
    levenshteinDistance(wrong, name),
    ...swapped.map((word) => 1 + levenshteinDistance(word, name)),
  );
}

/**
 * Returns the only name with all of these words, as `SECRET` in `AUTH_SECRET`.
 */
function soleWith(
  wanted: readonly string[],
  known: readonly string[],
): readonly string[] {
  const found = known.filter((name) =>
    wanted.every((word) => words(name).includes(word))
  );
  return found.length === 1 ? found : [];
}

/** Returns whether a value is an IP address; IPv6 may be in brackets. */
function isAddress(value: string): boolean {
  return isIP(value.replace(/^\[(.*)\]$/, "$1")) !== 0;
}
