/** Waiting for something to become true, without asking again and again. */

interface Waiter {
  readonly holds: () => boolean;
  readonly done: (held: boolean) => void;
}

/** What changes, and who waits for it. */
export class Changes {
  readonly #waiters = new Set<Waiter>();

  /** Something changed: whoever waits looks again. */
  notify(): void {
    for (const waiter of this.#waiters) {
      if (waiter.holds()) waiter.done(true);
    }
  }

  /**
   * Waits.
   *
   * @param holds What is waited for; looked at now and after each change.
   * @param ms How long to wait at most.
   * @returns Whether it came to hold in time.
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
