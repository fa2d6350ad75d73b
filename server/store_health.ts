/**
 * Whether the store takes messages: learnt from what the ticks meet, and while
 * it does not, by trying again, so that an idle server finds out too.
 */

import type { Cancel, Clock } from "./clock.ts";
import type { Logger } from "./log.ts";
import type { Store } from "./store/store.ts";

/** Time between two tries, milliseconds. */
const CHECK_MS = 1_000;

/** The health of one store. */
export class StoreHealth {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  #retry: Cancel | null = null;

  constructor(store: Store, clock: Clock, log: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether the last that is known is good. */
  get healthy(): boolean {
    return this.#retry === null;
  }

  /** Something was stored. */
  works(): void {
    if (this.#retry === null) return;
    this.stop();
    this.#log.info("store works again");
  }

  /** Something could not be stored. Said once, not once a tick. */
  fails(error: unknown): void {
    if (this.#retry !== null) return;
    this.#log.error("store fails; messages are refused", { error });
    this.#checkLater();
  }

  /** Stops trying. */
  stop(): void {
    this.#retry?.();
    this.#retry = null;
  }

  #checkLater(): void {
    this.#retry = this.#clock.after(CHECK_MS, () => {
      this.#store.check().then(() => this.works(), () => {
        if (this.#retry !== null) this.#checkLater();
      });
    });
  }
}
