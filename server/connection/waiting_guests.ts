/**
 * Tracks connections without a hello by address. When an address is at its
 * limit, its oldest such connection is evicted for a new one. Otherwise one
 * program that connects in a loop would block everybody behind the same router.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import { type Clock, type Monotonic, msBetween } from "../runtime/clock.ts";

/** Minimum age for eviction, in milliseconds: clients normally say hello at
 * once. */
const MIN_AGE_MS = 2_000;

/** A connection that may be evicted. */
export interface Guest {
  /** Null until hello. */
  readonly session: unknown;
  end(reason: CloseReason): void;
}

interface Waiting {
  readonly guest: Guest;
  readonly since: Monotonic;
}

/** The connections of one server without a hello. */
export class WaitingGuests {
  readonly #clock: Pick<Clock, "monotonic">;
  /** Oldest first. */
  readonly #byPlace = new Map<string, Set<Waiting>>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /**
   * Adds a new connection.
   *
   * @param place Its address or network.
   * @returns Removes it; idempotent.
   */
  add(place: string, guest: Guest): () => void {
    const all = this.#byPlace.get(place) ?? new Set();
    this.#byPlace.set(place, all);
    const waiting = { guest, since: this.#clock.monotonic() };
    all.add(waiting);
    return () => {
      all.delete(waiting);
      if (all.size === 0 && this.#byPlace.get(place) === all) {
        this.#byPlace.delete(place);
      }
    };
  }

  /** Returns whether a network has a connection old enough to evict. */
  has(place: string): boolean {
    return this.#oldest(place) !== undefined;
  }

  /** Removes and returns the oldest connection of a network, if it is old
   * enough to evict. */
  take(place: string): Guest | undefined {
    const oldest = this.#oldest(place);
    if (oldest === undefined) return undefined;
    this.#byPlace.get(place)?.delete(oldest);
    return oldest.guest;
  }

  #oldest(place: string): Waiting | undefined {
    const all = this.#byPlace.get(place) ?? new Set();
    for (const waiting of all) {
      if (waiting.guest.session === null) {
        const ms = msBetween(waiting.since, this.#clock.monotonic());
        return ms >= MIN_AGE_MS ? waiting : undefined;
      }
      // It has logged in and is no longer a candidate.
      all.delete(waiting);
    }
    return undefined;
  }
}
