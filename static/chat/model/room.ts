/**
 * One room as the page knows it: what of its log is on show, what is unread,
 * who is typing, what is on its way. Listens to the client's room; knows no
 * DOM. Drawing asks for `rows()` whenever `changed` was called.
 */

import type {
  Outgoing,
  Presence,
  Room,
  RoomMessage,
} from "../../../client/hubbub.ts";
import { mentions } from "./format.ts";
import { Log } from "./log.ts";
import { Reading } from "./reading.ts";
import { type Note, type Row, rowsOf } from "./rows.ts";
import { Typing, TYPING_MS } from "./typing.ts";

/** Messages of one page of history. */
export const PAGE = 60;
/** Most messages on show at once: what keeps drawing cheap in a long room. */
export const SHOWN = 240;
/** Most messages in memory; older ones are loaded again when needed. */
const KEPT = 12_000;
/** Comings and goings remembered; the older ones are nobody's interest. */
const NOTES = 200;

/** A reader's place that outlives the page. */
export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

/** What a room needs of the page around it. */
export interface RoomHost {
  readonly me: string | undefined;
  now(): number;
  /** Something is to be drawn anew. */
  changed(): void;
  /** Calls back; for what changes by time alone. */
  later(ms: number): void;
  /** A message arrived that was not there on joining. */
  arrived(room: RoomModel, message: RoomMessage): void;
  /** Where the reader was when the page was last open. */
  placeOf(room: string): Place | undefined;
  savePlace(room: string, place: Place): void;
}

/** What is being loaded, or could not be. */
export type Loading = "older" | "newer" | "failed" | undefined;

/** One room's model. */
export class RoomModel {
  readonly room: Room;
  readonly #host: RoomHost;
  readonly #log = new Log();
  readonly #reading = new Reading();
  readonly #typing = new Typing();
  readonly #sent = new Map<string, Outgoing>();
  readonly #arrivedCids = new Set<string>();
  #notes: Note[] = [];
  #from = 1;
  /** The last seq on show; undefined: the newest, whichever it is. */
  #to: number | undefined;
  #joinedAt: number | undefined;
  #looking = false;
  #atBottom = true;
  #loading: Loading;
  #target: number | undefined;
  #mentioned = false;
  #live = false;
  #problem: string | undefined;
  draft = "";

