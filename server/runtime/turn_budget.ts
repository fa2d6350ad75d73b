/**
 * Limits the time of one kind of work per turn of the event loop, so that
 * sockets, timers and other work can run.
 */

import { type Clock, type Monotonic, msBetween } from "./clock.ts";

/** What a {@linkcode TurnBudget} needs. */
export interface TurnBudgetOptions {
  readonly clock: Pick<Clock, "monotonic" | "soon">;
  /** Milliseconds of one turn. */
  readonly ms: number;
  /** For work that may take many turns: see {@linkcode Clock.soon}. */
  readonly pauses?: "pauses";
  /** Called at the beginning of the turn after one with work; must not throw. */
  readonly next: () => void;
}

/** The budget of one kind of work. */
export class TurnBudget {
  readonly #options: TurnBudgetOptions;
  /** When this turn's first work began; undefined before. */
  #began: Monotonic | undefined;
  #turn = 0;

  constructor(options: TurnBudgetOptions) {
    this.#options = options;
  }

  /** The number of turns with work, this one included. */
  get turn(): number {
    return this.#turn;
  }

  /** Begins this turn's work, if nothing has; the next turn is announced. */
  begin(): Monotonic {
    const { clock, next, pauses } = this.#options;
    if (this.#began === undefined) {
      this.#began = clock.monotonic();
      this.#turn++;
      clock.soon(() => {
        this.#began = undefined;
        next();
      }, pauses);
    }
    return this.#began;
  }

  /** Whether this turn's time is over. */
  get isOver(): boolean {
    const { clock, ms } = this.#options;
    return msBetween(this.begin(), clock.monotonic()) >= ms;
  }
}
