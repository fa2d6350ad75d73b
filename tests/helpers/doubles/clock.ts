/**
 * Time that passes only when a test says so, and turns of the event loop that
 * end only when a test says so.
 */

import {
  type Cancel,
  type Clock,
  type Monotonic,
  monotonicAt,
} from "../../../server/runtime/clock.ts";

/** A clock turned by hand. Its timers follow the monotonic time. */
export class FakeClock implements Clock {
  /** What the date is ahead of the monotonic time, milliseconds. */
  #ahead: number;
  /** Milliseconds since the monotonic clock began. */
  #passed = 5_000;
  #timers: { at: number; act: () => void }[] = [];
  #turn: (() => void)[] = [];

  /** @param now Milliseconds since 1970. */
  constructor(now = 1_700_000_000_000) {
    this.#ahead = now - this.#passed;
  }

  now(): number {
    return this.#passed + this.#ahead;
  }

  monotonic(): Monotonic {
    return monotonicAt(this.#passed);
  }

  /** Sets the date forth, or back where `ms` is negative, as NTP or an
   * administrator does: no time passes. */
  setForth(ms: number): void {
    this.#ahead += ms;
  }

  after(ms: number, act: () => void): Cancel {
    const timer = { at: this.#passed + ms, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  soon(act: () => void): void {
    this.#turn.push(act);
  }

  /** Timers that are running. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets time pass within the turn, as work does: no timer runs. */
  spend(ms: number): void {
    this.#passed += ms;
  }

  /** Ends the turn, and those that follow from it. */
  endTurn(): void {
    for (let turns = 0; this.endOneTurn(); turns++) {
      if (turns > 1_000) throw new Error("Turns follow each other for ever");
    }
  }

  /** Ends this turn only. Returns whether anything followed from it. */
  endOneTurn(): boolean {
    const acts = this.#turn;
    this.#turn = [];
    for (const act of acts) act();
    return acts.length > 0;
  }

  /** Lets time pass, and what is due happen in its order. */
  pass(ms: number): void {
    const end = this.#passed + ms;
    while (true) {
      const next = this.#timers.filter(({ at }) => at <= end)
        .toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#passed = next.at;
      next.act();
    }
    this.#passed = end;
  }
}

/** Lets everything happen that waits for nothing but promises. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await null;
}
