/**
 * The smallest view of a WebSocket that the rest of the server needs. Owns no
 * code: native.ts gives it over `Deno.upgradeWebSocket`, tests give fakes.
 */

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
  /**
   * The socket is gone; called at most once, and perhaps long after it was
   * closed. `code` is the peer's, `CLOSE.silent`'s when nothing was heard for
   * too long, or 0 when the connection was lost.
   */
  close(code: number): void;
}

/**
 * Makes the handler of a socket that has just opened. May send at once.
 */
export type Accept = (socket: Socket) => SocketHandler;

/** How a request is upgraded. */
export interface UpgradeOptions {
  /** The subprotocol chosen among those offered, if any. */
  readonly protocol?: string | undefined;
  /** Seconds without a frame from the peer, pongs too, before it is dropped. */
  readonly idleSeconds: number;
}
