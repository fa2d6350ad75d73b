/**
 * Schedules asynchronous steps of many connections, such as requests or pieces
 * of responses. If each step's data is available at once (as from SQLite or from
 * one packet), the event loop never turns, and one client would block sockets,
 * timers and new connections. So all steps together take a part of each turn,
 * round robin over addresses and then over connections.
 */

import { soonWithPauses } from "./event_loop.ts";
import { FairQueue, type Party } from "./fair_queue.ts";

/** Options of {@linkcode StepTurns}. */
export interface StepTurnsOptions {
  /** Maximum steps that waited and begin in one turn. */
  readonly most: number;
  /** Maximum time per turn in milliseconds, not counting the last step. */
  readonly ms: number;
  /** Runs a callback in the next turn of the event loop. Microtasks run between
   * two callbacks of a turn. */
  readonly soon?: (act: () => void) => void;
  /** Monotonic time in milliseconds. */
  readonly now?: () => number;
}

/** The turns of one kind of step. */
export class StepTurns {
  readonly #options: Required<StepTurnsOptions>;
  readonly #waiting = new FairQueue<() => void>();
  #scheduled = false;
  #endsAt: number | undefined;

  constructor(options: StepTurnsOptions) {
    this.#options = {
      soon: soonWithPauses,
      now: () => performance.now(),
      ...options,
    };
  }

  /**
   * Waits for a turn.
   *
   * @param party The address and connection of the step.
   * @returns Resolves when the step may begin.
   */
  next(party: Party): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(party, resolve);
      this.#schedule();
    });
  }

  /**
   * Waits for a turn unless this one has time and no step waits.
   *
   * @param party The address and connection of the step.
   * @returns Resolves when the step may begin; undefined if it may at once.
   */
  begin(party: Party): Promise<void> | undefined {
    if (this.#waiting.size > 0 || !this.#hasTime()) return this.next(party);
    this.#schedule();
    return undefined;
  }

  /** Schedules a turn. A step that asks again within it waits for the next. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const { soon, most } = this.#options;
    const steps = this.#waiting.size > 0 ? most : 0;
    for (let step = 0; step < steps; step++) soon(() => this.#give());
    soon(() => {
      this.#scheduled = false;
      this.#endsAt = undefined;
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  #give(): void {
    if (this.#hasTime()) this.#waiting.shift()?.();
  }

  /** Whether this turn has time; its first step begins it. */
  #hasTime(): boolean {
    const now = this.#options.now();
    this.#endsAt ??= now + this.#options.ms;
    return now < this.#endsAt;
  }
}
