/**
 * Who has written when, in rooms where everybody may write once in a while.
 * Pure: the time is passed in.
 */

/** The last message of one author in one room. */
interface Last {
  readonly at: number;
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
   * @param now Milliseconds.
   * @returns 0 when it may be sent.
   */
  wait(
    { room, author, cid }: {
      room: string;
      author: string;
      cid?: string | undefined;
    },
    everyMs: number,
    now: number,
  ): number {
    const last = this.#rooms.get(room)?.last.get(author);
    if (last === undefined || (cid !== undefined && cid === last.cid)) return 0;
    // A clock that was set back must not make anybody wait for longer.
    return Math.min(Math.max(last.at + everyMs - now, 0), everyMs);
  }

  /** Notes that an author has written. */
  wrote(
    { room, author, cid }: {
      room: string;
      author: string;
      cid?: string | undefined;
    },
    everyMs: number,
    now: number,
  ): void {
    let authors = this.#rooms.get(room);
    if (authors === undefined) {
      this.#rooms.set(room, authors = { last: new Map(), many: MANY });
    }
    authors.last.set(author, { at: now, cid });
    if (authors.last.size <= authors.many) return;
    for (const [author, { at }] of authors.last) {
      if (at + everyMs <= now) authors.last.delete(author);
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
