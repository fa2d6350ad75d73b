/**
 * The time that requests may take in one turn of the event loop, and whose go
 * on in the next one: those of all connections together, so that a crowd that
 * asks at once holds up nobody for long. The addresses take turns, then the
 * connections of each: many connections from one address get one share.
 */

import type { Cancel, Clock } from "../runtime/clock.ts";
import { FairQueue, type Party } from "../runtime/fair_queue.ts";
import { TurnBudget } from "../runtime/turn_budget.ts";

/** Milliseconds of one turn. */
const TURN_MS = 8;
/** Requests of one connection at once while others wait. */
const SLICE = 64;

/** The turns of one server. */
export class TurnShare {
  readonly #budget: TurnBudget;
  /** What goes on in the next turn. */
  readonly #waiting = new FairQueue<() => void>();

  constructor(clock: Pick<Clock, "monotonic" | "soon">) {
    this.#budget = new TurnBudget({
      clock,
      ms: TURN_MS,
      next: () => this.#next(),
    });
  }

  /** Connections that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Whether a connection has to wait for the next turn.
   *
   * @param handled Its requests that were handled in this one.
   */
  isOver(handled: number): boolean {
    this.#budget.begin();
    if (handled >= SLICE && this.#waiting.size > 0) return true;
    return this.#budget.isOver;
  }

  /**
   * Goes on when there is time again.
   *
   * @param goOn Must not throw.
   * @param party Whose turn it waits for: an address, and a connection of it.
   */
  later(goOn: () => void, party: Party): Cancel {
    const cancel = this.#waiting.push(party, goOn);
    this.#budget.begin();
    return cancel;
  }

  #next(): void {
    const waiting = this.#waiting.size;
    for (let begun = 0; begun < waiting; begun++) {
      // At least one of them, however long a turn is.
      if (begun > 0 && this.isOver(0)) return;
      this.#waiting.shift()?.();
    }
  }
}
