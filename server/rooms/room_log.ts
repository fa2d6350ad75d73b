/**
 * The newest part of one room's log, in memory, and the arithmetic of cursors.
 * Older messages are in the store. Pure: no member, no socket, no clock, no
 * await.
 */

import type { Recovered } from "../../protocol/events.ts";
import type { Cursor } from "../../protocol/message.ts";
import { blank } from "../store/marks.ts";
import { bytesOfMessage, RoomMemory } from "./room_memory.ts";
import type { LogState, StoredMessage } from "../store/store.ts";

/** Where a reader starts, and how much it recovered. */
export interface Start {
  /** The first message that it gets is this + 1. */
  readonly after: number;
  readonly recovered: Recovered;
  /** Number of messages after its cursor that are no longer kept. */
  readonly missed: number;
}

/** Most messages in memory for each room: enough for a history page on joining,
 * and for readers that lag slightly without a query. */
const MAX_MESSAGES = 2048;
/** Most characters in memory for each room. */
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
  #bytes = 0;
  readonly #memory: RoomMemory;

  /**
   * @param state What the store says of the log.
   * @param memory What all rooms share.
   */
  constructor(
    { epoch, head, first }: LogState,
    memory: RoomMemory = new RoomMemory(),
  ) {
    this.#memory = memory;
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

  /** Oldest seq that the store kept when it last reported. */
  get first(): number {
    return this.#first;
  }

  /** Records that the store keeps no message before `first`. */
  forgetBefore(first: number): void {
    this.#first = Math.max(this.#first, Math.min(first, this.#head + 1));
  }

  /**
   * Appends messages, and applies the removals among them.
   *
   * @param messages In order; the first one's seq is `head + 1`.
   * @returns Whether they removed any text.
   * @throws {RangeError} On a hole or a repeat, which break the store's
   * contract.
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
      this.#bytes += bytesOfMessage(message);
      if (message.removes === undefined) continue;
      removed = true;
      this.#remove(message.removes);
    }
    this.#shrink();
    this.#memory.resize(this, this.#bytes);
    return removed;
  }

  /** Drops all messages in memory: readers get them from the store. */
  drop(): void {
    this.#messages = [];
    this.#start = 0;
    this.#characters = 0;
    this.#bytes = 0;
  }

  /** Drops all messages, and frees the memory: the room closes. */
  close(): void {
    this.drop();
    this.#memory.resize(this, 0);
  }

  /**
   * Returns where a joining reader starts.
   *
   * @param since Its cursor, if it has one.
   * @param limit Messages to replay when nothing is resumed, from 0.
   * @returns The seq to start after, and how much was recovered.
   */
  start(since: Cursor | undefined, limit: number): Start {
    const kept = this.#first - 1;
    // A cursor at 0 is good in any epoch. Members of an empty room have one.
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
   * Returns the messages after a cursor.
   *
   * @param after The cursor's seq.
   * @param upTo The last seq wanted.
   * @returns Empty when the cursor is at the head; undefined when the next
   * message is no longer in memory.
   */
  slice(after: number, upTo: number): readonly StoredMessage[] | undefined {
    const oldest = this.#head - (this.#messages.length - this.#start) + 1;
    if (after >= this.#head) return [];
    if (after + 1 < oldest) return undefined;
    this.#memory.touch(this);
    const from = this.#start + after + 1 - oldest;
    return this.#messages.slice(from, from + upTo - after);
  }

  #remove(seq: number): void {
    const index = this.#messages.length - 1 - (this.#head - seq);
    const message = this.#messages[index];
    if (message === undefined || index < this.#start) return;
    const blanked = blank(message);
    this.#characters -= message.text.length;
    this.#bytes += bytesOfMessage(blanked) - bytesOfMessage(message);
    this.#messages[index] = blanked;
  }

  #shrink(): void {
    while (
      this.#messages.length - this.#start > MAX_MESSAGES ||
      this.#characters > MAX_CHARACTERS
    ) {
      const gone = this.#messages[this.#start++];
      if (gone === undefined) break;
      this.#characters -= gone.text.length;
      this.#bytes -= bytesOfMessage(gone);
    }
    // Copies the array when more than half of it is unused.
    if (this.#start > this.#messages.length / 2) {
      this.#messages = this.#messages.slice(this.#start);
      this.#start = 0;
    }
  }
}

/**
 * Returns the part of a run of messages that follows a cursor.
 *
 * @param run In order, if there is one.
 * @param after The cursor's seq.
 * @param upTo The last seq wanted.
 * @returns The part; undefined when the run does not contain the next message.
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
