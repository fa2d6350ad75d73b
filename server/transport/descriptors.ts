/**
 * How many file descriptors are left. The system does not tell a process that
 * may read little, so they are counted by taking some and giving them back.
 */

import { type Clock, LONG_AGO, msBetween } from "../runtime/clock.ts";

/** Descriptors that are kept for the database, the log and the rest. */
export const RESERVED = 64;
/** How many connections more are made sure of at once: each costs two files
 * that are opened and closed. */
const STEP = 64;
/** How long what was found to be full counts as full, milliseconds. */
const FULL_MS = 1_000;

/** Takes a descriptor; gives what gives it back.
 * @throws {Error} When there is none; the code is `EMFILE` or `ENFILE`. */
export type TakeDescriptor = () => () => void;

/** Counts what may be taken. Pure but for {@linkcode TakeDescriptor}. */
export class Descriptors {
  readonly #take: TakeDescriptor;
  readonly #clock: Pick<Clock, "monotonic">;
  /** So many connections were made sure of. */
  #sure = 0;
  /** When it was full last, and with how many connections. */
  #full = { at: LONG_AGO, connections: Infinity };

  /**
   * @param take Takes one. One that fails for another reason than that there
   * is none counts as one that is left.
   * @param clock Where time comes from.
   */
  constructor(take: TakeDescriptor, clock: Pick<Clock, "monotonic">) {
    this.#take = take;
    this.#clock = clock;
  }

  /**
   * Counts those that are left, by taking them for a moment.
   *
   * @param most How many to take at most; each costs some 25 µs.
   * @returns At most as many.
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
   * Tells whether there is room for connections, and for the rest beside them.
   *
   * @param connections How many there are, the newest included.
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
 * Takes descriptors of this process by opening a folder that it may read.
 *
 * @param folder The folder.
 */
export function takeByOpening(folder: URL): TakeDescriptor {
  return () => {
    const file = Deno.openSync(folder);
    return () => file.close();
  };
}
