/**
 * The tick: what one turn of the event loop brought is stored together. One
 * append is under way at a time, so that what comes meanwhile makes the next
 * one larger: the batch grows with the load and an idle room waits for nothing.
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

/** A tick gathers no longer than this, milliseconds; and one that comes later
 * than this after the one before ends with its turn. */
const MOST_MS = 4;

/** A tick that takes longer counts as stuck, milliseconds. */
const STUCK_MS = 5_000;

/** A draft, and who wants to know what became of it. */
export interface Pending extends Draft {
  readonly session: Session;
  readonly id: RequestId | undefined;
}

/** What is done around the append. */
export interface TickHooks {
  /** A turn has ended; what was gathered is stored next. */
  before(): void;
  /** The store has it: these are the receipts, in the order of the drafts. */
  stored(pending: readonly Pending[], receipts: readonly Receipt[]): void;
  /** The store could not take it. */
  failed(pending: readonly Pending[], error: unknown): void;
  /** Nothing is under way: what was to wait for the messages can follow them. */
  after(): void;
}

/** What a {@linkcode Ticker} needs. */
export interface TickerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly stats: Stats;
  /** Called when a hook throws, which leaves the state unknown. */
  readonly fatal: (error: unknown) => void;
}

/** Gathers drafts and stores them tick by tick. */
export class Ticker {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #stats: Stats;
  readonly #hooks: TickHooks;
  readonly #fatal: (error: unknown) => void;
  #pending: Pending[] = [];
  #due = false;
  /** Drafts there were at the end of the last turn. */
  #seen = 0;
  #began: Monotonic = LONG_AGO;
  #ended: Monotonic = LONG_AGO;
  /** When the first of the drafts came. */
  #first = 0;
  #appending: Promise<void> | null = null;
  /** When the append that is under way began. */
  #asked: Monotonic = LONG_AGO;

  constructor({ store, clock, stats, fatal }: TickerOptions, hooks: TickHooks) {
    this.#store = store;
    this.#clock = clock;
    this.#stats = stats;
    this.#hooks = hooks;
    this.#fatal = fatal;
  }

  /** Whether a tick has been under way for so long that something is wrong. */
  get stuck(): boolean {
    const now = this.#clock.monotonic();
    return this.#due && msBetween(this.#began, now) > STUCK_MS ||
      this.#appending !== null && msBetween(this.#asked, now) > STUCK_MS;
  }

  /** Adds a draft to the tick that is under way. */
  add(pending: Pending): void {
    if (this.#pending.length === 0) this.#first = this.#stats.now();
    this.#pending.push(pending);
    this.wake();
  }

  /** Makes sure that a tick ends this turn. */
  wake(): void {
    if (this.#due) return;
    this.#due = true;
    this.#seen = 0;
    this.#began = this.#clock.monotonic();
    this.#clock.soon(this.#endOfTurn);
  }

  /** Resolves when all that was added is stored or has failed. */
  async idle(): Promise<void> {
    while (this.#appending !== null || this.#pending.length > 0) {
      await (this.#appending ??
        new Promise<void>((done) => this.#clock.soon(done)));
    }
  }

  /**
   * The runtime hands out one frame of each socket a turn. So a turn that
   * brought messages is likely to be followed by one that brings more, which
   * go into the same tick; one that brought none ends it. After a quiet time
   * that is not likely: whoever breaks it waits for nobody, and his message
   * arrives a tenth earlier.
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
    // What is stored stays stored, whatever goes wrong in telling of it.
    if ("receipts" in outcome) {
      stats.appendTime.add(stats.since(began));
      this.#run(() => this.#hooks.stored(pending, outcome.receipts));
      stats.tickSize.add(pending.length);
      stats.tickTime.add(stats.since(first));
    } else this.#run(() => this.#hooks.failed(pending, outcome.error));
    this.#run(() => this.#hooks.after());
    if (this.#pending.length > 0) this.wake();
  }

  /** Runs a hook. The ticks go on after one that throws, until whoever is told
   * so ends the process. */
  #run(hook: () => void): void {
    try {
      hook();
    } catch (error) {
      this.#fatal(error);
    }
  }
}
