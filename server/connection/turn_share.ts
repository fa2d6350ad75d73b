/**
 * The time that requests may take in one turn of the event loop, and whose go
 * on in the next one: those of all connections together, so that a crowd that
 * asks at once holds up nobody for long. Each that waits goes on in the order
 * in which it began to.
 */

import {
  type Cancel,
  type Clock,
  type Monotonic,
  msBetween,
} from "../runtime/clock.ts";

/** Milliseconds of one turn. */
const TURN_MS = 8;
/** Requests of one connection at once while others wait. */
const SLICE = 64;

/** The turns of one server. */
export class TurnShare {
  readonly #clock: Pick<Clock, "monotonic" | "soon">;
  /** What goes on in the next turn. */
  #waiting = new Set<() => void>();
  /** When the first request of this turn was handled. */
  #began: Monotonic | undefined;

  constructor(clock: Pick<Clock, "monotonic" | "soon">) {
    this.#clock = clock;
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
    if (this.#began === undefined) {
      this.#began = this.#clock.monotonic();
      this.#clock.soon(() => this.#next());
    }
    if (handled >= SLICE && this.#waiting.size > 0) return true;
    return msBetween(this.#began, this.#clock.monotonic()) >= TURN_MS;
  }

  /** Goes on when there is time again; must not throw. */
  later(goOn: () => void): Cancel {
    // Each call is one that waits, also of the same function.
    const act = () => goOn();
    this.#waiting.add(act);
    if (this.#began === undefined) this.isOver(0);
    return () => void this.#waiting.delete(act);
  }

  #next(): void {
    this.#began = undefined;
    // Those that wait again come after all that wait now.
    const waiting = [...this.#waiting];
    for (const [index, act] of waiting.entries()) {
      // At least one of them, however long a turn is.
      if (index > 0 && this.isOver(0)) return;
      if (this.#waiting.delete(act)) act();
    }
  }
}
