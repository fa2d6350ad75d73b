/**
 * Splits work on many items, such as all sessions of a node, over several turns
 * of the event loop. Owns the pending jobs.
 */

import type { Clock } from "./clock.ts";
import { TurnBudget } from "./turn_budget.ts";

/** Milliseconds of one turn. */
const TURN_MS = 5;

/** Jobs of one kind, done one after the other. */
export class WorkInTurns {
  readonly #budget: TurnBudget;
  readonly #jobs: Iterator<unknown>[] = [];

  /** @param clock Tells the time, and ends turns. */
  constructor(clock: Pick<Clock, "monotonic" | "soon">) {
    this.#budget = new TurnBudget({
      clock,
      ms: TURN_MS,
      next: () => this.#run(),
    });
  }

  /** Whether jobs are not done. */
  get busy(): boolean {
    return this.#jobs.length > 0;
  }

  /**
   * Begins a job, once those before it are done.
   *
   * @param job Does one small step for each `next()`. Must not throw.
   */
  add(job: Iterator<unknown>): void {
    this.#jobs.push(job);
    if (this.#jobs.length === 1) this.#run();
  }

  /** Forgets all jobs. */
  stop(): void {
    this.#jobs.length = 0;
  }

  #run(): void {
    // At least one step, however long a turn is.
    for (let [job] = this.#jobs; job !== undefined; [job] = this.#jobs) {
      this.#budget.begin();
      if (job.next().done) this.#jobs.shift();
      if (this.#budget.isOver) return;
    }
  }
}
