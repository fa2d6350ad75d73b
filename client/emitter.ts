/** Typed events. Owns who listens; knows nothing of what is told. */

/** Tells listeners what happens, each kind of event with its own type. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /**
   * @param event Name of the event.
   * @param listener Called with every such event from now on.
   * @returns Stops it.
   */
  on<E extends keyof Events>(
    event: E,
    listener: (value: Events[E]) => void,
  ): () => void {
    let listeners = this.#listeners.get(event);
    if (listeners === undefined) {
      this.#listeners.set(event, listeners = new Set());
    }
    // Wrapped, so that the same function may listen twice.
    const entry = (value: Events[E]) => listener(value);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  /**
   * Calls the listeners in the order they came. One that throws stops neither
   * the others nor the client: its error surfaces as an uncaught one.
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
