/**
 * Whether the store takes messages: learnt from what the ticks meet, and while
 * it does not, by trying again, so that an idle server finds out too. And
 * whether it is this node that cannot reach it, which others may.
 */

import {
  type Cancel,
  type Clock,
  type Monotonic,
  msAfter,
  msBetween,
} from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import { attempt } from "../runtime/attempt.ts";
import { OutOfReachError, type Store } from "../store/store.ts";

/** Time between two tries, milliseconds. */
const CHECK_MS = 1_000;
/** How long a node waits for its store to be in reach again before it counts
 * as cut off, milliseconds; up to half of it more, since all nodes lose an
 * engine at the same moment. */
const CUT_OFF_MS = 10_000;
/** The longest time until it counts as cut off once more. Each time is twice
 * the one before: where no node has an engine, clients that are sent away from
 * one come back to another, or to the same. */
const MOST_CUT_OFF_MS = 10 * 60_000;

/** What {@linkcode StoreHealth} needs. */
export interface StoreHealthOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** Called when the store has been out of reach for long, and not again
   * before twice that time has passed. */
  readonly cutOff: () => void;
}

/** The health of one store. */
export class StoreHealth {
  readonly #options: StoreHealthOptions;
  #retry: Cancel | null = null;
  #doubting = false;
  /** Since when it is out of reach; undefined when it is not. */
  #since: Monotonic | undefined;
  #patienceMs = CUT_OFF_MS;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  /** Whether the last that is known is good. */
  get healthy(): boolean {
    return this.#retry === null;
  }

  /** Something was stored. */
  works(): void {
    if (this.#retry === null) return;
    this.stop();
    this.#since = undefined;
    this.#patienceMs = CUT_OFF_MS;
    this.#options.log.info("store works again");
  }

  /** Something could not be stored. Said once, not once a tick. */
  fails(error: unknown): void {
    if (this.#retry !== null) return;
    this.#options.log.error("store fails; messages are refused", { error });
    this.#learn(error);
    this.#checkLater();
  }

  /** Something else failed than storing: finds out what that means, and says
   * so, once. */
  doubts(words: string, error: unknown): void {
    this.look(() => this.#options.log.error(words, { error }));
  }

  /** Finds out whether messages can be stored.
   *
   * @param well Called if they can. */
  look(well: () => void = () => {}): void {
    if (this.#retry !== null || this.#doubting) return;
    this.#doubting = true;
    attempt(() => this.#options.store.check()).then(well, (failure) => {
      if (this.#doubting) this.fails(failure);
    }).finally(() => this.#doubting = false);
  }

  /** Stops trying. */
  stop(): void {
    this.#doubting = false;
    this.#retry?.();
    this.#retry = null;
  }

  #checkLater(): void {
    const { store, clock } = this.#options;
    this.#retry = clock.after(CHECK_MS, () => {
      attempt(() => store.check()).then(() => this.works(), (error) => {
        if (this.#retry === null) return;
        this.#learn(error);
        this.#checkLater();
      });
    });
  }

  /** Notes whether the store is out of reach, and for how long. */
  #learn(error: unknown): void {
    const { clock, random, cutOff } = this.#options;
    const now = clock.monotonic();
    if (!(error instanceof OutOfReachError)) {
      this.#since = undefined;
    } else if (this.#since === undefined) {
      this.#since = msAfter(now, random() * this.#patienceMs / 2);
    } else if (msBetween(this.#since, now) >= this.#patienceMs) {
      this.#patienceMs = Math.min(2 * this.#patienceMs, MOST_CUT_OFF_MS);
      this.#since = now;
      cutOff();
    }
  }
}
