/**
 * Feeding followers so that one whose feed throws costs nobody else anything:
 * neither the room's other messages nor those of other rooms. Pure.
 */

import type { Feed, LogState, StoredMessage } from "./store.ts";

/** A feed that never throws. */
export class GuardedFeed implements Feed {
  readonly #feed: Feed;

  /** @param feed Told of what it has thrown, if it wants to be. */
  constructor(feed: Feed) {
    this.#feed = feed;
  }

  append(messages: readonly StoredMessage[]): void {
    this.#guard(() => this.#feed.append(messages));
  }

  trimmed(first: number): void {
    this.#guard(() => this.#feed.trimmed(first));
  }

  reset(state: LogState): void {
    this.#guard(() => this.#feed.reset(state));
  }

  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      try {
        this.#feed.failed?.(error);
      } catch {
        // It was given its chance.
      }
    }
  }
}
