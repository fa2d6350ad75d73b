/**
 * Detects when the process exceeds its memory limit. The server cannot always
 * free the memory itself (transport/native.ts), but it can shut down cleanly
 * before the system kills it.
 */

import { type Cancel, type Clock, every } from "../runtime/clock.ts";

/** Interval of checks, in milliseconds. */
const LOOK_MS = 500;
/** Consecutive checks over the limit: short-lived garbage does not count. */
const LOOKS = 3;

/** Options of {@linkcode watchMemory}. */
export interface MemoryWatchOptions {
  /** Memory limit in bytes. */
  readonly most: number;
  /** Returns the memory in use, in bytes. */
  readonly held: () => number;
  /** Called once with the memory in use, after more than a second over the
   * limit. */
  readonly onFull: (held: number) => void;
  /** Called when a check fails. */
  readonly failed: (error: unknown) => void;
}

/**
 * Starts to check.
 *
 * @param clock Provides the timers.
 * @returns Stops the checks.
 */
export function watchMemory(
  clock: Clock,
  { most, held, onFull, failed }: MemoryWatchOptions,
): Cancel {
  let above = 0;
  const stop = every(clock, {
    ms: LOOK_MS,
    run() {
      const now = held();
      above = now > most ? above + 1 : 0;
      if (above < LOOKS) return;
      stop();
      onFull(now);
    },
    failed,
  });
  return stop;
}
