/**
 * The WebSocket and transport interfaces that the server uses. native.ts
 * implements them over `Deno.serve`, ws.ts over `npm:ws`; tests use fakes.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import type { TcpLimits } from "./tcp_connections.ts";

/** One WebSocket, as its handler sees it. */
export interface Socket {
  /** Whether frames can be sent. */
  readonly open: boolean;
  /** Bytes sent but not yet taken by the operating system. */
  readonly buffered: number;
  /** Queues one frame. Does nothing when the socket is not open. */
  send(frame: string | Uint8Array<ArrayBuffer>): void;
  /**
   * Starts the closing handshake. It may never complete, so the caller drops
   * the socket at once.
   */
  close(code: number, reason: string): void;
}

/** Handles one socket. Called by the transport, never re-entrantly. */
export interface SocketHandler {
  /** Called with one complete message; a string for a text frame. */
  message(frame: string | Uint8Array<ArrayBuffer>): void;
  /** Called for a ping or pong with its payload size. Not every transport
   * reports these. */
  control(bytes: number): void;
  /** Returns whether messages wait for a turn of the event loop, so that
   * reading should pause. Not every transport checks. */
  isBusy?(): boolean;
  /**
   * Called when the socket has closed: at most once, and perhaps long after the
   * close started.
   *
   * @param code The peer's close code (any value), or 0 when the connection was
   * lost.
   * @param cause The transport's reason, if it closed the socket; then the code
   * is that of the reason. `CLOSE.silent` after the idle timeout,
   * `CLOSE.tooBig` for an oversized message, `CLOSE.flood` for too many pings.
   */
  close(code: number, cause?: CloseReason): void;
}

/**
 * Creates the handler of a socket that has just opened. It may send at once.
 */
export type Accept = (socket: Socket) => SocketHandler;

/** Options of all sockets of a transport. */
export interface TransportOptions {
  /**
   * Idle timeout in seconds without a frame, including pongs; 0 disables it.
   */
  readonly idleSeconds: number;
  /** Maximum bytes of a message. Only some transports can enforce it before
   * buffering the message, so handlers check too. */
  readonly maxFrame: number;
  /** Counts requests until they are answered. */
  readonly ledger: ResourceLedger;
  /** Time without progress after which the reader of a response may be cut off,
   * in milliseconds; not every transport can. */
  readonly slowMs: number;
  /** Called with what a handler threw; its socket is closed with 1011. */
  readonly onError: (error: unknown) => void;
  /** Limits of TCP connections, where the transport can count them; unlimited
   * by default. */
  readonly tcp?: TcpLimits | undefined;
  /** Maximum concurrent requests per multiplexed connection; 100 by default. */
  readonly streams?: number | undefined;
  /** Time limit for a TLS handshake and for the head of a request in
   * milliseconds, where the transport supports it; 10 s by default. */
  readonly headMs?: number | undefined;
}

/**
 * Fault of a request's head: its `Host`, body length, method, HTTP version or
 * number of fields; or no capacity for the request or for another one on its
 * connection.
 */
export type RequestFault =
  | "host"
  | "framing"
  | "method"
  | "version"
  | "fields"
  | "full"
  | "streams";

/** A body arrived in chunks too small for their cost. */
export class TinyChunks extends Error {
  override name = "TinyChunks";
}

/** Where to listen, and the handlers. */
export interface ListenOptions {
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Certificate and key, PEM, to serve https and wss; http without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Answers a request from an address such as `192.0.2.7`. `done` resolves
   * when the whole response was sent, or cannot be sent anymore. */
  readonly handler: (
    request: Request,
    address: string,
    done: Promise<void>,
  ) => Response | Promise<Response>;
  /** Returns the response when a handler or its body has thrown. */
  readonly onError: (error: unknown) => Response;
  /** Answers a request that cannot be passed to {@linkcode handler}. */
  readonly onFault: (fault: RequestFault) => Response;
  /** Called each time the listener stopped accepting; it is reopened. */
  readonly onFailed?: (reason: unknown) => void;
  /** Called when reopening failed for good. */
  readonly onLost?: (reason: unknown) => void;
}

/** An open listener. */
export interface Listener {
  readonly addr: Deno.Addr;
  /**
   * Stops accepting connections and waits for the open ones to end.
   *
   * @param deadline Resolves at the timeout: remaining connections are cut off
   * where possible.
   */
  stop(deadline: Promise<void>): Promise<void>;
}

/** Carries requests and sockets. */
export interface Transport {
  /**
   * Starts to listen.
   *
   * @throws {Deno.errors.AddrInUse} And other errors of listening.
   */
  listen(options: ListenOptions): Promise<Listener>;
  /**
   * Upgrades a request that {@linkcode ListenOptions.handler} received. The
   * handler must have read everything it needs: afterwards nothing may touch
   * the request, and the response must be returned unchanged.
   *
   * @param request A request with the headers of a WebSocket handshake.
   * @param accept Creates the handler when the socket is open.
   * @param protocol The subprotocol chosen among those offered, if any.
   * @returns The 101 response.
   * @throws {TypeError} When the request is no handshake.
   */
  upgrade(request: Request, accept: Accept, protocol?: string): Response;
}
