/**
 * Estimates the free file descriptors. A process with few permissions cannot
 * query its limit, so this opens descriptors and closes them again.
 */

import { type Clock, LONG_AGO, msBetween } from "../runtime/clock.ts";

/** Descriptors reserved for the database, the log and other uses. */
export const RESERVED = 64;
/** Connections to reserve room for per check: each costs two files opened and
 * closed. */
const STEP = 64;
/** How long a full result stays valid, in milliseconds. */
const FULL_MS = 1_000;

/**
 * Takes a descriptor; returns a function that releases it.
 * @throws {Error} When none is free; the code is `EMFILE` or `ENFILE`.
 */
export type TakeDescriptor = () => () => void;

/** Counts free descriptors. Pure except for {@linkcode TakeDescriptor}. */
export class Descriptors {
  readonly #take: TakeDescriptor;
  readonly #clock: Pick<Clock, "monotonic">;
  /** Number of connections known to fit. */
  #sure = 0;
  /** When descriptors last ran out, and at how many connections. */
  #full = { at: LONG_AGO, connections: Infinity };

  /**
   * @param take Takes one. Errors other than a lack of descriptors count as
   * success.
   * @param clock Provides the time.
   */
  constructor(take: TakeDescriptor, clock: Pick<Clock, "monotonic">) {
    this.#take = take;
    this.#clock = clock;
  }

  /**
   * Counts free descriptors by taking them briefly.
   *
   * @param most Maximum to take; each costs about 25 µs.
   * @returns The number taken, up to `most`.
   */
  left(most: number): number {
    const taken: (() => void)[] = [];
    try {
      while (taken.length < most) taken.push(this.#take());
      return most;
    } catch (error) {
      return isShortage(error) ? taken.length : most;
    } finally {
      for (const giveBack of taken) giveBack();
    }
  }

  /**
   * Returns whether there is room for connections and the reserve.
   *
   * @param connections Number of connections, including the newest.
   */
  hasRoomFor(connections: number): boolean {
    if (connections <= this.#sure) return true;
    const { at, connections: most } = this.#full;
    const now = this.#clock.monotonic();
    if (connections >= most && msBetween(at, now) < FULL_MS) return false;
    const left = this.left(RESERVED + STEP);
    this.#sure = connections + left - RESERVED;
    if (left >= RESERVED) return true;
    this.#full = { at: now, connections };
    return false;
  }
}

function isShortage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "EMFILE" || code === "ENFILE";
}

/**
 * Takes descriptors by opening a readable folder.
 *
 * @param folder The folder.
 */
export function takeByOpening(folder: URL): TakeDescriptor {
  return () => {
    const file = Deno.openSync(folder);
    return () => file.close();
  };
}
