/**
 * How many bytes of answers one client may have in flight: those that the store
 * is being asked for, those that come at the end of the turn, and those that
 * its socket has not taken. Beyond that its next requests wait. Owns what the
 * ledger is told of them, also while nobody reads.
 */

import type { Cancel } from "../runtime/clock.ts";
import type { Release } from "../runtime/resource_ledger.ts";
import { PAGE_BYTES } from "../rooms/read_queue.ts";

/** Bytes in flight above which no further request is begun. The last one to be
 * begun comes on top: a page of history at most. */
export const REPLY_BUDGET = 64 * 1024;

/** What a read of the store counts as while it is under way: as much as its
 * answer may have. What it had is known when it was given. */
export const READ_BYTES = PAGE_BYTES;

/** What an answer counts as that comes at the end of the turn: the list of who
 * is in a room, say. */
export const TURN_BYTES = 16 * 1024;

/** How often it is looked at whether answers were taken, milliseconds. */
const LOOK_MS = 50;

/** What a {@linkcode ReplyBudget} needs. */
export interface ReplyBudgetOptions {
  /** Counts bytes as held for a client. */
  readonly hold: (bytes: number) => Release;
  /** Runs `act` when this turn of the event loop has ended. */
  readonly soon: (act: () => void) => void;
  /** Runs `act` later. */
  readonly after: (ms: number, act: () => void) => Cancel;
  /** Bytes that were told and not taken. */
  readonly unsent: () => number;
}

/** The answers in flight of one client. */
export class ReplyBudget {
  readonly #options: ReplyBudgetOptions;
  #reads = 0;
  #turn = 0;
  /** What waits for the client to read. */
  #unread: Release = () => {};
  #stopLooking: Cancel | null = null;
  #stopped = false;

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
  read(answered: Promise<unknown>): void {
    const release = this.#options.hold(READ_BYTES);
    this.#reads += READ_BYTES;
    const done = () => {
      this.#reads -= READ_BYTES;
      release();
      this.look();
    };
    answered.then(done, done);
  }

  /** Counts an answer that is given at the end of this turn. */
  atEndOfTurn(): void {
    if (this.#turn === 0) this.#options.soon(() => this.#turn = 0);
    this.#turn += TURN_BYTES;
  }

  /** Counts what the client has not taken, again and again until it has. */
  look(): void {
    this.#stopLooking?.();
    this.#stopLooking = null;
    this.#unread();
    if (this.#stopped) return;
    const bytes = this.#options.unsent();
    if (bytes === 0) return;
    this.#unread = this.#options.hold(bytes);
    this.#stopLooking = this.#options.after(LOOK_MS, () => this.look());
  }

  /** Counts nothing any more: the client is gone. */
  stop(): void {
    this.#stopped = true;
    this.look();
  }
}
