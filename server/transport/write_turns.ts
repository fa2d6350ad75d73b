/**
 * Turns of the event loop for answers that are written piece by piece. A piece
 * that is at hand at once, as one read from SQLite is, and that the kernel takes
 * at once, never lets the loop turn: one answer after the other would be written
 * to its end, while sockets, timers and new connections wait. So all answers of
 * a server together write a few pieces a turn. Owns their order: the addresses
 * take turns, then the connections of each.
 */

import { setImmediate } from "node:timers";
import { FairQueue, type Party } from "../runtime/fair_queue.ts";

/** Pieces of a turn. */
const MOST_PIECES = 8;
/** How long these may take together, milliseconds, but for the last. */
const TURN_MS = 2;

/** What {@linkcode WriteTurns} go by. */
export interface WriteTurnsOptions {
  /** Runs something in the next turn of the event loop; between two of a turn
   * runs what the promises of the first lead to. */
  readonly soon: (act: () => void) => void;
  /** Milliseconds after any moment. */
  readonly now: () => number;
}

/** Gives turns to those who ask. */
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
   * @param party Whose it is: an address, and a connection of it.
   */
  next(party: Party): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(party, resolve);
      this.#schedule();
    });
  }

  /** Plans a turn: who has written a piece asks again within it. */
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
