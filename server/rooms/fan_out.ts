/**
 * Fan-out: the rooms with members that have something to get, and the time that
 * this may take in one turn of the event loop, for all rooms together. The
 * rooms take turns, a few members each, so that a large room delays no small
 * one. The rest follows in the next turns, with requests and new connections in
 * between.
 */

import type { Clock } from "../runtime/clock.ts";
import { TurnBudget } from "../runtime/turn_budget.ts";

/** Milliseconds of fan-out in one turn. */
const TURN_MS = 8;

/** Works off the fan-out of all rooms. */
export class FanOut<Part> {
  readonly #clock: Pick<Clock, "monotonic" | "soon">;
  readonly #step: (part: Part) => boolean;
  /** The parts that are not finished, the next one first. */
  readonly #parts = new Set<Part>();
  readonly #budget: TurnBudget;

  /**
   * @param clock Tells the time, and ends turns.
   * @param step Serves a few members of a part. Returns whether all are served.
   * Must not throw.
   */
  constructor(
    clock: Pick<Clock, "monotonic" | "soon">,
    step: (part: Part) => boolean,
  ) {
    this.#clock = clock;
    this.#step = step;
    this.#budget = new TurnBudget({
      clock,
      ms: TURN_MS,
      next: () => this.#next(),
    });
  }

  /** Whether parts wait for the next turn. */
  get busy(): boolean {
    return this.#parts.size > 0;
  }

  /** The number of this turn, from 1. */
  get turn(): number {
    this.#budget.begin();
    return this.#budget.turn;
  }

  /** Whether this turn's time is over. */
  get isOver(): boolean {
    return this.#budget.isOver;
  }

  /** Adds a part; {@linkcode run} or the next turn serves it. */
  add(part: Part): void {
    this.#parts.add(part);
    this.#budget.begin();
  }

  /** Removes a part. */
  delete(part: Part): void {
    this.#parts.delete(part);
  }

  /** Serves the parts in turn until all are served or the time is over. */
  run(): void {
    while (!this.isOver) if (!this.#serveNext()) return;
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.busy) {
      await new Promise<void>((done) => this.#clock.soon(done));
    }
  }

  /** Removes all parts. */
  stop(): void {
    this.#parts.clear();
  }

  /** The next turn. It serves at least one part, however long a turn is. */
  #next(): void {
    if (!this.busy) return;
    this.#budget.begin();
    this.#serveNext();
    this.run();
  }

  /** Returns whether there was a part to serve. */
  #serveNext(): boolean {
    const [part] = this.#parts;
    if (part === undefined) return false;
    this.#parts.delete(part);
    if (!this.#step(part)) this.add(part);
    return true;
  }
}
