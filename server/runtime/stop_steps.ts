/**
 * Runs shutdown steps in order within a deadline: a step that hangs or fails
 * does not prevent the others.
 */

import { type Clock, msAfter, msBetween } from "./clock.ts";
import type { Logger } from "./logger.ts";

/** One shutdown step. */
export interface StopStep {
  /** What it ends, for the log. */
  readonly name: string;
  /** Minimum time that earlier steps leave for it, in milliseconds. */
  readonly leastMs: number;
  readonly run: () => Promise<void> | void;
}

/** Some steps failed or timed out. */
export class StopCutShortError extends Error {
  override name = "StopCutShortError";
  /** The names of these steps. */
  readonly steps: readonly string[];

  constructor(steps: readonly string[]) {
    super(`The stop was cut short: ${steps.join(", ")}`);
    this.steps = steps;
  }
}

/**
 * Runs all steps in order. Each may use the time up to the deadline minus the
 * minimum of later steps, and then times out; later errors of it are ignored.
 *
 * @param steps The steps.
 * @param options The deadline `ms`, the clock, and the logger for steps that
 * fail.
 * @throws {StopCutShortError} After the last step, when one failed or timed
 * out.
 */
export async function runStopSteps(
  steps: readonly StopStep[],
  { ms, clock, log }: {
    readonly ms: number;
    readonly clock: Clock;
    readonly log: Pick<Logger, "error">;
  },
): Promise<void> {
  const deadline = msAfter(clock.monotonic(), ms);
  const cut: string[] = [];
  for (const [index, { name, run }] of steps.entries()) {
    const later = steps.slice(index + 1);
    const kept = later.reduce((sum, { leastMs }) => sum + leastMs, 0);
    const limitMs = msBetween(clock.monotonic(), deadline) - kept;
    try {
      if (await inTime(run, Math.max(limitMs, 0), clock)) continue;
      log.error("stop step timed out", { step: name });
    } catch (error) {
      log.error("stop step failed", { step: name, error });
    }
    cut.push(name);
  }
  if (cut.length > 0) throw new StopCutShortError(cut);
}

/** Returns whether a step ended in time. */
async function inTime(
  run: StopStep["run"],
  ms: number,
  clock: Clock,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const cancel = clock.after(ms, () => resolve(false));
  // Also handles synchronous throws, and rejections after the timeout.
  const done = (async () => {
    await run();
    return true;
  })();
  done.catch(() => {});
  try {
    return await Promise.race([done, late]);
  } finally {
    cancel();
  }
}
