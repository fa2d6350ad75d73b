/**
 * What one client asked for, carried out in the order in which it came, also
 * where some of it takes a moment, such as the check of a token: what comes
 * meanwhile waits.
 */

/** Carries things out one after the other. */
export class InOrder {
  /** How many things take a moment now. */
  #waits = 0;
  #later: (() => void)[] = [];
  #stopped = false;

  /** How much waits. */
  get waiting(): number {
    return this.#later.length;
  }

  /**
   * Carries something out, now or when its turn has come.
   *
   * @param act What to do; it must not throw.
   */
  add(act: () => void): void {
    if (this.#waits > 0) this.#later.push(act);
    else act();
  }

  /**
   * Lets all that comes wait.
   *
   * @param moment For this.
   * @param failed Told when it fails, unless all has stopped.
   */
  wait(moment: Promise<void>, failed: (error: unknown) => void): void {
    this.#waits++;
    moment.catch((error) => {
      if (!this.#stopped) failed(error);
    }).then(() => {
      this.#waits--;
      this.#goOn();
    });
  }

  /** Carries out nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#later = [];
  }

  /** Does what has waited, unless it has to wait on. */
  #goOn(): void {
    const later = this.#later;
    this.#later = [];
    for (const [index, next] of later.entries()) {
      if (this.#stopped) return;
      if (this.#waits > 0) {
        // What is left of a frame comes before the next frame.
        this.#later.push(...later.slice(index));
        return;
      }
      next();
    }
  }
}
