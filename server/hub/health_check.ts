/**
 * Health of the store, or of the connection to the fleet. Learns of failures
 * from their users, and checks each second until it works again. Also detects
 * when this node cannot reach an engine that other nodes may reach.
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
import { OutOfReachError } from "../store/store.ts";

/** Milliseconds between two checks after a failure. */
const CHECK_MS = 1_000;
/** Milliseconds out of reach after which a node counts as cut off. A random
 * time of up to half as much is added, since all nodes lose an engine at
 * once. */
const CUT_OFF_MS = 10_000;
/** The longest time until it counts as cut off once more. The time doubles,
 * since without an engine anywhere, clients return to another such node or the
 * same. */
const MOST_CUT_OFF_MS = 10 * 60_000;

/** Options of {@linkcode HealthCheck}. */
export interface HealthCheckOptions {
  /** Rejects, or throws, if it does not work. */
  readonly check: () => Promise<void> | void;
  /** Messages for the log. */
  readonly words: {
    readonly fails: string;
    readonly failsOtherwise: string;
    readonly works: string;
  };
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns random numbers from 0 up to 1. */
  readonly random: () => number;
  /** Called when it has been out of reach for long; again after twice
   * that time. */
  readonly cutOff: () => void;
}

/** The health of one thing. */
export class HealthCheck {
  readonly #options: HealthCheckOptions;
  #retry: Cancel | null = null;
  #checking = false;
  #closed = false;
  /** When it went out of reach; undefined while it is in reach. */
  #since: Monotonic | undefined;
  #cutOffMs = CUT_OFF_MS;
  /** The reasons that the log has of the failure that lasts. */
  readonly #reasons = new FailureReasons();

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  /** Whether its last use or check succeeded. */
  get healthy(): boolean {
    return this.#retry === null;
  }

  /** Records a success. */
  works(): void {
    if (this.#retry === null) return;
    this.#stop();
    this.#since = undefined;
    this.#cutOffMs = CUT_OFF_MS;
    this.#options.log.info(this.#options.words.works);
  }

  /** Records a failure, and logs it if it is the first one. The checks after it
   * log each further reason once. */
  fails(error: unknown): void {
    if (this.#retry !== null || this.#closed) return;
    this.#reasons.clear();
    this.#logReason(this.#options.words.fails, error);
    this.#learn(error);
    this.#checkLater();
  }

  /** Checks after another operation has failed; logs that failure if the check
   * succeeds. */
  checkAfter(words: string, error: unknown): void {
    this.look(() => this.#options.log.error(words, { error }));
  }

  /**
   * Checks once.
   *
   * @param well Called if it works.
   */
  look(well: () => void = () => {}): void {
    if (this.#retry !== null || this.#checking || this.#closed) return;
    this.#checking = true;
    attempt(() => this.#options.check()).then(well, (failure) => {
      if (this.#checking) this.fails(failure);
    }).finally(() => this.#checking = false);
  }

  /** Ends the checks for good. */
  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #stop(): void {
    this.#checking = false;
    this.#retry?.();
    this.#retry = null;
  }

  #checkLater(): void {
    const { check, clock, words } = this.#options;
    this.#retry = clock.after(CHECK_MS, () => {
      attempt(() => check()).then(() => this.works(), (error) => {
        if (this.#retry === null) return;
        // The first failure is often only that a connection was lost.
        this.#logReason(words.failsOtherwise, error);
        this.#learn(error);
        this.#checkLater();
      });
    });
  }

  /** Logs a failure whose reason is new. */
  #logReason(words: string, error: unknown): void {
    if (this.#reasons.isNew(error)) this.#options.log.error(words, { error });
  }

  /** Records whether it is out of reach, and since when. */
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
