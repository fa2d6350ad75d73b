/**
 * How many bytes of answers one client may have in flight: those that the store
 * is being asked for, those that come at the end of the turn, and those that
 * its socket has not taken. Beyond that its next requests wait. Pure.
 */

import type { Release } from "../runtime/resource_ledger.ts";

/** Bytes in flight above which no further request is begun. The last one to be
 * begun comes on top, and so do up to three other reads of the store. */
export const REPLY_BUDGET = 256 * 1024;

/** What a read of the store counts as while it is under way: a page of history
 * with up to 256 Ki characters. */
export const READ_BYTES = 64 * 1024;

/** What an answer counts as that comes at the end of the turn: the list of who
 * is in a room, say. */
export const TURN_BYTES = 16 * 1024;

/** What a {@linkcode ReplyBudget} needs. */
export interface ReplyBudgetOptions {
  /** Counts bytes as held for a client. */
  readonly hold: (bytes: number) => Release;
  /** Runs `act` when this turn of the event loop has ended. */
  readonly soon: (act: () => void) => void;
  /** Bytes that were told and not taken. */
  readonly unsent: () => number;
}

/** The answers in flight of one client. */
export class ReplyBudget {
  readonly #options: ReplyBudgetOptions;
  #reads = 0;
  #turn = 0;

  constructor(options: ReplyBudgetOptions) {
    this.#options = options;
  }

  /** Whether one more request may be begun. */
  get hasRoom(): boolean {
    const expected = this.#reads + this.#turn;
    return expected + this.#options.unsent() < REPLY_BUDGET;
  }

  /**
   * Counts an answer that takes a read of the store.
   *
   * @param answered Settles when it was given.
   */
  read(answered: Promise<void>): void {
    const release = this.#options.hold(READ_BYTES);
    this.#reads += READ_BYTES;
    const done = () => {
      this.#reads -= READ_BYTES;
      release();
    };
    answered.then(done, done);
  }

  /** Counts an answer that is given at the end of this turn. */
  atEndOfTurn(): void {
    if (this.#turn === 0) this.#options.soon(() => this.#turn = 0);
    this.#turn += TURN_BYTES;
  }
}
