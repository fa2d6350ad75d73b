/** Opens the transport that the settings name. */

import { NativeTransport } from "./native.ts";
import type { Transport, TransportOptions } from "./socket.ts";

/** Deno's own WebSockets, or those of `npm:ws`. */
export const TRANSPORTS = ["native", "ws"] as const;
export type TransportName = typeof TRANSPORTS[number];

/**
 * Creates a transport.
 *
 * @param name Its name.
 * @param options Options for all its sockets.
 */
export async function openTransport(
  name: TransportName,
  options: TransportOptions,
): Promise<Transport> {
  if (name === "native") return new NativeTransport(options);
  // Loaded on demand to keep startup fast.
  const { WsTransport } = await import("./ws.ts");
  return new WsTransport(options);
}
