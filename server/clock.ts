/**
 * Time, as the server's parts see it: passed in, so that tests can turn it.
 */

import { setImmediate } from "node:timers";

/** Stops what was to happen later. Harmless when it has happened. */
export type Cancel = () => void;

/** A source of time and of later. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `act` once, in `ms` milliseconds. */
  after(ms: number, act: () => void): Cancel;
  /** Runs `act` when what has arrived in this turn of the event loop was handled. */
  soon(act: () => void): void;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
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
 * @param options `ms` between runs, and what to `run`.
 * @returns Stops it.
 */
export function every(
  clock: Clock,
  { ms, run }: { ms: number; run: () => void },
): Cancel {
  let cancel: Cancel;
  let stopped = false;
  const next = () => {
    cancel = clock.after(ms, () => {
      run();
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
