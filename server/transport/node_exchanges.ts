/**
 * The requests of each connection of Node's API that are being answered. It
 * hands on all that a client has sent, before the answers to those before were
 * taken, and never ends the answers that wait when their connection ends.
 */

import type { IncomingMessage, ServerResponse } from "node:http";

/** Requests of one connection whose answers may wait. */
const MOST_WAITING = 32;

/** All of one server. */
export class NodeExchanges {
  readonly #ends = new WeakMap<object, Set<() => void>>();

  /**
   * Counts a request until its answer was sent, or its connection is gone.
   *
   * @returns Resolves then; undefined where too many of its connection wait.
   */
  begin(
    { socket }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> | undefined {
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
    return new Promise((resolve) => {
      const end = () => {
        waiting.delete(end);
        resolve();
      };
      waiting.add(end);
      response.once("close", end);
    });
  }
}
