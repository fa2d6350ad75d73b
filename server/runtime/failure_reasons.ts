/**
 * Tracks the reasons of a lasting failure, so that each is logged once: the
 * first error is often just a lost connection, and a later one explains why
 * reconnecting fails.
 */

import { errorReason } from "./error_text.ts";

/** Reasons kept of one failure. */
const MOST_REASONS = 10;

/** The reasons of one failure. */
export class FailureReasons {
  readonly #known = new Set<string>();

  /** Returns whether an error has a reason that was not seen yet, and keeps it;
   * false after ten reasons, since errors may contain changing numbers. */
  isNew(error: unknown): boolean {
    const reason = errorReason(error);
    if (this.#known.has(reason) || this.#known.size >= MOST_REASONS) {
      return false;
    }
    this.#known.add(reason);
    return true;
  }

  /** Forgets all reasons: the failure has ended. */
  clear(): void {
    this.#known.clear();
  }
}
