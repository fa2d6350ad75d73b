/** Waits for a condition by event instead of by polling. */

interface Waiter {
  readonly holds: () => boolean;
  readonly done: (held: boolean) => void;
}

/** Notifies waiters when state changes. */
export class Changes {
  readonly #waiters = new Set<Waiter>();

  /** Checks every waiting condition again after a change. */
  notify(): void {
    for (const waiter of this.#waiters) {
      if (waiter.holds()) waiter.done(true);
    }
  }

  /**
   * Waits until a condition holds or the time is over.
   *
   * @param holds The condition, checked now and after each change.
   * @param ms Longest wait, in milliseconds.
   * @returns Whether the condition held in time.
   */
  until(holds: () => boolean, ms: number): Promise<boolean> {
    if (holds()) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter: Waiter = {
      holds,
      done: (held) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(held);
      },
    };
    const timer = setTimeout(() => waiter.done(holds()), ms);
    this.#waiters.add(waiter);
    return promise;
  }
}
