/**
 * How many announcements one room sends, so that a change costs the same however
 * many members the room has. Counts what is sent, not what is announced: a
 * person with many connections, or a dialect with a frame for each change,
 * counts in full. Pure: the time is passed in.
 */

import { LONG_AGO, type Monotonic, msBetween } from "../runtime/clock.ts";

/** Frames that a room may send per second, on average … */
const PER_SECOND = 200;
/** … and at once. A change in a small room is therefore sent at once. */
const BURST = 400;
/** Most frames that a room has to make up for: a change waits for 5 seconds at
 * most. */
const LEAST_CREDIT = -1_000;

/** The budget of one room, for one kind of announcement. */
export class AnnouncementPace {
  /** Frames that may be sent now; below 0 while the room has to wait. */
  #credit = BURST;
  #at: Monotonic = LONG_AGO;

  /** Returns the milliseconds until the room may announce; 0 for now. */
  waitMs(now: Monotonic): number {
    this.#refill(now);
    if (this.#credit > 0) return 0;
    return Math.floor(-this.#credit / PER_SECOND * 1000) + 1;
  }

  /**
   * Returns how many announcements the room may send at once.
   *
   * @param readers Number of members that get each of them.
   * @param now The moment.
   * @returns 0 while it has to wait; otherwise at least 1.
   */
  most(readers: number, now: Monotonic): number {
    if (this.waitMs(now) > 0) return 0;
    return Math.max(Math.floor(this.#credit / Math.max(readers, 1)), 1);
  }

  /** Counts frames that the room sends, also more than it may. */
  sent(frames: number, now: Monotonic): void {
    this.#refill(now);
    this.#credit = Math.max(this.#credit - frames, LEAST_CREDIT);
  }

  #refill(now: Monotonic): void {
    const back = msBetween(this.#at, now) / 1000 * PER_SECOND;
    this.#credit = Math.min(this.#credit + back, BURST);
    this.#at = now;
  }
}
