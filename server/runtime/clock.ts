/**
 * The clock interface; clocks are passed in, so that tests can control time.
 *
 * There are two kinds of time. Dates (when a message was sent, when a token or
 * a ban expires) are milliseconds since 1970 from `now()`; an administrator or
 * NTP can set them back or forth. Intervals (rates, idle times, leases,
 * retries) are measured between two moments of `monotonic()`, which nobody can
 * set. TypeScript rejects mixing the two types.
 */

import { soon, soonWithPauses } from "./event_loop.ts";

/** Cancels a timer; no effect after it has run. */
export type Cancel = () => void;

declare const monotonic: unique symbol;

/**
 * A moment of the monotonic clock. A number at run time, opaque to TypeScript:
 * compare moments with `<`, and measure with {@linkcode msBetween}.
 */
export interface Monotonic {
  readonly [monotonic]: true;
}

/**
 * Creates a moment of the monotonic clock.
 *
 * @param ms Milliseconds since the clock's arbitrary start.
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

/** A source of time and timers. */
export interface Clock {
  /** The date: milliseconds since 1970. For intervals use `monotonic()`: this
   * one may jump by days, in both directions. */
  now(): number;
  /** A moment for measuring intervals; it never goes back. */
  monotonic(): Monotonic;
  /** Runs `act` once, in `ms` milliseconds. */
  after(ms: number, act: () => void): Cancel;
  /**
   * Runs `act` after the events of this turn of the event loop were handled.
   *
   * @param pauses For work that may take many turns: has sockets polled when
   * such turns follow each other for 20 ms.
   */
  soon(act: () => void, pauses?: "pauses"): void;
}

/** The system clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => monotonicAt(performance.now()),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  soon: (act, pauses) => (pauses ? soonWithPauses : soon)(act),
};

/**
 * Runs a function repeatedly; the interval starts at the end of each run.
 *
 * @param clock Provides the timers.
 * @param options `ms` between runs, the function to `run`, and a callback for
 * errors. Runs continue after an error; of consecutive errors only the first is
 * reported.
 * @returns Stops the runs.
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
      // The function may have stopped it.
      if (!stopped) next();
    });
  };
  next();
  return () => {
    stopped = true;
    cancel();
  };
}

/** A group of timers that can be cancelled together. */
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

  /** Cancels all of them. */
  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