  constructor(room: Room, host: RoomHost) {
    this.room = room;
    this.#host = host;
    room.on("joined", ({ again, after, head }) => {
      this.#problem = undefined;
      if (this.#loading === "failed") this.#loading = undefined;
      if (!again || this.#joinedAt === undefined) this.#begin(after, head);
    });
    room.on("reset", () => this.#reset());
    room.on("message", (message) => this.#arrived(message));
    room.on("live", () => {
      this.#live = true;
      host.changed();
    });
    room.on("gap", (gap) => {
      this.#log.addGap(gap);
      host.changed();
    });
    room.on("presence", (presence) => this.#moved(presence));
    room.on("typing", ({ from }) => {
      if (from === host.me) return;
      this.#typing.sign(from, host.now());
      host.later(TYPING_MS);
      host.changed();
    });
    room.on("outgoing", (message) => this.#outgoingChanged(message));
    room.on("refused", (error) => {
      this.#problem = error.message;
      host.changed();
    });
  }

  get name(): string {
    return this.room.name;
  }

  /** Whether its messages are known, so that an empty one is really empty. */
  get known(): boolean {
    return this.#joinedAt !== undefined;
  }

  /** Whether everything that was there on joining has come. */
  get live(): boolean {
    return this.#live;
  }

  /** Why it cannot be joined. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get loading(): Loading {
    return this.#loading;
  }

  get unread(): number {
    return this.#reading.unread;
  }

  /** Whether one's name was said in what is unread. */
  get mentioned(): boolean {
    return this.#mentioned && this.unread > 0;
  }

  get last(): RoomMessage | undefined {
    return this.#log.last;
  }

  /** Whether the newest message is on show, and the next one will be. */
  get follows(): boolean {
    return this.#to === undefined;
  }

  get empty(): boolean {
    return this.known && this.#log.newest === 0 &&
      this.#outgoing().length === 0;
  }

  get typing(): readonly string[] {
    return this.#typing.names(this.#host.now());
  }

  /** The message to bring into view, until it was. */
  get target(): number | undefined {
    return this.#target;
  }

  /** What is on show. */
  rows(): readonly Row[] {
    const to = this.#to ?? Infinity;
    const messages = this.#log.between(this.#from, to);
    const first = messages[0]?.seq ?? this.#from;
    return rowsOf({
      messages,
      gaps: this.#log.gapsBetween(first, to),
      notes: this.#notes.filter(({ after }) =>
        after >= first - 1 && after <= to
      ),
      outgoing: this.follows ? this.#outgoing() : [],
      beginning: this.known && first <= this.#log.first
        ? { lost: this.#log.first - 1 }
        : undefined,
      mark: this.#reading.mark,
      me: this.#host.me,
    });
  }

  /** Sends what was written. */
  publish(text: string): Outgoing {
    this.follow();
    return this.room.publish(text);
  }

  /** Gives up on a message that could not be sent. */
  discard(cid: string): void {
    this.room.discard(cid);
    this.#host.changed();
  }

  /** Tells whether the reader has this room in view, at its newest message. */
  look({ looking, atBottom }: { looking: boolean; atBottom: boolean }): void {
    if (this.#looking && !looking) this.#reading.away();
    this.#looking = looking;
    this.#atBottom = atBottom;
    if (this.#sees && this.#reading.unread > 0) {
      this.#seen();
      this.#host.changed();
    }
  }

  /** Shows the newest messages, and those to come. */
  follow(): void {
    this.#to = undefined;
    this.#target = undefined;
    const { newest } = this.#log;
    this.#from = this.#log.before(newest + 1, PAGE)[0]?.seq ?? this.#from;
    this.#atBottom = true;
    if (this.#looking) this.#seen();
    this.#host.changed();
  }

  /** Shows older messages, loading them where they are not here. */
  async older(): Promise<void> {
    if (this.#loading === "older" || this.#loading === "newer") return;
    if (this.#from <= this.#log.first || !this.known) return;
    let found = this.#log.before(this.#from, PAGE);
    if (found.length === 0) {
      const page = await this.#load("older", { before: this.#from });
      if (page === undefined) return;
      found = this.#log.before(this.#from, PAGE);
      if (found.length === 0) this.#log.first = this.#from;
    }
    this.#from = found[0]?.seq ?? this.#from;
    const shown = this.#log.between(this.#from, this.#to ?? Infinity);
    if (shown.length > SHOWN) this.#to = shown[SHOWN - 1]?.seq;
    this.#host.changed();
  }

  /** Shows newer messages, loading them where they are not here. */
  async newer(): Promise<void> {
    if (this.#to === undefined) return;
    if (this.#loading === "older" || this.#loading === "newer") return;
    const { cursor } = this.room;
    let found = this.#log.after(this.#to, PAGE);
    if (found.length === 0 && this.#to < (cursor?.seq ?? 0)) {
      const page = await this.#load("newer", { after: this.#to });
      if (page === undefined || this.#to === undefined) return;
      found = this.#log.after(this.#to, PAGE);
    }
    const to: number = found.at(-1)?.seq ?? this.#to;
    this.#to = to >= this.#log.newest ? undefined : to;
    const shown = this.#log.between(this.#from, to);
    if (shown.length > SHOWN) {
      this.#from = shown[shown.length - SHOWN]?.seq ?? this.#from;
    }
    this.#host.changed();
  }

  /**
   * Shows one message and those around it.
   *
   * @returns Whether it is there.
   */
  async jump(seq: number): Promise<boolean> {
    if (!this.#log.has(seq)) {
      const before = seq + PAGE / 2;
      if (await this.#load("older", { before }) === undefined) return false;
      if (!this.#log.has(seq)) return false;
    }
    this.#from = this.#log.before(seq, PAGE)[0]?.seq ?? seq;
    const to = this.#log.after(seq, PAGE).at(-1)?.seq ?? seq;
    this.#to = to >= this.#log.newest ? undefined : to;
    this.#target = seq;
    this.#host.changed();
    return true;
  }

  /** The target is in view. */
  reached(): void {
    this.#target = undefined;
  }

  get #sees(): boolean {
    return this.#looking && this.#atBottom && this.#to === undefined;
  }

  #begin(after: number, head: number): void {
    this.#joinedAt = head;
    this.#from = after + 1;
    this.#to = undefined;
    const place = this.#host.placeOf(this.name);
    const known = place?.epoch === this.room.cursor?.epoch;
    this.#reading.begin(known ? place?.seq : undefined, head);
    // Drawing begins at what is unread, and tells when the end is in view.
    this.#atBottom = this.#reading.unread === 0;
    if (this.#sees) this.#seen();
    this.#host.changed();
  }

  #reset(): void {
    this.#log.clear();
    this.#notes = [];
    this.#joinedAt = undefined;
    this.#live = false;
    this.#host.changed();
  }

  #arrived(message: RoomMessage): void {
    const { seq, from, mine, cid, text, replay } = message;
    const host = this.#host;
    this.#log.add(message);
    this.#typing.stop(from);
    if (mine && cid !== undefined && !this.#sent.delete(cid)) {
      this.#arrivedCids.add(cid);
    }
    // Known before: counted when the room was joined.
    if (seq > (this.#joinedAt ?? 0)) {
      this.#reading.arrived(seq, { looking: this.#sees, mine });
      if (this.#reading.unread === 0) this.#seen();
    }
    if (seq > (this.#reading.read ?? 0) && !mine && mentions(text, host.me)) {
      this.#mentioned = true;
    }
    this.#keepShort(seq);
    if (!replay) host.arrived(this, message);
    host.changed();
  }

  /** Bounds what is drawn and what is kept. */
  #keepShort(newest: number): void {
    if (this.#to !== undefined) return;
    // A reader who scrolled up keeps what is in view, for a while.
    const most = this.#sees || !this.#looking ? SHOWN : 2 * SHOWN;
    const over = newest - this.#from - most;
    if (over <= 0) return;
    if (this.#sees || !this.#looking) {
      // In steps: taking a row away at the top for each new one costs more.
      if (over < PAGE) return;
      this.#from = this.#log.before(newest + 1, SHOWN)[0]?.seq ?? newest;
      this.#log.trim(KEPT);
    } else {
      this.#to = newest - 1;
    }
  }

  #moved({ snapshot, joined, left, renamed }: Presence): void {
    for (const name of left) this.#typing.stop(name);
    if (!snapshot) {
      const after = this.room.cursor?.seq ?? 0;
      this.#notes.push({ after, joined, left, renamed });
      if (this.#notes.length > NOTES) this.#notes.shift();
    }
    this.#host.changed();
  }

  #outgoingChanged(message: Outgoing): void {
    const { cid, state } = message;
    if (state.phase === "sent" && !this.#arrivedCids.delete(cid)) {
      if (state.seq > (this.room.cursor?.seq ?? 0)) {
        this.#sent.set(cid, message);
      }
    }
    this.#host.changed();
  }

  #outgoing(): readonly Outgoing[] {
    return [...this.#sent.values(), ...this.room.outgoing]
      .filter(({ cid }) => !this.#arrivedCids.has(cid));
  }

  #seen(): void {
    this.#reading.seen();
    this.#mentioned = false;
    const { cursor } = this.room;
    if (cursor !== undefined && this.#reading.read !== undefined) {
      this.#host.savePlace(this.name, {
        epoch: cursor.epoch,
        seq: this.#reading.read,
      });
    }
  }

  async #load(
    which: "older" | "newer",
    options: { before?: number; after?: number },
  ): Promise<true | undefined> {
    this.#loading = which;
    this.#host.changed();
    try {
      const page = await this.room.history({ ...options, limit: PAGE });
      for (const message of page.messages) this.#log.add(message);
      this.#log.first = Math.max(page.first, 1);
      this.#loading = undefined;
      return true;
    } catch {
      this.#loading = "failed";
      this.#host.changed();
      return undefined;
    }
  }
}
