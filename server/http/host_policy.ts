/**
 * Checks the `Host` header to prevent DNS rebinding: any site can point its
 * name at this machine, and its pages then count as same-origin. The `Host`
 * header still carries that site's name. Pure except for logging.
 */

import type { Visit } from "./proxy_headers.ts";
import type { Logger } from "../runtime/logger.ts";

/** Maximum number of rejected hosts kept, so that each is logged once. */
const MOST_REMEMBERED = 100;
/**
 * Maximum characters of a rejected host in messages: the client controls it.
 */
const MOST_SHOWN = 100;
/** Maximum characters of a host: 253 for the name (RFC 1035, 2.3.4), 5 for the
 * port. */
const MOST_CHARACTERS = 260;

/** Matches any host. */
const ANY = "*";

/**
 * Parses a host from a `Host` header or an address.
 *
 * @param words Such as `chat.example.org`, `LOCALHOST.:8000` or `[::1]:8000`.
 * @returns The host name in lower-case ASCII, without port and trailing dot;
 * IPv6 in brackets. Undefined when invalid (RFC 9110, 7.2).
 */
export function hostnameOf(words: string): string | undefined {
  if (words.length > MOST_CHARACTERS || !/^[^\s/?#@\\,]+$/.test(words)) {
    return undefined;
  }
  if (!URL.canParse(`http://${words}`)) return undefined;
  const { hostname } = new URL(`http://${words}`);
  return hostname.replace(/\.$/, "") || undefined;
}

/**
 * Parses one host of `--public-host`.
 *
 * @param words A name such as `chat.example.org`; `.example.org` also matches
 * subdomains, `*` matches any host.
 * @returns The host in the form of {@linkcode hostnameOf}; undefined when
 * invalid or when it has a port.
 */
export function readPublicHost(words: string): string | undefined {
  if (words === ANY) return words;
  const isTree = words.startsWith(".");
  const name = isTree ? words.slice(1) : words;
  if (/:\d*$/.test(name)) return undefined;
  const hostname = hostnameOf(name);
  return hostname && (isTree ? `.${hostname}` : hostname);
}

/**
 * Returns whether DNS cannot redirect a host name: IP addresses do not use DNS,
 * and browsers resolve `localhost` and its subdomains themselves (RFC 6761,
 * 6.3).
 */
function isFixed(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ||
    hostname === "localhost" || hostname.endsWith(".localhost");
}

/** Options of a {@linkcode HostPolicy}. */
export interface HostPolicyOptions {
  /** Results of {@linkcode readPublicHost}; empty when not configured. */
  readonly allowed: readonly string[];
  /** The listening address, which may be a host name. */
  readonly listening: string;
  /** Whether to accept any host when none is configured. Safe where every
   * client needs a token or a certificate. */
  readonly lenient: boolean;
  readonly log: Logger;
}

/** The hosts that the server answers to. */
export class HostPolicy {
  readonly #options: HostPolicyOptions;
  readonly #listening: string | undefined;
  readonly #refused = new Set<string>();

  constructor(options: HostPolicyOptions) {
    this.#options = options;
    this.#listening = hostnameOf(options.listening);
  }

  /**
   * Checks the host of a request. Logs each rejected host once.
   *
   * @param direct The request's own address.
   * @param visit The address and client that the proxies report.
   * @returns Why the host is rejected and how to allow it; undefined when
   * allowed.
   */
  refusal(direct: URL, visit: Visit): string | undefined {
    const { allowed, lenient } = this.#options;
    // A trusted proxy decides which names reach the server.
    const open = allowed.length === 0 && (lenient || visit.proxied === true);
    if (open || direct.protocol === "http+unix:") return undefined;
    // A page can forge proxy headers, but not the `Host` of the request.
    const wrong = [visit.url.host, direct.host]
      .find((host) => !this.#allows(hostnameOf(host)));
    if (wrong === undefined) return undefined;
    return this.#refuse(wrong.slice(0, MOST_SHOWN));
  }

  #allows(hostname: string | undefined): boolean {
    if (hostname === undefined) return false;
    return isFixed(hostname) || hostname === this.#listening ||
      this.#options.allowed.some((allowed) =>
        allowed === ANY || allowed === hostname ||
        (allowed.startsWith(".") && `.${hostname}`.endsWith(allowed))
      );
  }

  #refuse(host: string): string {
    const { allowed, log } = this.#options;
    const name = hostnameOf(host) ?? "HOST";
    const flag = `--public-host ${[...allowed, name].join(",")}`;
    if (!this.#refused.has(host) && this.#refused.size < MOST_REMEMBERED) {
      this.#refused.add(host);
      log.warn("host refused", { host, allow: flag });
    }
    return `This server does not serve the host "${host}". To allow that ` +
      `name, start the server with ${flag}`;
  }
}
