/** Schedules the store's retention: a small step each second, and the next one
 * after 20 ms while there is more to delete. */

import type { Cancel, Clock } from "../runtime/clock.ts";
import { attempt } from "../runtime/attempt.ts";
import type { Store } from "../store/store.ts";

/** Milliseconds between two steps when nothing is left to delete. */
const IDLE_MS = 1_000;
/** Milliseconds between two steps otherwise; a step blocks for about one. */
const BUSY_MS = 20;

/** Options of {@linkcode runRetention}. */
export interface RetentionOptions {
  readonly store: Pick<Store, "trim">;
  readonly clock: Clock;
  /** Called when a step fails. */
  readonly failed: (error: unknown) => void;
}

/**
 * Applies a store's retention until it is stopped.
 *
 * @returns A function that stops it.
 */
export function runRetention(
  { store, clock, failed }: RetentionOptions,
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
