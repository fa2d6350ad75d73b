/**
 * What this page holds of a room's log: a sorted run of messages, maybe with
 * stretches that were not loaded yet, and the gaps that never will be. Mutable
 * and without opinions; which part is on show is room.ts's.
 */

import type { Gap, RoomMessage } from "../../../client/hubbub.ts";

/** A room's messages as far as they are here. */
export class Log {
  #messages: RoomMessage[] = [];
  #gaps: Gap[] = [];
  /** Oldest seq the room still keeps, as far as known. */
  first = 1;

  /** Seq of the newest message here; 0 when there is none. */
  get newest(): number {
    return this.#messages.at(-1)?.seq ?? 0;
  }

  get last(): RoomMessage | undefined {
    return this.#messages.at(-1);
  }

  /** Takes a message in; one that is here already is dropped. Where it
   * removes another one, that one's text is gone. */
  add(message: RoomMessage): void {
    if (message.removes !== undefined) this.remove(message.removes);
    const index = this.#index(message.seq);
    if (this.#messages[index]?.seq === message.seq) return;
    this.#messages.splice(index, 0, message);
  }

  /** Forgets the text of a message, if it is here. */
  remove(seq: number): void {
    const index = this.#index(seq);
    const message = this.#messages[index];
    if (message?.seq !== seq) return;
    this.#messages[index] = { ...message, text: "", removed: true };
  }

  /** Notes messages that will never come. */
  addGap(gap: Gap): void {
    this.#gaps.push(gap);
  }

  /** Whether a message is here. */
  has(seq: number): boolean {
    return this.#messages[this.#index(seq)]?.seq === seq;
  }

  /** Up to `count` messages that come right before one, without a hole. */
  before(seq: number, count: number): readonly RoomMessage[] {
    const end = this.#index(seq);
    let start = end;
    let next = seq;
    while (start > 0 && end - start < count) {
      const message = this.#messages[start - 1];
      if (message === undefined || !this.#adjoin(message.seq, next)) break;
      next = message.seq;
      start--;
    }
    return this.#messages.slice(start, end);
  }

  /** Up to `count` messages that come right after one, without a hole. */
  after(seq: number, count: number): readonly RoomMessage[] {
    const start = this.#index(seq + 1);
    let end = start;
    let previous = seq;
    while (end < this.#messages.length && end - start < count) {
      const message = this.#messages[end];
      if (message === undefined || !this.#adjoin(previous, message.seq)) break;
      previous = message.seq;
      end++;
    }
    return this.#messages.slice(start, end);
  }

  /** The messages from one seq to another, both included. */
  between(from: number, to: number): readonly RoomMessage[] {
    return this.#messages.slice(this.#index(from), this.#index(to + 1));
  }

  /** The gaps within a stretch. */
  gapsBetween(from: number, to: number): readonly Gap[] {
    return this.#gaps.filter((gap) => gap.to >= from && gap.from <= to);
  }

  /** Drops the oldest, but for `keep` messages; they can be loaded again. */
  trim(keep: number): void {
    if (this.#messages.length > keep) this.#messages.splice(0, -keep);
  }

  /** The log began a new life. */
  clear(): void {
    this.#messages = [];
    this.#gaps = [];
    this.first = 1;
  }

  /** Whether nothing is missing between two messages but what is lost. */
  #adjoin(earlier: number, later: number): boolean {
    let next = earlier + 1;
    for (const { from, to } of this.#gaps) {
      if (from <= next && next <= to) next = to + 1;
    }
    return next >= later;
  }

  /** Where a seq is, or would be. New messages mostly go to the end. */
  #index(seq: number): number {
    if (seq > this.newest) return this.#messages.length;
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#messages[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
