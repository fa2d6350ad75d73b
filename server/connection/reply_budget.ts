/**
 * Limits the bytes of replies in flight per client: pending store reads,
 * replies at the end of the turn, and unsent socket data. Over the limit,
 * further requests wait. Reports these bytes to the ledger.
 */

import type { Cancel } from "../runtime/clock.ts";
import type { Release } from "../runtime/resource_ledger.ts";
import { PAGE_BYTES } from "../rooms/read_queue.ts";

/** Bytes in flight above which no further request starts. The last request may
 * exceed it, by a page of history at most. */
export const REPLY_BUDGET = 64 * 1024;

/** Bytes charged for a pending store read: the maximum of its reply. The actual
 * size is known afterwards. */
export const READ_BYTES = PAGE_BYTES;

/** Bytes charged for a reply at the end of the turn, such as a member list. */
export const TURN_BYTES = 16 * 1024;

/** Interval of checks for unread replies, in milliseconds. */
const LOOK_MS = 50;

/** Options of a {@linkcode ReplyBudget}. */
export interface ReplyBudgetOptions {
  /** Counts bytes as held for the client. */
  readonly hold: (bytes: number) => Release;
  /** Runs `act` after the current turn of the event loop. */
  readonly soon: (act: () => void) => void;
  /** Runs `act` later. */
  readonly after: (ms: number, act: () => void) => Cancel;
  /** Bytes written but not yet read by the client. */
  readonly unsent: () => number;
}

/** Replies in flight of one client. */
export class ReplyBudget {
  readonly #options: ReplyBudgetOptions;
  #reads = 0;
  #turn = 0;
  /** Releases the bytes that the client has not read. */
  #unread: Release = () => {};
  #stopLooking: Cancel | null = null;
  #stopped = false;

  constructor(options: ReplyBudgetOptions) {
    this.#options = options;
  }

  /** Whether another request may start. */
  get hasRoom(): boolean {
    const expected = this.#reads + this.#turn;
    return expected + this.#options.unsent() < REPLY_BUDGET;
  }

  /**
   * Counts a reply that needs a store read.
   *
   * @param answered Settles when the reply was sent.
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

  /** Counts a reply that is sent at the end of this turn. */
  atEndOfTurn(): void {
    if (this.#turn === 0) this.#options.soon(() => this.#turn = 0);
    this.#turn += TURN_BYTES;
  }

  /** Counts unread bytes, repeatedly until the client has read them. */
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

  /** Releases everything after the close. */
  stop(): void {
    this.#stopped = true;
    this.look();
  }
}
