/**
 * Parsers of setting values: each takes text and returns the value, or throws a
 * {@linkcode ConfigError} that names the valid values.
 */

import { readBase } from "../http/base_path.ts";
import { readPublicHost } from "../http/host_policy.ts";
import { readOrigin } from "../http/origin_policy.ts";
import { readRedisAddress, STORE_ADDRESSES } from "../store/addresses.ts";

/** An invalid setting, explained in one line. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * Parses the text of a setting.
 *
 * @param name Name of the flag or variable.
 * @param words The text.
 * @param how The parser, and how to display an invalid value.
 * @throws {ConfigError} With one line that names the setting and its valid
 * values. Blank text is rejected: an unset `"$SECRET"` must not mean no secret
 * and open the server.
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

/** Parses a whole number in a range, inclusive. */
export function whole(from: number, to: number): (words: string) => number {
  return (words) => {
    const value = Number(words);
    if (/^\d+$/.test(words) && value >= from && value <= to) return value;
    throw new ConfigError(`must be a whole number from ${from} to ${to}`);
  };
}

/** Megabytes that the server needs to start and serve a few clients. */
const LEAST_MEMORY = 100;

/** Parses a memory limit in megabytes, or 0 for none. Below the minimum, the
 * server would restart forever. */
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

/**
 * Parses a host name or address to listen on; IPv6 with or without brackets.
 */
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

/** Parses a secret; empty by default. Short secrets can be guessed from one
 * token (RFC 7518, 3.2). */
export function secret(words: string): string {
  if (words === "" || words.length >= 32) return words;
  throw new ConfigError("must have at least 32 characters");
}

/** Parses one of several words. */
export function oneOf<Word extends string>(
  ...values: readonly Word[]
): (words: string) => Word {
  return (words) => {
    const found = values.find((value) => value === words);
    if (found !== undefined) return found;
    throw new ConfigError(`must be one of ${values.join(", ")}`);
  };
}

/** Parses the address of a store. */
export function store(words: string): string {
  // These are not paths: a URL's host, or an in-memory database.
  if (/^sqlite:(\s|\/\/[^/]|:)/.test(words)) {
    throw new ConfigError(
      "must have the path right behind the colon, as in sqlite:data/hubbub.db",
    );
  }
  if (/^(memory:$|sqlite:.|kv:)/.test(words)) return words;
  if (readRedisAddress(words) !== undefined) return words;
  throw new ConfigError(`must be ${STORE_ADDRESSES}`);
}

/** Parses yes or no. */
export function yesOrNo(words: string): boolean {
  if (words === "yes" || words === "no") return words === "yes";
  throw new ConfigError("must be yes or no");
}

/** Parses a comma-separated list. */
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

/** Parses a comma-separated list of origins. */
export function origins(words: string): string[] {
  const must = "must be origins such as https://example.org, null or *";
  return listOf(words, { read: readOrigin, must });
}

/** Parses a comma-separated list of host names. */
export function publicHosts(words: string): string[] {
  const must = "must be names of hosts such as chat.example.org, without " +
    "https:// and port";
  return listOf(words, { read: readPublicHost, must });
}

/** Parses a base path. */
export function basePath(words: string): string {
  const base = readBase(words);
  if (base !== undefined) return base;
  throw new ConfigError(
    "must be a path such as /chat, and none of the server's own, such as /api",
  );
}
