/**
 * Where a request really comes from and went to when a proxy stands before the
 * server. Pure; which proxy is to be believed is a setting.
 */

import parseForwarded from "forwarded-parse";
import { readAddress } from "../runtime/ip_network.ts";

/** Where a request goes and where it comes from. */
export interface Visit {
  readonly url: URL;
  /** Such as `192.0.2.7`. */
  readonly address: string;
  /** Whether a trusted proxy has said so. */
  readonly proxied?: boolean;
}

/** What the nearest proxy says; empty where it says nothing. */
interface Said {
  readonly client: string;
  readonly host: string;
  readonly proto: string;
}

/** The last of a list: the one that the nearest proxy has added. What stands
 * before it, anybody can have written. */
function last(headers: Headers, name: string): string {
  return headers.get(name)?.split(",").at(-1)?.trim() ?? "";
}

/**
 * The last element of a `Forwarded` header. It is looked for from the end: what
 * a client wrote before it may be anything, such as a quote that never ends.
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
 * Reads what Deno Deploy says of a request. All of them come to it over TLS,
 * and to the server over some socket of the machine.
 *
 * @param visit As the socket has it, its address empty where it has none.
 * @param headers Those of the request.
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
 * Reads what the nearest proxy says of a request: in `X-Forwarded-For`, `-Host`
 * and `-Proto` or, where there is none of these, in `Forwarded` (RFC 7239). Not
 * in both: a proxy writes the ones and lets the other pass as the client wrote
 * it.
 *
 * @param visit As the socket has it.
 * @param headers Those of the request.
 * @returns The client's address, the host and the scheme that it asked for;
 * what is missing or senseless there stays.
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
