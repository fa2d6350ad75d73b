/**
 * The smallest view of a WebSocket, and of what brings them, that the rest of
 * the server needs. native.ts gives it over `Deno.serve`, ws.ts
 * over `npm:ws`, and tests give fakes.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import type { TcpLimits } from "./tcp_connections.ts";

/** One WebSocket, as seen by what talks over it. */
export interface Socket {
  /** Whether frames can be sent. */
  readonly open: boolean;
  /** Bytes sent but not yet taken by the operating system. */
  readonly buffered: number;
  /** Queues one frame. Does nothing when the socket is not open. */
  send(frame: string | Uint8Array<ArrayBuffer>): void;
  /**
   * Starts the closing handshake. Its end may never come, so whoever calls
   * this forgets the socket at once.
   */
  close(code: number, reason: string): void;
}

/** What talks over a socket. Called by the transport, never re-entrantly. */
export interface SocketHandler {
  /** One whole message; a string for a text frame. */
  message(frame: string | Uint8Array<ArrayBuffer>): void;
  /** A ping or pong with a payload of so many bytes. Not every transport can
   * tell. */
  control(bytes: number): void;
  /** Returns whether messages wait for a turn of the event loop, so that no
   * more should be read until the next one. Not every transport asks. */
  isBusy?(): boolean;
  /**
   * The socket is gone; called at most once, and perhaps long after it was
   * closed.
   *
   * @param code The peer's, any that it likes, or 0 when the connection was
   * lost.
   * @param cause Why the transport ended it by itself, if it did; the code is
   * that of the cause then. `CLOSE.silent` when nothing was heard for too long,
   * `CLOSE.tooBig` when it refused a message, `CLOSE.flood` for too many pings.
   */
  close(code: number, cause?: CloseReason): void;
}

/**
 * Makes the handler of a socket that has just opened. May send at once.
 */
export type Accept = (socket: Socket) => SocketHandler;

/** What holds for all sockets of a transport. */
export interface TransportOptions {
  /** Seconds without a frame from the peer, pongs too, before it is dropped;
   * 0 is for ever. */
  readonly idleSeconds: number;
  /** Bytes of a message. Only some transports can refuse one that is larger
   * before they hold all of it, so handlers look as well. */
  readonly maxFrame: number;
  /** Counts requests until they are answered. */
  readonly ledger: ResourceLedger;
  /** Milliseconds without progress after which a reader of an answer may be cut
   * off; not every transport can. */
  readonly slowMs: number;
  /** Told of what a handler threw; its socket is closed with 1011. */
  readonly onError: (error: unknown) => void;
  /** How many TCP connections there may be, where the transport can tell;
   * unlimited without it. */
  readonly tcp?: TcpLimits | undefined;
  /** Requests in progress over one connection, where it can have many; 100
   * without it. */
  readonly streams?: number | undefined;
  /** Milliseconds that a connection may take for a handshake of TLS, and for
   * the head of a request, where the transport can tell; 10 s without it. */
  readonly headMs?: number | undefined;
}

/** What is wrong with the head of a request: its `Host`, the length of its
 * body, its method, the version of HTTP or
 * the number of its fields; or there is no room for it, or for
 * one more of its connection. */
export type RequestFault =
  | "host"
  | "framing"
  | "method"
  | "version"
  | "fields"
  | "full"
  | "streams";

/** A body came in chunks so small that they cost more than they bring. */
export class TinyChunks extends Error {
  override name = "TinyChunks";
}

/** Where to listen, and what answers. */
export interface ListenOptions {
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Certificate and key, PEM, to serve https and wss; http without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Answers a request that comes from an address, such as `192.0.2.7`; `done`
   * resolves when the whole answer was sent, or cannot be sent any more. */
  readonly handler: (
    request: Request,
    address: string,
    done: Promise<void>,
  ) => Response | Promise<Response>;
  /** Answers where a handler or the body it gave has thrown. */
  readonly onError: (error: unknown) => Response;
  /** Answers a request that {@linkcode handler} cannot be given. */
  readonly onFault: (fault: RequestFault) => Response;
  /** Told each time that no connection was accepted any more; it goes on to
   * listen again. */
  readonly onFailed?: (reason: unknown) => void;
  /** Told when it cannot listen again. */
  readonly onLost?: (reason: unknown) => void;
}

/** A port that is listened on, until it is stopped. */
export interface Listener {
  readonly addr: Deno.Addr;
  /**
   * Takes no more connections, and waits for the end of those there are.
   *
   * @param patience Resolves when that has taken too long: what can be cut off
   * is cut off then.
   */
  stop(patience: Promise<void>): Promise<void>;
}

/** What requests and sockets come over. */
export interface Transport {
  /**
   * Begins to listen.
   *
   * @throws {Deno.errors.AddrInUse} And other errors of listening.
   */
  listen(options: ListenOptions): Promise<Listener>;
  /**
   * Upgrades a request that {@linkcode ListenOptions.handler} was given. That
   * has read from it all it needs: after this nothing may touch the request,
   * and the response must be returned as it is.
   *
   * @param request A request with the headers of a WebSocket handshake.
   * @param accept Makes the handler when the socket is open.
   * @param protocol The subprotocol chosen among those offered, if any.
   * @returns The 101 response.
   * @throws {TypeError} When the request is no handshake.
   */
  upgrade(request: Request, accept: Accept, protocol?: string): Response;
}
