/** Chooses the transport that the settings name. */

import { NativeTransport } from "./native.ts";
import type { Transport, TransportOptions } from "./socket.ts";

/** Deno's own sockets, or those of `npm:ws`. */
export const TRANSPORTS = ["native", "ws"] as const;
export type TransportName = typeof TRANSPORTS[number];

/**
 * Makes a transport.
 *
 * @param name Which.
 * @param options What holds for all its sockets.
 */
export async function openTransport(
  name: TransportName,
  options: TransportOptions,
): Promise<Transport> {
  if (name === "native") return new NativeTransport(options);
  // Loaded when it is asked for: it would make every start slower.
  const { WsTransport } = await import("./ws.ts");
  return new WsTransport(options);
}
