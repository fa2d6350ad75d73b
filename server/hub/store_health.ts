/**
 * Health of the store: whether it accepts messages. Learns it from the ticks,
 * and from a check each second while the store fails. Also detects when this
 * node cannot reach a store that other nodes may reach.
 */

import {
  type Cancel,
  type Clock,
  type Monotonic,
  msAfter,
  msBetween,
} from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import { FailureReasons } from "../runtime/failure_reasons.ts";
import { attempt } from "../runtime/attempt.ts";
import { OutOfReachError, type Store } from "../store/store.ts";

/** Milliseconds between two checks of a failed store. */
const CHECK_MS = 1_000;
/** Milliseconds out of reach after which a node counts as cut off. A random
 * time of up to half as much is added, since all nodes lose an engine at
 * once. */
const CUT_OFF_MS = 10_000;
/** The longest time until it counts as cut off once more. The time doubles,
 * since without an engine anywhere, clients return to another such node or the
 * same. */
const MOST_CUT_OFF_MS = 10 * 60_000;

/** Options of {@linkcode StoreHealth}. */
export interface StoreHealthOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns random numbers from 0 up to 1. */
  readonly random: () => number;
  /** Called when the store has been out of reach for long; again after twice
   * that time. */
  readonly cutOff: () => void;
}

/** The health of one store. */
export class StoreHealth {
  readonly #options: StoreHealthOptions;
  #retry: Cancel | null = null;
  #checking = false;
  /** When it went out of reach; undefined while it is in reach. */
  #since: Monotonic | undefined;
  #cutOffMs = CUT_OFF_MS;
  /** The reasons that the log has of the failure that lasts. */
  readonly #reasons = new FailureReasons();

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  /** Whether the store accepted the last message or check. */
  get healthy(): boolean {
    return this.#retry === null;
  }

  /** Records a success. */
  works(): void {
    if (this.#retry === null) return;
    this.stop();
    this.#since = undefined;
    this.#cutOffMs = CUT_OFF_MS;
    this.#options.log.info("store works again");
  }

  /** Records a failure to store, and logs it if it is the first one. The checks
   * after it log each further reason once. */
  fails(error: unknown): void {
    if (this.#retry !== null) return;
    this.#reasons.clear();
    this.#logReason("store fails; messages are refused", error);
    this.#learn(error);
    this.#checkLater();
  }

  /** Checks the store after another operation has failed, and logs that failure
   * once. */
  checkAfter(words: string, error: unknown): void {
    this.look(() => this.#options.log.error(words, { error }));
  }

  /**
   * Checks whether messages can be stored.
   *
   * @param well Called if they can.
   */
  look(well: () => void = () => {}): void {
    if (this.#retry !== null || this.#checking) return;
    this.#checking = true;
    attempt(() => this.#options.store.check()).then(well, (failure) => {
      if (this.#checking) this.fails(failure);
    }).finally(() => this.#checking = false);
  }

  /** Stops the checks. */
  stop(): void {
    this.#checking = false;
    this.#retry?.();
    this.#retry = null;
  }

  #checkLater(): void {
    const { store, clock } = this.#options;
    this.#retry = clock.after(CHECK_MS, () => {
      attempt(() => store.check()).then(() => this.works(), (error) => {
        if (this.#retry === null) return;
        // The first failure is often only that a connection was lost.
        this.#logReason("store still fails, for another reason", error);
        this.#learn(error);
        this.#checkLater();
      });
    });
  }

  /** Logs a failure whose reason is new. */
  #logReason(words: string, error: unknown): void {
    if (this.#reasons.isNew(error)) this.#options.log.error(words, { error });
  }

  /** Records whether the store is out of reach, and since when. */
  #learn(error: unknown): void {
    const { clock, random, cutOff } = this.#options;
    const now = clock.monotonic();
    if (!(error instanceof OutOfReachError)) {
      this.#since = undefined;
    } else if (this.#since === undefined) {
      this.#since = msAfter(now, random() * this.#cutOffMs / 2);
    } else if (msBetween(this.#since, now) >= this.#cutOffMs) {
      this.#cutOffMs = Math.min(2 * this.#cutOffMs, MOST_CUT_OFF_MS);
      this.#since = now;
      cutOff();
    }
  }
}
