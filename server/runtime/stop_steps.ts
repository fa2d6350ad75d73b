/**
 * Ends the parts of something one after the other within a deadline: a part
 * that hangs or fails keeps none of the others from ending.
 */

import { type Clock, msAfter, msBetween } from "./clock.ts";
import type { Logger } from "./logger.ts";

/** The end of one part. */
export interface StopStep {
  /** What it ends, for the log. */
  readonly name: string;
  /** Time that the steps before it leave for it, milliseconds. */
  readonly leastMs: number;
  readonly run: () => Promise<void> | void;
}

/** Some steps failed, or took too long and were given up. */
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
 * Runs all steps in their order. Each may take what the deadline leaves after
 * the least that later steps need, and is given up then; what it does after
 * that is its own affair, and an error of it is not seen.
 *
 * @param steps What to do.
 * @param options `ms`: within which all is over. The clock, and where it is
 * told what did not end well.
 * @throws {StopCutShortError} After the last step, when one failed or was given
 * up.
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
      log.error("stop step takes too long and is given up", { step: name });
    } catch (error) {
      log.error("stop step failed", { step: name, error });
    }
    cut.push(name);
  }
  if (cut.length > 0) throw new StopCutShortError(cut);
}

/** Tells whether it was over in time. */
async function inTime(
  run: StopStep["run"],
  ms: number,
  clock: Clock,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const cancel = clock.after(ms, () => resolve(false));
  // Also what throws at once, and what fails when nobody waits any more.
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
