/** When the store is asked to forget what is old: a small step each second, and
 * one soon after the other while there is more. */

import type { Cancel, Clock } from "../runtime/clock.ts";
import { attempt } from "../runtime/attempt.ts";
import type { Store } from "../store/store.ts";

/** Time between two steps where there is nothing more to do, milliseconds. */
const IDLE_MS = 1_000;
/** … and where there is: a step holds everybody up for about one. */
const BUSY_MS = 20;

/** What {@linkcode keepTrimming} needs. */
export interface TrimmingOptions {
  readonly store: Pick<Store, "trim">;
  readonly clock: Clock;
  /** Called when a step could not be done. */
  readonly failed: (error: unknown) => void;
}

/**
 * Keeps a store at what its retention wants.
 *
 * @returns Stops it.
 */
export function keepTrimming(
  { store, clock, failed }: TrimmingOptions,
): Cancel {
  let stopped = false;
  let cancel: Cancel = () => {};
  const nextIn = (ms: number) => {
    if (!stopped) cancel = clock.after(ms, step);
  };
  const step = () => {
    attempt(() => store.trim()).then(
      (more) => nextIn(more ? BUSY_MS : IDLE_MS),
      (error) => {
        failed(error);
        nextIn(IDLE_MS);
      },
    );
  };
  nextIn(IDLE_MS);
  return () => {
    stopped = true;
    cancel();
  };
}
