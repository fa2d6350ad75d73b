/**
 * Reads a request's client address and target from proxy headers. Pure. The
 * settings say which proxy is trusted.
 */

import parseForwarded from "forwarded-parse";
import { readAddress } from "../runtime/ip_network.ts";

/** The target and the client address of a request. */
export interface Visit {
  readonly url: URL;
  /** The client's address, such as `192.0.2.7`. */
  readonly address: string;
  /** Whether a trusted proxy reported it. */
  readonly proxied?: boolean;
}

/** Values that the nearest proxy reports; empty where missing. */
interface Said {
  readonly client: string;
  readonly host: string;
  readonly proto: string;
}

/** Returns the last item of a list header: the one that the nearest proxy
 * added. Clients can forge earlier items. */
function last(headers: Headers, name: string): string {
  return headers.get(name)?.split(",").at(-1)?.trim() ?? "";
}

/**
 * Returns the last element of a `Forwarded` header. Searches from the end: the
 * client may have forged the start, for example with an unclosed quote.
 */
function lastElement(header: string): string {
  let quoted = false;
  for (let at = header.length - 1; at >= 0; at--) {
    if (header[at] === '"') quoted = !quoted;
    else if (header[at] === "," && !quoted) return header.slice(at + 1).trim();
  }
  return header.trim();
}

/** Reads `X-Forwarded-For`, `-Host` and `-Proto`; undefined without any. */
function saidByX(headers: Headers): Said | undefined {
  const names = ["for", "host", "proto"].map((name) => `x-forwarded-${name}`);
  if (!names.some((name) => headers.has(name))) return undefined;
  const [client = "", host = "", proto = ""] = names
    .map((name) => last(headers, name));
  return { client, host, proto };
}

/** Reads `Forwarded` (RFC 7239); undefined without it. */
function saidByForwarded(headers: Headers): Said | undefined {
  const header = headers.get("forwarded");
  if (header === null) return undefined;
  try {
    const [said] = parseForwarded(lastElement(header));
    const { for: client = "", host = "", proto = "" } = said ?? {};
    return { client, host, proto };
  } catch {
    return { client: "", host: "", proto: "" };
  }
}

/**
 * Reads the headers of Deno Deploy. Clients reach Deploy over TLS; Deploy
 * reaches the server over a local socket.
 *
 * @param visit The visit as the socket reports it; the address is empty if
 * unknown.
 * @param headers The request's headers.
 */
export function behindDeploy(
  { url, address }: Visit,
  headers: Headers,
): Visit {
  const client = readAddress(headers.get("x-deno-client-address") ?? "");
  return {
    url: new URL(`https://${url.host}${url.pathname}${url.search}`),
    address: address || (client ?? ""),
    proxied: true,
  };
}

/**
 * Reads the headers of the nearest proxy: `X-Forwarded-For`, `-Host` and
 * `-Proto` or, without these, `Forwarded` (RFC 7239). Never reads both: a proxy
 * sets one kind and may pass on the other unchecked.
 *
 * @param visit The visit as the socket reports it.
 * @param headers The request's headers.
 * @returns The client's address and the requested host and scheme. Missing or
 * invalid values leave the visit unchanged.
 */
export function behindProxy(visit: Visit, headers: Headers): Visit {
  const said = saidByX(headers) ?? saidByForwarded(headers);
  if (said === undefined) return visit;
  const { client, host } = said;
  const proto = said.proto.toLowerCase();
  const { url } = visit;
  const scheme = /^https?$/.test(proto) ? `${proto}:` : url.protocol;
  const wanted = `${scheme}//${host || url.host}${url.pathname}${url.search}`;
  const isHost = /^[\w.:[\]-]*$/.test(host) && URL.canParse(wanted);
  return {
    url: isHost ? new URL(wanted) : url,
    address: readAddress(client) ?? visit.address,
    proxied: true,
  };
}
