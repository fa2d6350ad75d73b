/**
 * Which pages of other origins may talk to this server. Browsers name the
 * origin of a page and let it connect anywhere, so the server has to decide
 * (RFC 6455, 10.2). Pure but for the log.
 */

import type { Logger } from "../runtime/logger.ts";

/** Refused origins that are remembered, so that each is logged once. */
const MOST_REMEMBERED = 100;
/** Characters of an origin that are repeated: whoever asks has written it. */
const MOST_SHOWN = 100;

/** Names of this very machine: a page from one may talk to the other. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(?=:|$)/;

/**
 * Reads one origin of a list.
 *
 * @param words Such as `https://example.org`, `null` or `*`.
 * @returns It as browsers write it; undefined when it is none.
 */
export function readOrigin(words: string): string | undefined {
  if (words === "*" || words === "null") return words;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/\s,?#@]+\/?$/i.test(words)) return undefined;
  if (!URL.canParse(words)) return undefined;
  const { origin } = new URL(words);
  // Those of browser extensions are no origins to `URL`, but to browsers.
  return origin === "null" ? words.toLowerCase().replace(/\/$/, "") : origin;
}

/**
 * Tells whether a page may talk to the server.
 *
 * @param origin The `Origin` header; null from programs that are no browsers.
 * @param host The host, with its port, that the request went to.
 * @param allowed Origins that {@linkcode readOrigin} gave.
 */
export function isWelcome(
  origin: string | null,
  { host, allowed }: { host: string; allowed: readonly string[] },
): boolean {
  if (origin === null || allowed.includes("*")) return true;
  if (allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  // The scheme may differ: a proxy that speaks TLS does not always say so.
  const from = new URL(origin).host;
  return from !== "" && here(from) === here(host);
}

function here(host: string): string {
  return host.toLowerCase().replace(LOOPBACK, "localhost");
}

/** The origins that one server lets in. */
export class Origins {
  readonly #allowed: readonly string[];
  readonly #log: Logger;
  readonly #refused = new Set<string>();

  constructor(allowed: readonly string[], log: Logger) {
    this.#allowed = allowed;
    this.#log = log;
  }

  /** Whether a page may, without a word about it. */
  allows(origin: string, host: string): boolean {
    return isWelcome(origin, { host, allowed: this.#allowed });
  }

  /**
   * Decides on a request, and logs each origin that is refused once.
   *
   * @param origin Its `Origin` header.
   * @param host The host, with its port, that it went to.
   * @returns Why it is refused and how to change that; undefined when it is
   * not.
   */
  refusal(origin: string | null, host: string): string | undefined {
    const allowed = this.#allowed;
    if (origin === null || isWelcome(origin, { host, allowed })) {
      return undefined;
    }
    const shown = origin.slice(0, MOST_SHOWN);
    const known = readOrigin(shown);
    const flag = `--origins ${[...allowed, known ?? "ORIGIN"].join(",")}`;
    if (
      !this.#refused.has(shown) && this.#refused.size < MOST_REMEMBERED
    ) {
      this.#refused.add(shown);
      this.#log.warn("origin refused", { origin: shown, allow: flag });
    }
    return `Pages from "${shown}" are not allowed. Use a page of ${host} or ` +
      `a program that is not a browser, or start the server with ${flag}`;
  }
}
