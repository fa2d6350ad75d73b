/**
 * What the words of a setting may be: each function takes the words and gives
 * the value, or throws a {@linkcode ConfigError} that says what it must be.
 */

import { LOG_LEVELS, type LogLevel } from "../runtime/logger.ts";
import { readBase } from "../http/base_path.ts";
import { readPublicHost } from "../http/host_policy.ts";
import { readOrigin } from "../http/origin_policy.ts";
import { readRedisAddress, STORE_ADDRESSES } from "../store/addresses.ts";

/** A wrong setting, told in one line to who starts the server. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * Reads the words of a setting that somebody has given.
 *
 * @param name What it is called: a flag or a variable.
 * @param words Its words, as they were given.
 * @param how What they may be, and how to show wrong ones.
 * @throws {ConfigError} With one line that names it and says what it must be.
 * Blanks are refused: such as `"$SECRET"` where that was never set must not mean
 * none, and let everybody in.
 */
export function readWords<T>(
  name: string,
  words: string,
  { parse, show = String }: {
    readonly parse: (words: string) => T;
    readonly show?: (words: string) => string;
  },
): T {
  if (words.trim() === "") {
    throw new ConfigError(`${name} is empty. Give it a value, or leave it out`);
  }
  try {
    return parse(words);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`${name} ${error.message}, not "${show(words)}"`);
  }
}

/** A whole number in a range, both ends included. */
export function whole(from: number, to: number): (words: string) => number {
  return (words) => {
    const value = Number(words);
    if (/^\d+$/.test(words) && value >= from && value <= to) return value;
    throw new ConfigError(`must be a whole number from ${from} to ${to}`);
  };
}

/** Megabytes that the server needs to start and to serve a few clients. */
const LEAST_MEMORY = 100;

/** A limit of memory in megabytes, or 0 for none: below what it needs, the
 * server would end and be started again for ever. */
export function memoryLimit(words: string): number {
  const value = Number(words);
  if (/^0+$/.test(words)) return 0;
  if (/^\d+$/.test(words) && value >= LEAST_MEMORY && value <= 1_000_000) {
    return value;
  }
  throw new ConfigError(
    `must be a whole number from ${LEAST_MEMORY} to 1000000, or 0 for no limit`,
  );
}

/** The name or address of a host, as one listens on it: IPv6 with or without
 * brackets. */
export function host(words: string): string {
  const [address = ""] = words.split("%", 1);
  const inUrl = /^[^[].*:/.test(address) || address.startsWith(":")
    ? `[${address}]`
    : address;
  const isHost = !/[\s/\\@?#]/.test(words) && !/\]./.test(inUrl) &&
    URL.canParse(`http://${inUrl}`);
  if (isHost) return words;
  throw new ConfigError(
    "must be an address or the name of a host, without http:// and port",
  );
}

/** How much is logged. */
export function level(words: string): LogLevel {
  const found = LOG_LEVELS.find((level) => level === words);
  if (found !== undefined) return found;
  throw new ConfigError(`must be one of ${LOG_LEVELS.join(", ")}`);
}

/** A secret, or none where nothing was said: short ones can be guessed from one token (RFC 7518,
 * 3.2). */
export function secret(words: string): string {
  if (words === "" || words.length >= 32) return words;
  throw new ConfigError("must have at least 32 characters");
}

/** One of these words. */
export function oneOf(...values: string[]): (words: string) => string {
  return (words) => {
    if (values.includes(words)) return words;
    throw new ConfigError(`must be one of ${values.join(", ")}`);
  };
}

/** The address of a store. */
export function store(words: string): string {
  // What people mean by these is no path: a URL's host, or memory.
  if (/^sqlite:(\s|\/\/[^/]|:)/.test(words)) {
    throw new ConfigError(
      "must have the path right behind the colon, as in sqlite:data/hubbub.db",
    );
  }
  if (/^(memory:$|sqlite:.|kv:)/.test(words)) return words;
  if (readRedisAddress(words) !== undefined) return words;
  throw new ConfigError(`must be ${STORE_ADDRESSES}`);
}

/** Yes or no. */
export function yesOrNo(words: string): boolean {
  if (words === "yes" || words === "no") return words === "yes";
  throw new ConfigError("must be yes or no");
}

/** The parts of a list with commas between them. */
function listOf<T>(
  words: string,
  { read, must }: { read: (part: string) => T | undefined; must: string },
): T[] {
  const parts = words.split(",").map((part) => part.trim())
    .filter((part) => part !== "");
  const wrong = () => new ConfigError(`${must}, with commas between them`);
  if (parts.length === 0 && words !== "") throw wrong();
  return parts.map((part) => {
    const value = read(part);
    if (value !== undefined) return value;
    throw wrong();
  });
}

/** Origins of pages, with commas between them. */
export function origins(words: string): string[] {
  const must = "must be origins such as https://example.org, null or *";
  return listOf(words, { read: readOrigin, must });
}

/** Names of hosts, with commas between them. */
export function publicHosts(words: string): string[] {
  const must = "must be names of hosts such as chat.example.org, without " +
    "https:// and port";
  return listOf(words, { read: readPublicHost, must });
}

/** A path to be served below. */
export function basePath(words: string): string {
  const base = readBase(words);
  if (base !== undefined) return base;
  throw new ConfigError(
    "must be a path such as /chat, and none of the server's own, such as /api",
  );
}
