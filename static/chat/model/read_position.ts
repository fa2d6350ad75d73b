/**
 * How far a reader has read a room, and where the line "new messages" stands.
 * Pure bookkeeping: what counts as looking is decided by who calls.
 */

/** A reader's place in one room. */
export class ReadPosition {
  /** The last seq read; undefined until the room is known. */
  #read: number | undefined;
  #head = 0;
  /** How far another tab has read: maybe further than what is here. */
  #elsewhere = 0;
  #mark: number | undefined;
  /** Whether what is under the mark has been seen: then the next unread
   * message draws a new one. */
  #spent = false;

  /** Begins anew at a known place, or at the newest message. */
  begin(read: number | undefined, head: number): void {
    this.#head = head;
    this.#elsewhere = 0;
    this.#read = Math.min(read ?? head, head);
    this.#mark = undefined;
    this.#spent = false;
    this.#drawMark();
  }

  get read(): number | undefined {
    return this.#read;
  }

  get unread(): number {
    return this.#read === undefined ? 0 : this.#head - this.#read;
  }

  /** The line comes after this seq; undefined: nowhere. */
  get mark(): number | undefined {
    return this.#mark;
  }

  /**
   * A message arrived.
   *
   * @param looking Whether the reader sees it come.
   * @param mine Whether it is the reader's own: who writes has read.
   */
  arrived(seq: number, { looking, mine }: { looking: boolean; mine: boolean }) {
    this.#head = Math.max(this.#head, seq);
    if (mine) {
      this.#mark = undefined;
      this.#read = this.#head;
    } else if (looking || this.#head <= this.#elsewhere) {
      this.#read = this.#head;
    } else {
      this.#drawMark();
    }
  }

  /** The reader has read so far in another tab. */
  readTo(seq: number): void {
    this.#elsewhere = Math.max(this.#elsewhere, seq);
    if (this.#read === undefined) return;
    this.#read = Math.max(this.#read, Math.min(seq, this.#head));
    if (this.unread === 0) this.#spent = true;
  }

  /** The reader has seen everything. */
  seen(): void {
    this.#read = this.#head;
    this.#spent = true;
  }

  /** The reader turned away: when back, the line has done its work. */
  away(): void {
    if (this.unread === 0) this.#mark = undefined;
  }

  #drawMark(): void {
    if (this.unread === 0) return;
    if (this.#mark === undefined || this.#spent) {
      this.#mark = this.#read;
      this.#spent = false;
    }
  }
}
