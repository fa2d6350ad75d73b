/**
 * Tracks when authors last wrote in rooms with slow mode. Pure: time is passed
 * in.
 */

import { type Monotonic, msAfter, msBetween } from "../runtime/clock.ts";

/** An author's last message in a room. */
interface Last {
  readonly at: Monotonic;
  readonly cid: string | undefined;
}

/** Number of authors per room that triggers a sweep, if it has also doubled
 * since the last one. */
const MANY = 100;

/** The slow mode waits of one node. */
export class SlowMode {
  /** By room and author. */
  readonly #rooms = new Map<
    string,
    { last: Map<string, Last>; many: number }
  >();

  /**
   * Returns how long an author must wait.
   *
   * @param message The room, the author, and the sender's ID of the message: a
   * repeat of the last message does not wait.
   * @param everyMs Slow mode interval, in milliseconds.
   * @param now The current time.
   * @returns Milliseconds to wait; 0 when the message may be sent.
   */
  wait(
    { room, author, cid }: {
      room: string;
      author: string;
      cid?: string | undefined;
    },
    everyMs: number,
    now: Monotonic,
  ): number {
    const last = this.#rooms.get(room)?.last.get(author);
    if (last === undefined || (cid !== undefined && cid === last.cid)) return 0;
    return Math.max(msBetween(now, msAfter(last.at, everyMs)), 0);
  }

  /** Notes that an author has written.
   *
   * @param now When. */
  wrote(
    { room, author, cid }: {
      room: string;
      author: string;
      cid?: string | undefined;
    },
    everyMs: number,
    now: Monotonic,
  ): void {
    let authors = this.#rooms.get(room);
    if (authors === undefined) {
      this.#rooms.set(room, authors = { last: new Map(), many: MANY });
    }
    authors.last.set(author, { at: now, cid });
    if (authors.last.size <= authors.many) return;
    for (const [author, { at }] of authors.last) {
      if (msBetween(at, now) >= everyMs) authors.last.delete(author);
    }
    authors.many = Math.max(MANY, 2 * authors.last.size);
  }

  /** Forgets a message that could not be stored. */
  failed(room: string, author: string): void {
    this.#rooms.get(room)?.last.delete(author);
  }

  /** Ends slow mode in a room. */
  end(room: string): void {
    this.#rooms.delete(room);
  }
}
