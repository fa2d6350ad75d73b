/**
 * The transport that real servers of the tests use: the default one, or what
 * `HUBBUB_TRANSPORT` says, so that `deno task test:native` runs the same tests over
 * the other one.
 */

import {
  type TransportName,
  TRANSPORTS as ALL,
} from "../../server/transport/open_transport.ts";

const NAME = "HUBBUB_TRANSPORT";

/** An environment with nothing in it but the transport, for `readConfig()`. */
export function transportOnly(name: string): string | undefined {
  return name === NAME ? Deno.env.get(NAME) : undefined;
}

/** The transport's name. */
export const TRANSPORT = (Deno.env.get(NAME) ?? "ws") as TransportName;

/**
 * The transports that a test names itself. Those tests run once: where
 * `HUBBUB_TRANSPORT` is set, the run without it has them already. On the Deno
 * that Deno Deploy documents it is `native` alone: the HTTP server of Node's
 * API lacks too much there for `ws`.
 */
export const TRANSPORTS: readonly TransportName[] =
  Deno.version.deno.startsWith("2.5.")
    ? ["native"]
    : Deno.env.has(NAME)
    ? []
    : ALL;
