/**
 * Which part of a room's log is on show: at most so many messages, following
 * the newest or further back, and the loading of what is not here. Drawing
 * stays cheap in a room of any length.
 */

import type { Room, RoomMessage } from "../../../client/hubbub.ts";
import { Log } from "./message_log.ts";

/** Messages of one page of history. */
export const PAGE = 60;
/** Most messages on show at once. */
export const SHOWN = 240;
/** Most messages in memory; older ones are loaded again when needed. */
const KEPT = 12_000;

/** What is being loaded, or could not be. */
export type Loading = "older" | "newer" | "failed" | undefined;

/** A stretch of one room's log. */
export class Window {
  readonly log = new Log();
  readonly #room: Room;
  readonly #changed: () => void;
  #from = 1;
  /** The last seq on show; undefined: the newest, whichever it is. */
  #to: number | undefined;
  #loading: Loading;
  #target: number | "end" | undefined;

  /**
   * @param room Whose log.
   * @param changed Called when something else is on show.
   */
  constructor(room: Room, changed: () => void) {
    this.#room = room;
    this.#changed = changed;
  }

  get loading(): Loading {
    return this.#loading;
  }

  /** Whether the newest message is on show, and the next one will be. */
  get follows(): boolean {
    return this.#to === undefined;
  }

  /** The message to bring into view, or the end, until it was. */
  get target(): number | "end" | undefined {
    return this.#target;
  }

  /** First and last seq on show; without an end when it follows. */
  get from(): number {
    return this.log.between(this.#from, Infinity)[0]?.seq ?? this.#from;
  }

  get to(): number {
    return this.#to ?? Infinity;
  }

  /** What is on show, ascending. */
  get messages(): readonly RoomMessage[] {
    return this.log.between(this.#from, this.to);
  }

  /** Whether nothing older is kept. */
  get atBeginning(): boolean {
    return this.from <= this.log.first;
  }

  /** The room was joined: messages behind `after` come next. */
  begin(after: number): void {
    this.#from = after + 1;
    this.#to = undefined;
  }

  /** There is a connection again: what failed for the lack of it may be had. */
  recovered(): void {
    if (this.#loading === "failed") this.#loading = undefined;
  }

  /** The target is in view. */
  reached(): void {
    this.#target = undefined;
  }

  /** Shows the newest messages, and those to come. */
  follow(): void {
    this.#to = undefined;
    this.#target = "end";
    const { newest } = this.log;
    this.#from = this.log.before(newest + 1, PAGE)[0]?.seq ?? this.#from;
    this.#changed();
  }

  /** Shows older messages, loading them where they are not here. */
  async older(): Promise<void> {
    if (this.#busy || this.#from <= this.log.first) return;
    let found = this.log.before(this.#from, PAGE);
    if (found.length === 0) {
      if (!await this.#load("older", { before: this.#from })) return;
      found = this.log.before(this.#from, PAGE);
      if (found.length === 0) this.log.first = this.#from;
    }
    this.#from = found[0]?.seq ?? this.#from;
    const { messages } = this;
    if (messages.length > SHOWN) this.#to = messages[SHOWN - 1]?.seq;
    this.#changed();
  }

  /** Shows newer messages, loading them where they are not here. */
  async newer(): Promise<void> {
    if (this.#to === undefined || this.#busy) return;
    let found = this.log.after(this.#to, PAGE);
    if (found.length === 0 && this.#to < (this.#room.cursor?.seq ?? 0)) {
      if (!await this.#load("newer", { after: this.#to })) return;
      found = this.log.after(this.#to, PAGE);
    }
    this.#end(found.at(-1)?.seq ?? this.#to);
    const { messages } = this;
    if (messages.length > SHOWN) {
      this.#from = messages[messages.length - SHOWN]?.seq ?? this.#from;
    }
    this.#changed();
  }

  /**
   * Shows one message and those around it.
   *
   * @returns Whether it is there.
   */
  async jump(seq: number): Promise<boolean> {
    if (!this.log.has(seq)) {
      if (!await this.#load("older", { before: seq + PAGE / 2 })) return false;
      if (!this.log.has(seq)) return false;
    }
    this.#from = this.log.before(seq, PAGE)[0]?.seq ?? seq;
    this.#end(this.log.after(seq, PAGE).at(-1)?.seq ?? seq);
    this.#target = seq;
    this.#changed();
    return true;
  }

  /**
   * Bounds what is drawn and what is kept, after a new message.
   *
   * @param reading Whether somebody reads further up: then what is in view
   * stays, and at some time the newest are not shown any more.
   */
  keepShort(readPosition: boolean): void {
    if (this.#to !== undefined) return;
    const { newest } = this.log;
    const count = newest - this.#from + 1;
    if (readPosition) {
      if (count > 2 * SHOWN) this.#to = newest - 1;
      return;
    }
    // In steps: taking a row away at the top for each new one costs more.
    if (count <= SHOWN + PAGE) return;
    this.#from = this.log.before(newest + 1, SHOWN)[0]?.seq ?? newest;
    this.log.trim(KEPT);
  }

  get #busy(): boolean {
    return this.#loading === "older" || this.#loading === "newer";
  }

  #end(to: number): void {
    this.#to = to >= this.log.newest ? undefined : to;
  }

  /** Loads a page into the log; whether that went well. */
  async #load(
    which: "older" | "newer",
    options: { before?: number; after?: number },
  ): Promise<boolean> {
    this.#loading = which;
    this.#changed();
    try {
      const page = await this.#room.history({ ...options, limit: PAGE });
      for (const message of page.messages) this.log.add(message);
      this.log.first = Math.max(page.first, 1);
      this.#loading = undefined;
      return true;
    } catch {
      this.#loading = "failed";
      this.#changed();
      return false;
    }
  }
}
