/**
 * The client library's view of a WebSocket, over a raw socket: so that the
 * library's own connections can be cut, reset and stalled too.
 */

import type { SocketLike } from "../../client/hubbub.ts";
import { RawSocket } from "./raw_socket.ts";

/** A class of WebSockets, as the client library's option wants it. */
export type WebSocketClass = new (
  url: string,
  protocols: string[],
) => SocketLike;

/**
 * Makes a WebSocket class.
 *
 * @param made Gets the raw socket of each new one.
 */
export function rawWebSocketClass(
  made: (socket: RawSocket) => void,
): WebSocketClass {
  return class implements SocketLike {
    readyState = 0;
    readonly #events = new EventTarget();
    readonly #raw: RawSocket;

    constructor(url: string, [protocol]: string[]) {
      const tell = (event: Event) => this.#events.dispatchEvent(event);
      this.#raw = new RawSocket(new URL(url), protocol, {
        opened: () => {
          this.readyState = 1;
          tell(new Event("open"));
        },
        text: (data) => tell(new MessageEvent("message", { data })),
        closed: (code) => {
          this.readyState = 3;
          tell(new CloseEvent("close", { code }));
        },
      });
      made(this.#raw);
    }

    send(data: string): void {
      this.#raw.send(data);
    }

    close(code = 1000): void {
      this.readyState = Math.max(this.readyState, 2);
      this.#raw.close(code);
    }

    addEventListener(type: string, listener: (event: never) => void): void {
      this.#events.addEventListener(type, listener as EventListener);
    }
  };
}
