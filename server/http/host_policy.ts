/**
 * Which hosts the server answers to. A page of any site can have its own name
 * point at this machine, and is then a page of the same origin to its reader's
 * browser (DNS rebinding). The `Host` it sends gives it away: it is the name of
 * that site. Pure but for the log.
 */

import type { Visit } from "./proxy_headers.ts";
import type { Logger } from "../runtime/logger.ts";

/** Refused hosts that are remembered, so that each is logged once. */
const MOST_REMEMBERED = 100;
/** Characters of a host that are repeated: the client has written it. */
const MOST_SHOWN = 100;
/** Characters of a host: a name has 253 (RFC 1035, 2.3.4), a port 5. */
const MOST_CHARACTERS = 260;

/** Any host. */
const ANY = "*";

/**
 * Reads a host as it stands in a `Host` header or in an address.
 *
 * @param words Such as `chat.example.org`, `LOCALHOST.:8000` or `[::1]:8000`.
 * @returns Its name alone: in small letters, in ASCII, without port and final
 * dot; IPv6 in brackets. Undefined when it is no host (RFC 9110, 7.2).
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
 * Reads one host of `--public-host`.
 *
 * @param words A name such as `chat.example.org`; `.example.org` is that name
 * and all below it, `*` is any.
 * @returns It as {@linkcode hostnameOf} gives it; undefined when it is none, or
 * when it has a port, which does not count.
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
 * Tells whether nobody can have this name point elsewhere: an address is no
 * name, and browsers know `localhost` and all below it by themselves (RFC
 * 6761, 6.3).
 */
function isFixed(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ||
    hostname === "localhost" || hostname.endsWith(".localhost");
}

/** What a {@linkcode HostPolicy} goes by. */
export interface HostPolicyOptions {
  /** What {@linkcode readPublicHost} gave; empty where nothing was said. */
  readonly allowed: readonly string[];
  /** The address that is listened on, which may be a name. */
  readonly listening: string;
  /** Whether any host will do where nothing else was said: where a stranger's
   * page can do nothing, since everybody needs a token or a certificate. */
  readonly lenient: boolean;
  readonly log: Logger;
}

/** The hosts that one server answers to. */
export class HostPolicy {
  readonly #options: HostPolicyOptions;
  readonly #listening: string | undefined;
  readonly #refused = new Set<string>();

  constructor(options: HostPolicyOptions) {
    this.#options = options;
    this.#listening = hostnameOf(options.listening);
  }

  /**
   * Decides on a request, and logs each host that is refused once.
   *
   * @param direct The address that the request itself has.
   * @param visit Where it went to, as the proxies say.
   * @returns Why it is refused and how to change that; undefined when it is
   * not.
   */
  refusal(direct: URL, visit: Visit): string | undefined {
    const { allowed, lenient } = this.#options;
    // A trusted proxy knows by which names it may be asked.
    const open = allowed.length === 0 && (lenient || visit.proxied === true);
    if (open || direct.protocol === "http+unix:") return undefined;
    // What a proxy says, a page can write too; the host of the request itself
    // it cannot.
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
