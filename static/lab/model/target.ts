/**
 * Where a client connects: reading what was typed, finding the endpoint it
 * means, and what may be done there. Pure; `here` is the page's own address.
 */

import { type Endpoint, LAB_KEY } from "../../../protocol/lab.ts";

/** What is typed into a client's form. */
export interface Target {
  readonly address: string;
  /** Separated by commas or spaces. */
  readonly protocols: string;
}

/**
 * A typed address as a whole one: `/lessons/echo` is on this server.
 *
 * @returns undefined when it is no address of a WebSocket.
 */
export function resolve(address: string, here: string): URL | undefined {
  try {
    const url = new URL(address.trim(), here);
    if (address.trim() === "") return undefined;
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    return /^wss?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** The subprotocols in what was typed. */
export function protocolList(typed: string): string[] {
  return typed.split(/[\s,]+/).filter((protocol) => protocol !== "");
}

/** The form's fields for an endpoint. */
export function targetOf(
  { path, protocols }: Pick<Endpoint, "path" | "protocols">,
  here: string,
): Target {
  return {
    address: resolve(path, here)?.href ?? path,
    protocols: protocols.join(", "),
  };
}

/** The endpoint that a form means; undefined for any other address. */
export function endpointOf(
  { address, protocols }: Target,
  endpoints: readonly Endpoint[],
  here: string,
): Endpoint | undefined {
  const url = resolve(address, here);
  if (url === undefined || !isOwn(url, here)) return undefined;
  const offered = protocolList(protocols);
  const there = endpoints.filter(({ path }) => path === url.pathname);
  const exactly = there.find((endpoint) =>
    endpoint.protocols.join() === offered.join()
  );
  return exactly ?? there[0];
}

/** Whether an address is on the server that this page came from. */
export function isOwn(url: URL, here: string): boolean {
  return url.host === new URL(here).host;
}

/** Whether an address may be flooded: this server, or this machine. */
export function mayFlood(url: URL, here: string): boolean {
  return isOwn(url, here) ||
    /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
}

/** The address to connect to: on this server with the key under which it keeps
 * count. */
export function watchedAt(url: URL, key: string, here: string): string {
  if (!isOwn(url, here)) return url.href;
  const watched = new URL(url);
  watched.searchParams.set(LAB_KEY, key);
  return watched.href;
}
