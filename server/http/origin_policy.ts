/**
 * Decides which cross-origin pages may use the server. Browsers let any page
 * open a WebSocket, so the server has to check the origin (RFC 6455, 10.2).
 * Pure except for logging.
 */

import type { Logger } from "../runtime/logger.ts";

/** Maximum number of rejected origins kept, so that each is logged once. */
const MOST_REMEMBERED = 100;
/** Maximum characters of an origin in messages: the client controls it. */
const MOST_SHOWN = 100;

/** Loopback names: a page from one may connect to another. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(?=:|$)/;

/**
 * Parses one allowed origin.
 *
 * @param words Such as `https://example.org`, `null` or `*`.
 * @returns The origin as browsers send it; undefined when invalid.
 */
export function readOrigin(words: string): string | undefined {
  if (words === "*" || words === "null") return words;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/\s,?#@]+\/?$/i.test(words)) return undefined;
  if (!URL.canParse(words)) return undefined;
  const { origin } = new URL(words);
  // `URL` gives browser extensions the origin "null"; browsers send their own.
  return origin === "null" ? words.toLowerCase().replace(/\/$/, "") : origin;
}

/**
 * Returns whether a page may connect to the server.
 *
 * @param origin The `Origin` header; null for non-browser clients.
 * @param host The requested host with its port.
 * @param allowed Results of {@linkcode readOrigin}.
 */
export function isWelcome(
  origin: string | null,
  { host, allowed }: { host: string; allowed: readonly string[] },
): boolean {
  if (origin === null || allowed.includes("*")) return true;
  if (allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  // The scheme may differ: a TLS proxy does not always forward it.
  const from = new URL(origin).host;
  return from !== "" && here(from) === here(host);
}

function here(host: string): string {
  return host.toLowerCase().replace(LOOPBACK, "localhost");
}

/** The origins that the server accepts. */
export class Origins {
  readonly #allowed: readonly string[];
  readonly #log: Logger;
  readonly #refused = new Set<string>();

  constructor(allowed: readonly string[], log: Logger) {
    this.#allowed = allowed;
    this.#log = log;
  }

  /** Returns whether an origin is allowed, without logging. */
  allows(origin: string, host: string): boolean {
    return isWelcome(origin, { host, allowed: this.#allowed });
  }

  /**
   * Checks the origin of a request. Logs each rejected origin once.
   *
   * @param origin The `Origin` header.
   * @param host The requested host with its port.
   * @returns Why the origin is rejected and how to allow it; undefined when
   * allowed.
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
