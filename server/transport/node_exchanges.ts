/**
 * The requests of each connection of Node's API that are being answered. It
 * hands on all that a client has sent, before the answers to those before were
 * taken, and never ends the answers that wait when their connection ends. So
 * that a client holds one answer at a time, the next request is not begun until
 * the answer to the one before was taken.
 */

import type { IncomingMessage, ServerResponse } from "node:http";

/** Requests of one connection whose answers may wait. */
const MOST_WAITING = 32;

/** A request from its turn on. */
export interface Exchange {
  /** Resolves when those before it are over: true when it is to be answered,
   * false when its connection has gone meanwhile. Undefined when it need not
   * wait. */
  readonly turn: Promise<boolean> | undefined;
  /** Resolves when its answer was sent, or its connection is gone. */
  readonly done: Promise<void>;
}

/** What a parser takes for the end of what it has to read: as after an upgrade,
 * what follows is no request. */
const NO_MORE = 2;

/** What there is in Node's API, and not in its types. */
type Internals = { parser?: { onIncoming: () => number } | null };

/**
 * Cuts off the connection of a request, and stops the parser: of a packet of
 * 64 KiB it would go on to make thousands of requests that nobody answers.
 *
 * @param message The request that was one too many.
 */
export function cutOff(message: IncomingMessage): void {
  // There may be others before it, and each would get an error.
  message.destroy = () => message;
  const { parser } = message.socket as Internals;
  if (parser) parser.onIncoming = () => NO_MORE;
  message.socket.destroy();
}

/** All of one server. */
export class NodeExchanges {
  readonly #ends = new WeakMap<object, Set<() => void>>();
  /** The last request of each connection. */
  readonly #last = new WeakMap<object, Promise<void>>();

  /**
   * Counts a request until its answer was sent, or its connection is gone.
   *
   * @returns Its turn and its end; undefined where too many of its connection
   * wait.
   */
  begin(
    { socket }: IncomingMessage,
    response: ServerResponse,
  ): Exchange | undefined {
    let ends = this.#ends.get(socket);
    if (ends === undefined) {
      const all = ends = new Set();
      this.#ends.set(socket, all);
      socket.once("close", () => {
        for (const end of all) end();
      });
    }
    const waiting = ends;
    if (waiting.size >= MOST_WAITING) return undefined;
    const before = waiting.size === 0 ? undefined : this.#last.get(socket);
    const done = new Promise<void>((resolve) => {
      const end = () => {
        waiting.delete(end);
        resolve();
      };
      waiting.add(end);
      response.once("close", end);
    });
    this.#last.set(socket, done);
    return { turn: before?.then(() => !socket.destroyed), done };
  }
}
