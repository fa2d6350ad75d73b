/**
 * Isolates feeds: one that throws does not affect other messages or rooms.
 * Pure.
 */

import type { Feed, LogState, StoredMessage } from "./store.ts";

/** A feed that never throws. */
export class GuardedFeed implements Feed {
  readonly #feed: Feed;

  /** @param feed Receives its own errors if it has an error handler. */
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
        // An error handler that throws is ignored.
      }
    }
  }
}
