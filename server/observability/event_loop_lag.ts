/** Measures the lag of the event loop with a timer. */

import { type Cancel, type Clock, every } from "../runtime/clock.ts";
import type { Stats } from "../runtime/stats.ts";

/** Interval of measurements, in milliseconds. */
const LOOK_MS = 200;

/**
 * Starts to measure.
 *
 * @param clock Provides the timers.
 * @param stats Receives the results.
 * @param failed Called when a measurement fails.
 * @returns Stops measuring.
 */
export function watchLoopDelay(
  clock: Clock,
  stats: Stats,
  failed: (error: unknown) => void,
): Cancel {
  let due = stats.now() + LOOK_MS;
  return every(clock, {
    ms: LOOK_MS,
    run() {
      stats.loopDelay.add(Math.max(stats.since(due), 0));
      due = stats.now() + LOOK_MS;
    },
    failed,
  });
}
