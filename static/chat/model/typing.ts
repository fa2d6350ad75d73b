/** Who is typing: each for a while after the last sign of it. Pure. */

/** The client tells at most once in two seconds; one may get lost. */
export const TYPING_MS = 5_000;

/** The people typing in one room. */
export class Typing {
  readonly #until = new Map<string, number>();

  /** A sign of it. */
  sign(name: string, now: number): void {
    this.#until.set(name, now + TYPING_MS);
  }

  /** They sent it, or left. */
  stop(name: string): void {
    this.#until.delete(name);
  }

  /** Who is typing, in the order in which they began. */
  names(now: number): readonly string[] {
    for (const [name, until] of this.#until) {
      if (until <= now) this.#until.delete(name);
    }
    return [...this.#until.keys()];
  }
}
