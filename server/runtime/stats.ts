/**
 * The server's counters: plain numbers, updated in place and read on request.
 * metrics.ts renders them.
 */

import { CLOSE } from "../../protocol/close_codes.ts";
import type { Recovered } from "../../protocol/events.ts";

/** Counts values by how large they are. */
export class Histogram {
  /** Upper bounds, growing; what is above the last is in none of them. */
  readonly bounds: readonly number[];
  /** How many values fell below each bound and not below the one before. */
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(...bounds: number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  add(value: number): void {
    this.count++;
    this.sum += value;
    const index = this.bounds.findIndex((bound) => value <= bound);
    if (index >= 0) this.counts[index] = (this.counts[index] ?? 0) + 1;
  }
}

/** Counts by a word, such as a reason. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(word: string): void {
    this.counts.set(word, (this.counts.get(word) ?? 0) + 1);
  }
}

/** Seconds, for what should take milliseconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** The counts of one server, from its start on. */
export class Stats {
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number;
  /** Messages that were stored; repeats are not. */
  messages = 0;
  /** Messages that members' cursors were moved past. */
  deliveries = 0;
  readonly evictions = new Tally();
  readonly refused = new Tally();
  readonly resumes: Record<Recovered, number> = {
    full: 0,
    partial: 0,
    none: 0,
  };
  /** Messages of a tick. */
  readonly tickSize = new Histogram(1, 3, 10, 30, 100, 300, 1_000, 3_000);
  /** From the first message of a tick until all of it was sent, seconds. */
  readonly tickTime = new Histogram(...SECONDS);
  readonly appendTime = new Histogram(...SECONDS);
  readonly loopDelay = new Histogram(...SECONDS);

  /** @param now Milliseconds, for how long things take. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** Seconds since a moment of {@linkcode now}. */
  since(moment: number): number {
    return (this.now() - moment) / 1000;
  }
}

/** Reasons of evictions, by close code; excludes leaving and shutdown. */
const EVICTIONS = new Map<number, string>(
  Object.entries(CLOSE).filter(([name]) =>
    name !== "normal" && name !== "restart"
  ).map(([name, { code }]) => [code, name]),
);

/**
 * Returns the reason of an eviction.
 *
 * @param code The code of the server's close.
 * @returns The reason; undefined if the close is no eviction.
 */
export function evictionBy(code: number): string | undefined {
  return EVICTIONS.get(code);
}
