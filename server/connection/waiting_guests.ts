/**
 * Connections that have not said hello, by address: where an address has no
 * place left, the oldest of them makes room for a new one. Else one program that
 * connects in a loop keeps out everybody else behind the same router.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import { type Clock, type Monotonic, msBetween } from "../runtime/clock.ts";

/** How long a connection has for its hello before it may have to make room,
 * milliseconds: a client says hello at once. */
const GREETING_MS = 2_000;

/** A connection, as far as it matters here. */
export interface Guest {
  /** Null until it has said hello. */
  readonly session: unknown;
  end(reason: CloseReason): void;
}

interface Waiting {
  readonly guest: Guest;
  readonly since: Monotonic;
}

/** All of one server. */
export class WaitingGuests {
  readonly #clock: Pick<Clock, "monotonic">;
  /** The oldest come first. */
  readonly #byPlace = new Map<string, Set<Waiting>>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /**
   * Notes one that has just connected.
   *
   * @param place Its address, or network.
   * @returns Forgets it; idempotent.
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

  /** Whether one of a place has said nothing for long enough. */
  has(place: string): boolean {
    return this.#oldest(place) !== undefined;
  }

  /** Returns and forgets the one of a place that has said nothing for longest,
   * if that is long enough. */
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
        return ms >= GREETING_MS ? waiting : undefined;
      }
      // It has got in, and is not looked at again.
      all.delete(waiting);
    }
    return undefined;
  }
}
