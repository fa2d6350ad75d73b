/**
 * Limits the time that work of all connections, such as their requests, takes
 * in one turn of the event loop, and schedules the rest fairly: round robin over
 * addresses, then over the connections of each. Many connections of one address
 * share its turns.
 */

import type { Cancel, Clock } from "./clock.ts";
import { FairQueue, type Party } from "./fair_queue.ts";
import { TurnBudget } from "./turn_budget.ts";

/** Time budget per turn, in milliseconds. */
const TURN_MS = 8;
/** Maximum consecutive steps of one connection while others wait. */
const SLICE = 64;

/** The turns of one server. */
export class TurnShare {
  readonly #budget: TurnBudget;
  /** Callbacks to run in the next turn. */
  readonly #waiting = new FairQueue<() => void>();

  constructor(clock: Pick<Clock, "monotonic" | "soon">) {
    this.#budget = new TurnBudget({
      clock,
      ms: TURN_MS,
      pauses: "pauses",
      next: () => this.#next(),
    });
  }

  /** Number of waiting connections. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Returns whether a connection must wait for the next turn.
   *
   * @param handled Its steps in this turn, such as requests.
   */
  isOver(handled: number): boolean {
    this.#budget.begin();
    if (handled >= SLICE && this.#waiting.size > 0) return true;
    return this.#budget.isOver;
  }

  /**
   * Calls back when there is time again.
   *
   * @param goOn Must not throw.
   * @param party The address and connection that wait.
   */
  later(goOn: () => void, party: Party): Cancel {
    const cancel = this.#waiting.push(party, goOn);
    this.#budget.begin();
    return cancel;
  }

  #next(): void {
    const waiting = this.#waiting.size;
    for (let begun = 0; begun < waiting; begun++) {
      // Runs at least one per turn.
      if (begun > 0 && this.isOver(0)) return;
      this.#waiting.shift()?.();
    }
  }
}
