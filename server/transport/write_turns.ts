/**
 * Schedules responses that are written in pieces. If each piece is available at
 * once (as from SQLite) and the kernel accepts it at once, the event loop never
 * turns, and one response would block sockets, timers and new connections. So
 * all responses together write a few pieces per turn, round robin over
 * addresses and then over connections.
 */

import { setImmediate } from "node:timers";
import { FairQueue, type Party } from "../runtime/fair_queue.ts";

/** Pieces per turn. */
const MOST_PIECES = 8;
/** Maximum time per turn in milliseconds, not counting the last piece. */
const TURN_MS = 2;

/** Options of {@linkcode WriteTurns}. */
export interface WriteTurnsOptions {
  /** Runs a callback in the next turn of the event loop. Microtasks run between
   * two callbacks of a turn. */
  readonly soon: (act: () => void) => void;
  /** Monotonic time in milliseconds. */
  readonly now: () => number;
}

/** Grants turns. */
export class WriteTurns {
  readonly #options: WriteTurnsOptions;
  readonly #waiting = new FairQueue<() => void>();
  #scheduled = false;
  #endsAt: number | undefined;

  constructor(
    options: WriteTurnsOptions = {
      soon: setImmediate,
      now: () => performance.now(),
    },
  ) {
    this.#options = options;
  }

  /**
   * Resolves when the next piece may be written.
   *
   * @param party The address and connection that write.
   */
  next(party: Party): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(party, resolve);
      this.#schedule();
    });
  }

  /** Schedules a turn: a writer asks again within its turn. */
  #schedule(): void {
    if (this.#scheduled || this.#waiting.size === 0) return;
    this.#scheduled = true;
    for (let count = 0; count < MOST_PIECES; count++) {
      this.#options.soon(() => this.#give());
    }
    this.#options.soon(() => {
      this.#scheduled = false;
      this.#endsAt = undefined;
      this.#schedule();
    });
  }

  #give(): void {
    const now = this.#options.now();
    this.#endsAt ??= now + TURN_MS;
    if (now < this.#endsAt) this.#waiting.shift()?.();
  }
}
