/**
 * Time, as the server's parts see it: passed in, so that tests can turn it.
 *
 * There are two times. Dates (when a message was sent, when a token expires,
 * how long a ban lasts) are milliseconds since 1970, plain numbers from
 * `now()`: people and other machines know them, and an administrator or NTP can
 * set them back or forth. Intervals (rates, idleness, leases, retries) are
 * measured between two moments of `monotonic()`, which nobody can set. Their
 * types do not mix: TypeScript refuses to subtract, compare or assign one to
 * the other.
 */

import { setImmediate } from "node:timers";

/** Stops what was to happen later. Harmless when it has happened. */
export type Cancel = () => void;

declare const monotonic: unique symbol;

/**
 * A moment of the monotonic clock. A number at run time, opaque to TypeScript:
 * moments can be compared with `<`, and measured by {@linkcode msBetween}.
 */
export interface Monotonic {
  readonly [monotonic]: true;
}

/**
 * Names a moment of the monotonic clock.
 *
 * @param ms Milliseconds after the clock's start, which is arbitrary.
 */
export function monotonicAt(ms: number): Monotonic {
  return ms as unknown as Monotonic;
}

/** A moment before all others. */
export const LONG_AGO: Monotonic = monotonicAt(-Infinity);

/** Returns the milliseconds from one moment to another; negative when `to` is
 * the earlier one. */
export function msBetween(from: Monotonic, to: Monotonic): number {
  return (to as unknown as number) - (from as unknown as number);
}

/** Returns the moment `ms` milliseconds after another one. */
export function msAfter(moment: Monotonic, ms: number): Monotonic {
  return monotonicAt((moment as unknown as number) + ms);
}

/** A source of time and of later. */
export interface Clock {
  /** The date: milliseconds since 1970. For intervals use `monotonic()`: this
   * one may jump by days, in both directions. */
  now(): number;
  /** A moment for measuring intervals; it never goes back. */
  monotonic(): Monotonic;
  /** Runs `act` once, in `ms` milliseconds. */
  after(ms: number, act: () => void): Cancel;
  /** Runs `act` when what has arrived in this turn of the event loop was handled. */
  soon(act: () => void): void;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => monotonicAt(performance.now()),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  // Of all ways to end a turn this one gathers most without adding a delay:
  // setTimeout(0) adds 1-2 ms, queueMicrotask runs after a single frame.
  soon: (act) => void setImmediate(act),
};

/**
 * Runs something again and again, the next time counted from the end of the
 * last.
 *
 * @param clock Where the time comes from.
 * @param options `ms` between runs, what to `run`, and who is told when it
 * throws: it runs again all the same. Of failures one after the other the first
 * is told.
 * @returns Stops it.
 */
export function every(
  clock: Clock,
  { ms, run, failed }: {
    readonly ms: number;
    readonly run: () => void;
    readonly failed: (error: unknown) => void;
  },
): Cancel {
  let cancel: Cancel;
  let stopped = false;
  let failing = false;
  const next = () => {
    cancel = clock.after(ms, () => {
      try {
        run();
        failing = false;
      } catch (error) {
        if (!failing) failed(error);
        failing = true;
      }
      // It may have stopped itself.
      if (!stopped) next();
    });
  };
  next();
  return () => {
    stopped = true;
    cancel();
  };
}

/** What is to happen later, until all of it is called off. */
export class Later {
  readonly #clock: Clock;
  readonly #cancels = new Set<Cancel>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `act` once, in `ms` milliseconds. */
  add(ms: number, act: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#cancels.delete(cancel);
      act();
    });
    this.#cancels.add(cancel);
  }

  /** Calls off all of it. */
  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
