/** Typed events: keeps listeners and calls them. */

/** Calls listeners with the events of a map from event name to type. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /**
   * Adds a listener.
   *
   * @param event The event's name.
   * @param listener The function to call with each event.
   * @returns A function that removes the listener.
   */
  on<E extends keyof Events>(
    event: E,
    listener: (value: Events[E]) => void,
  ): () => void {
    let listeners = this.#listeners.get(event);
    if (listeners === undefined) {
      this.#listeners.set(event, listeners = new Set());
    }
    // Wrapped, so that the same function can be added twice.
    const entry = (value: Events[E]) => listener(value);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  /**
   * Calls the listeners in the order they were added. If one throws, the others
   * still run, and the error becomes an uncaught exception.
   */
  emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const listener of [...this.#listeners.get(event) ?? []]) {
      try {
        (listener as (value: Events[E]) => void)(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
