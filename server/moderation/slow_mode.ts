/**
 * Who has written when, in rooms where everybody may write once in a while.
 * Pure: the time is passed in.
 */

import { type Monotonic, msAfter, msBetween } from "../runtime/clock.ts";

/** The last message of one author in one room. */
interface Last {
  readonly at: Monotonic;
  readonly cid: string | undefined;
}

/** Authors of one room that are looked through, to forget those who may write
 * again, when there are more than this and twice as many as after the last
 * time. */
const MANY = 100;

/** The waits of one node. */
export class SlowMode {
  /** By room, by author. */
  readonly #rooms = new Map<
    string,
    { last: Map<string, Last>; many: number }
  >();

  /**
   * How long an author has to wait.
   *
   * @param message Where, by whom, and the sender's own id for it: a repeat of
   * the last one has not to wait, as it is no message more.
   * @param everyMs Milliseconds between two messages.
   * @param now The moment.
   * @returns 0 when it may be sent.
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

  /** A message could not be stored after all. */
  failed(room: string, author: string): void {
    this.#rooms.get(room)?.last.delete(author);
  }

  /** A room is not in slow mode any more. */
  end(room: string): void {
    this.#rooms.delete(room);
  }
}
