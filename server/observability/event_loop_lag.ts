/** How late the event loop is, by a timer that knows when it was due. */

import { type Cancel, type Clock, every } from "../runtime/clock.ts";
import type { Stats } from "../runtime/stats.ts";

/** Between two looks, milliseconds. */
const LOOK_MS = 200;

/**
 * Measures until it is stopped.
 *
 * @param clock Whose timers.
 * @param stats Where it is counted.
 * @param failed Told when it could not be measured.
 * @returns Stops it.
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
