/**
 * Group commit: stores the messages of one turn of the event loop together, as
 * one tick. One append runs at a time; messages that arrive meanwhile join the
 * next one. Batches therefore grow with the load, and an idle room adds no
 * delay.
 */

import type { RequestId } from "../../protocol/requests.ts";
import {
  type Clock,
  LONG_AGO,
  type Monotonic,
  msBetween,
} from "../runtime/clock.ts";
import { attempt } from "../runtime/attempt.ts";
import type { Session } from "./session.ts";
import type { Stats } from "../runtime/stats.ts";
import type { Draft, Receipt, Store } from "../store/store.ts";

/** The longest time that a tick gathers messages, milliseconds. A tick that
 * begins later than this after the previous one ends with its turn. */
const MOST_MS = 4;

/** Milliseconds after which a tick counts as stuck. */
const STUCK_MS = 5_000;

/** A draft, and the session that gets its ack or error. */
export interface Pending extends Draft {
  readonly session: Session;
  readonly id: RequestId | undefined;
}

/** Called around the append. */
export interface CommitHooks {
  /** A turn has ended; the append of its messages follows. */
  before(): void;
  /** The append succeeded; the receipts are in the order of the drafts. */
  stored(pending: readonly Pending[], receipts: readonly Receipt[]): void;
  /** The append failed as a whole. */
  failed(pending: readonly Pending[], error: unknown): void;
  /** The tick is over; departures can follow its messages. */
  after(): void;
}

/** Options of {@linkcode GroupCommit}. */
export interface GroupCommitOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly stats: Stats;
  /** Called when a hook throws: the state is unknown from then on. */
  readonly fatal: (error: unknown) => void;
}

/** Gathers drafts and stores them, one tick at a time. */
export class GroupCommit {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #stats: Stats;
  readonly #hooks: CommitHooks;
  readonly #fatal: (error: unknown) => void;
  #pending: Pending[] = [];
  #due = false;
  /** Number of drafts at the end of the last turn. */
  #seen = 0;
  #began: Monotonic = LONG_AGO;
  #ended: Monotonic = LONG_AGO;
  /** When the first of the drafts arrived. */
  #first = 0;
  #appending: Promise<void> | null = null;
  /** When the running append began. */
  #asked: Monotonic = LONG_AGO;

  constructor(
    { store, clock, stats, fatal }: GroupCommitOptions,
    hooks: CommitHooks,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#stats = stats;
    this.#hooks = hooks;
    this.#fatal = fatal;
  }

  /** Whether a tick has been running for more than {@linkcode STUCK_MS}. */
  get stuck(): boolean {
    const now = this.#clock.monotonic();
    return this.#due && msBetween(this.#began, now) > STUCK_MS ||
      this.#appending !== null && msBetween(this.#asked, now) > STUCK_MS;
  }

  /** Adds a draft to the current tick. */
  add(pending: Pending): void {
    if (this.#pending.length === 0) this.#first = this.#stats.now();
    this.#pending.push(pending);
    this.wake();
  }

  /** Makes sure that a tick ends in this turn. */
  wake(): void {
    if (this.#due) return;
    this.#due = true;
    this.#seen = 0;
    this.#began = this.#clock.monotonic();
    this.#clock.soon(this.#endOfTurn);
  }

  /** Resolves when every added draft is stored or has failed. */
  async idle(): Promise<void> {
    while (this.#appending !== null || this.#pending.length > 0) {
      await (this.#appending ??
        new Promise<void>((done) => this.#clock.soon(done)));
    }
  }

  /**
   * Ends the tick, or lets it gather another turn. The runtime delivers one
   * frame of each socket a turn, so a turn with messages is likely to be
   * followed by another. A turn without messages ends the tick. After a quiet
   * time the tick ends at once, which delivers a message a tenth earlier.
   */
  readonly #endOfTurn = (): void => {
    const more = this.#pending.length > this.#seen;
    const busy = msBetween(this.#ended, this.#began) < MOST_MS;
    const gathered = () => msBetween(this.#began, this.#clock.monotonic());
    if (more && busy && gathered() < MOST_MS) {
      this.#seen = this.#pending.length;
      this.#clock.soon(this.#endOfTurn);
    } else this.#end();
  };

  #end(): void {
    this.#due = false;
    this.#ended = this.#clock.monotonic();
    this.#run(() => this.#hooks.before());
    if (this.#appending !== null) return;
    if (this.#pending.length === 0) {
      return this.#run(() => this.#hooks.after());
    }
    const pending = this.#pending;
    this.#pending = [];
    this.#asked = this.#ended;
    this.#appending = this.#append(pending);
  }

  async #append(pending: readonly Pending[]): Promise<void> {
    const stats = this.#stats;
    const first = this.#first;
    const began = stats.now();
    const outcome = await attempt(() => this.#store.append(pending)).then(
      (receipts) => ({ receipts }),
      (error: unknown) => ({ error }),
    );
    this.#appending = null;
    // Stored messages stay stored, even if a hook throws afterwards.
    if ("receipts" in outcome) {
      stats.appendTime.add(stats.since(began));
      this.#run(() => this.#hooks.stored(pending, outcome.receipts));
      stats.tickSize.add(pending.length);
      stats.tickTime.add(stats.since(first));
    } else this.#run(() => this.#hooks.failed(pending, outcome.error));
    this.#run(() => this.#hooks.after());
    if (this.#pending.length > 0) this.wake();
  }

  /** Runs a hook. Ticks continue after one that throws, until `fatal` ends the
   * process. */
  #run(hook: () => void): void {
    try {
      hook();
    } catch (error) {
      this.#fatal(error);
    }
  }
}
