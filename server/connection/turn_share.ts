/**
 * The time that requests may take in one turn of the event loop, and whose go
 * on in the next one: those of all connections together, so that a crowd that
 * asks at once holds up nobody for long. Each that waits goes on in the order
 * in which it began to.
 */

import type { Cancel, Clock } from "../runtime/clock.ts";
import { TurnBudget } from "../runtime/turn_budget.ts";

/** Milliseconds of one turn. */
const TURN_MS = 8;
/** Requests of one connection at once while others wait. */
const SLICE = 64;

/** The turns of one server. */
export class TurnShare {
  readonly #budget: TurnBudget;
  /** What goes on in the next turn. */
  readonly #waiting = new Set<() => void>();

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

  /** Goes on when there is time again; must not throw. */
  later(goOn: () => void): Cancel {
    // Each call is one that waits, also of the same function.
    const act = () => goOn();
    this.#waiting.add(act);
    this.#budget.begin();
    return () => void this.#waiting.delete(act);
  }

  #next(): void {
    // Those that wait again come after all that wait now.
    const waiting = [...this.#waiting];
    for (const [index, act] of waiting.entries()) {
      // At least one of them, however long a turn is.
      if (index > 0 && this.isOver(0)) return;
      if (this.#waiting.delete(act)) act();
    }
  }
}
