/**
 * Serializes the requests of each connection of Node's API, so that a client
 * holds one response at a time. Node itself emits pipelined requests before
 * earlier responses are read, and never ends pending responses when the
 * connection closes.
 */

import type { IncomingMessage, ServerResponse } from "node:http";

/** Maximum queued requests per connection. */
const MOST_WAITING = 32;

/** One request in the queue. */
export interface Exchange {
  /**
   * Resolves when the earlier requests are done: true to answer the request,
   * false if the connection closed meanwhile. Undefined when it need not wait.
   */
  readonly turn: Promise<boolean> | undefined;
  /** Resolves when the response was sent or the connection closed. */
  readonly done: Promise<void>;
}

/**
 * Tells the parser to stop, as after an upgrade: what follows is no request.
 */
const NO_MORE = 2;

/** Members of Node's API that its types lack. */
type Internals = { parser?: { onIncoming: () => number } | null };

/**
 * Destroys a request's connection and stops the parser, which could otherwise
 * emit thousands of requests from one 64 KiB packet.
 *
 * @param message The request over the limit.
 */
export function cutOff(message: IncomingMessage): void {
  // Earlier requests of the connection would otherwise each get an error.
  message.destroy = () => message;
  const { parser } = message.socket as Internals;
  if (parser) parser.onIncoming = () => NO_MORE;
  message.socket.destroy();
}

/** The exchanges of one server. */
export class NodeExchanges {
  readonly #ends = new WeakMap<object, Set<() => void>>();
  /** The last request of each connection. */
  readonly #last = new WeakMap<object, Promise<void>>();

  /**
   * Counts a request until its response was sent or its connection closed.
   *
   * @returns Its turn and its end; undefined when its connection has too many
   * waiting.
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
