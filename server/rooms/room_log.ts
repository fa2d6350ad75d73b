/**
 * The newest part of one room's log, in memory, and the arithmetic of cursors.
 * Pure: owns no member and no socket, reads no clock, never awaits. What is
 * older is in the store.
 */

import type { Recovered } from "../../protocol/events.ts";
import type { Cursor } from "../../protocol/message.ts";
import { blank } from "../store/marks.ts";
import type { LogState, StoredMessage } from "../store/store.ts";

/** Where a reader starts, and what to tell it of that. */
export interface Start {
  /** The first message it gets is this + 1. */
  readonly after: number;
  readonly recovered: Recovered;
  /** How many messages since its cursor are gone. */
  readonly missed: number;
}

/** Most messages kept in memory a room: a page of history for who joins, and
 * room for readers that lag without costing the store a query. */
const MAX_MESSAGES = 2048;
/** Most characters kept in memory a room. */
const MAX_CHARACTERS = 1024 * 1024;

/** The tail of one log. */
export class RoomLog {
  #epoch: string;
  #head: number;
  #first: number;
  #messages: StoredMessage[] = [];
  /** Index of the oldest message: moved instead of shifting the array. */
  #start = 0;
  #characters = 0;

  constructor({ epoch, head, first }: LogState) {
    this.#epoch = epoch;
    this.#head = head;
    this.#first = first;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Seq of the newest message. */
  get head(): number {
    return this.#head;
  }

  /** Oldest seq that was still kept when last heard. */
  get first(): number {
    return this.#first;
  }

  /** Learns of what the store no longer keeps. */
  forgetBefore(first: number): void {
    this.#first = Math.max(this.#first, Math.min(first, this.#head + 1));
  }

  /**
   * Takes in the next messages.
   *
   * @param messages In order; the first one's seq is `head + 1`. What they
   * remove is gone from here too.
   * @returns Whether they removed any.
   * @throws {RangeError} On a hole or a repeat: the store broke its contract.
   */
  append(messages: readonly StoredMessage[]): boolean {
    let removed = false;
    for (const message of messages) {
      if (message.seq !== this.#head + 1) {
        throw new RangeError(
          `Cannot append seq ${message.seq} to room "${message.room}": ` +
            `its head is ${this.#head}`,
        );
      }
      this.#head = message.seq;
      this.#messages.push(message);
      this.#characters += message.text.length;
      if (message.removes === undefined) continue;
      removed = true;
      this.#remove(message.removes);
    }
    this.#shrink();
    return removed;
  }

  /**
   * Where a reader starts that joins.
   *
   * @param since What it has read already, if anything.
   * @param limit Messages to replay when nothing is resumed, from 0.
   * @returns The cursor to start from and how much was recovered.
   */
  start(since: Cursor | undefined, limit: number): Start {
    const kept = this.#first - 1;
    // Who has read nothing has read nothing in whichever epoch: such as those
    // who were here before anybody wrote.
    const known = since !== undefined && since.seq <= this.#head &&
      (since.epoch === this.#epoch || since.seq === 0);
    if (!known) {
      const after = Math.max(kept, this.#head - limit);
      return { after, recovered: "none", missed: 0 };
    }
    if (since.seq >= kept) {
      return { after: since.seq, recovered: "full", missed: 0 };
    }
    return { after: kept, recovered: "partial", missed: kept - since.seq };
  }

  /**
   * The messages behind a cursor.
   *
   * @param after The cursor's seq.
   * @param upTo The last seq wanted.
   * @returns None when the cursor is at the head; undefined when the next
   * message is older than what is in memory.
   */
  slice(after: number, upTo: number): readonly StoredMessage[] | undefined {
    const oldest = this.#head - (this.#messages.length - this.#start) + 1;
    if (after >= this.#head) return [];
    if (after + 1 < oldest) return undefined;
    const from = this.#start + after + 1 - oldest;
    return this.#messages.slice(from, from + upTo - after);
  }

  #remove(seq: number): void {
    const index = this.#messages.length - 1 - (this.#head - seq);
    const message = this.#messages[index];
    if (message === undefined || index < this.#start) return;
    this.#characters -= message.text.length;
    this.#messages[index] = blank(message);
  }

  #shrink(): void {
    while (
      this.#messages.length - this.#start > MAX_MESSAGES ||
      this.#characters > MAX_CHARACTERS
    ) {
      const gone = this.#messages[this.#start++];
      this.#characters -= gone?.text.length ?? 0;
    }
    // At most as many are held in vain as are held.
    if (this.#start > this.#messages.length / 2) {
      this.#messages = this.#messages.slice(this.#start);
      this.#start = 0;
    }
  }
}

/**
 * The part of a run of messages that follows a cursor.
 *
 * @param run In order, if there is one.
 * @param after The cursor's seq.
 * @param upTo The last seq wanted.
 * @returns The part, or undefined when the run does not go on from there.
 */
export function between(
  run: readonly StoredMessage[] | undefined,
  after: number,
  upTo: number,
): readonly StoredMessage[] | undefined {
  const from = run?.findIndex(({ seq }) => seq === after + 1) ?? -1;
  if (from < 0) return undefined;
  return run?.slice(from, from + upTo - after);
}
