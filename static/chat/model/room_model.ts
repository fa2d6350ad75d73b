/**
 * One room as the page knows it: what of its log is on show, what is unread,
 * who is typing, what is on its way. Listens to the client's room; knows no
 * DOM. Drawing asks for `rows()` whenever `changed` was called.
 */

import type {
  ClientError,
  Outgoing,
  Presence,
  Room,
  RoomMessage,
} from "../../../client/hubbub.ts";
import type { Attention } from "./browser_storage.ts";
import { CountdownWords } from "./countdown_words.ts";
import { mentions } from "./format.ts";
import { longerNames } from "./mentions.ts";
import type { Standing, WriteAccess } from "./write_access.ts";
import { ModerationRequests } from "./moderation_requests.ts";
import { OwnMessages } from "./own_messages.ts";
import { ReadPosition } from "./read_position.ts";
import { countedUnread } from "./room_attention.ts";
import { type Note, type Row, rowsOf } from "./timeline_rows.ts";
import { SlowModeWait } from "./slow_mode_wait.ts";
import { Typing, TYPING_MS } from "./typing.ts";
import { Window } from "./history_window.ts";

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
  /** Milliseconds from an arbitrary start, for intervals. */
  monotonic(): number;
  /** Something is to be drawn anew. */
  changed(): void;
  /** Calls back; for what changes by time alone. */
  later(ms: number): void;
  /** A message arrived that was not there on joining. */
  arrived(room: RoomModel, message: RoomMessage): void;
  /** One may not be in a room now, for some time if that is known. */
  refused(room: RoomModel, retryAfterMs: number | undefined): void;
  /** Where the reader was when the page was last open. */
  placeOf(room: string): Place | undefined;
  savePlace(room: string, place: Place): void;
}

/** One room's model. */
export class RoomModel {
  readonly room: Room;
  readonly #host: RoomHost;
  /** What of the log is on show. */
  readonly window: Window;
  /** What one may ask for to keep order here. */
  readonly order: ModerationRequests;
  readonly #own: OwnMessages;
  readonly #readPosition = new ReadPosition();
  readonly #typing = new Typing();
  readonly #slowModeWait: SlowModeWait;
  #notes: Note[] = [];
  /** The newest seq at the time of joining; undefined before. */
  #joinedAt: number | undefined;
  #looking = false;
  #atBottom = true;
  /** Messages that mention the reader, and announcements, some read by now. */
  #calls: { readonly seq: number; readonly mentions: boolean }[] = [];
  #live = false;
  #problem: CountdownWords | undefined;
  /** Names here that contain the reader's own, and what they were made of. */
  #longer: {
    readonly me: string | undefined;
    readonly members: readonly string[];
    readonly names: readonly string[];
  } = { me: undefined, members: [], names: [] };
  draft = "";
  /** Its own setting for notifications; undefined: the one for all rooms. */
  notices: Attention | undefined;

  constructor(room: Room, host: RoomHost) {
    this.room = room;
    this.#host = host;
    this.window = new Window(room, () => host.changed());
    this.order = new ModerationRequests(room);
    this.#own = new OwnMessages(room);
    this.#slowModeWait = new SlowModeWait(room, host);
    room.on("joined", ({ again, after, head }) => {
      this.#problem = undefined;
      this.window.recovered();
      if (!again || this.#joinedAt === undefined) this.#begin(after, head);
    });
    room.on("reset", () => this.#reset());
    room.on("message", (message) => this.#arrived(message));
    room.on("live", () => {
      this.#live = true;
      host.changed();
    });
    room.on("gap", (gap) => {
      this.window.log.addGap(gap);
      host.changed();
    });
    room.on("presence", (presence) => this.#moved(presence));
    room.on("typing", ({ from }) => {
      if (from === host.me) return;
      this.#typing.sign(from, host.monotonic());
      host.later(TYPING_MS);
      host.changed();
    });
    room.on("outgoing", (message) => {
      this.#own.changed(message);
      this.#turned(message);
      host.changed();
    });
    room.on("rules", (rules) => {
      this.#slowModeWait.ruled(rules);
      host.changed();
    });
    room.on("removed", ({ seq }) => {
      this.window.log.remove(seq);
      host.changed();
    });
    room.on("refused", (error) => this.refuse(error));
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
    return this.#problem?.now;
  }

  /** One may not be in the room, still or from now on. */
  refuse(error: ClientError): void {
    this.#problem = new CountdownWords(error, this.#host);
    this.#host.refused(this, error.retryAfterMs);
    this.#host.changed();
  }

  get unread(): number {
    return this.#readPosition.unread;
  }

  /** The number of unread messages to show, as the room's setting wants it. */
  get counted(): number {
    return countedUnread(this.notices, this.unread, this.#unreadCalls.length);
  }

  /** Whether one's name was said in what is unread and counted. */
  get mentioned(): boolean {
    return this.counted > 0 &&
      this.#unreadCalls.some(({ mentions }) => mentions);
  }

  get #unreadCalls() {
    const { read = 0 } = this.#readPosition;
    return this.#calls.filter(({ seq }) => seq > read);
  }

  get last(): RoomMessage | undefined {
    return this.window.log.last;
  }

  get empty(): boolean {
    return this.known && this.last === undefined &&
      this.#own.waiting.length === 0;
  }

  get typing(): readonly string[] {
    return this.#typing.names(this.#host.monotonic());
  }

  /** What holds here. */
  get rules(): Standing {
    return this.#slowModeWait.standing;
  }

  /** What keeps one from writing; has it drawn again while that changes. */
  access(): WriteAccess | undefined {
    return this.#slowModeWait.access();
  }

  /** Names of others here that contain the reader's own name: to mention them
   * mentions nobody else. Stays the same array while nothing changes. */
  get longerNames(): readonly string[] {
    const { me } = this.#host;
    const { members } = this.room;
    if (this.#longer.me !== me || this.#longer.members !== members) {
      const found = longerNames(me, members);
      const same = found.join("\n") === this.#longer.names.join("\n");
      const names = same ? this.#longer.names : found;
      this.#longer = { me, members, names };
    }
    return this.#longer.names;
  }

  /** Whether a text is about the reader. */
  mentionsMe(text: string): boolean {
    return mentions(text, this.#host.me, this.longerNames);
  }

  /** What is on show. */
  rows(): readonly Row[] {
    const { log, from, to, follows, messages, atBeginning } = this.window;
    return rowsOf({
      messages,
      gaps: log.gapsBetween(from, to),
      notes: this.#notes.filter(({ after }) =>
        after >= from - 1 && after <= to
      ),
      outgoing: follows ? this.#own.waiting : [],
      beginning: this.known && atBeginning
        ? { lost: log.first - 1 }
        : undefined,
      mark: this.#readPosition.mark,
      me: this.#host.me,
      longer: this.longerNames,
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
    if (this.#looking && !looking) this.#readPosition.away();
    this.#looking = looking;
    this.#atBottom = atBottom;
    if (this.#sees && this.#readPosition.unread > 0) {
      this.#seen();
      this.#host.changed();
    }
  }

  /** Another tab of the same person has read so far. */
  readElsewhere({ epoch, seq }: Place): void {
    if (epoch !== this.room.cursor?.epoch) return;
    this.#readPosition.readTo(seq);
    this.#calls = this.#unreadCalls;
    this.#host.changed();
  }

  /** Shows the newest messages, and those to come. */
  follow(): void {
    this.#atBottom = true;
    this.window.follow();
    if (this.#looking) this.#seen();
  }

  get #sees(): boolean {
    return this.#looking && this.#atBottom && this.window.follows;
  }

  #begin(after: number, head: number): void {
    this.#joinedAt = head;
    this.window.begin(after);
    const place = this.#host.placeOf(this.name);
    const known = place?.epoch === this.room.cursor?.epoch;
    this.#readPosition.begin(known ? place?.seq : undefined, head);
    // Drawing begins at what is unread, and tells when the end is in view.
    this.#atBottom = this.#readPosition.unread === 0;
    if (this.#sees) this.#seen();
    this.#host.changed();
  }

  #reset(): void {
    this.window.log.clear();
    this.#notes = [];
    this.#calls = [];
    this.#joinedAt = undefined;
    this.#live = false;
    this.#host.changed();
  }

  #arrived(message: RoomMessage): void {
    const { seq, from, mine, text, replay, announcement = false } = message;
    const host = this.#host;
    this.window.log.add(message);
    this.#typing.stop(from);
    this.#own.arrived(message);
    // Known before: counted when the room was joined.
    if (seq > (this.#joinedAt ?? 0)) {
      this.#readPosition.arrived(seq, { looking: this.#sees, mine });
      if (this.#readPosition.unread === 0) this.#seen();
    }
    if (seq > (this.#readPosition.read ?? 0) && !mine) {
      const mentions = this.mentionsMe(text);
      if (mentions || announcement) this.#calls.push({ seq, mentions });
    }
    this.window.keepShort(this.#looking && !this.#atBottom);
    if (!replay) host.arrived(this, message);
    host.changed();
  }

  #turned({ state }: Outgoing): void {
    if (state.phase === "sent") this.#slowModeWait.sent();
    if (state.phase !== "failed" || state.error.code !== "slow_mode") return;
    this.#slowModeWait.refused(state.error.retryAfterMs ?? 0);
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

  #seen(): void {
    this.#readPosition.seen();
    this.#calls = [];
    const { cursor } = this.room;
    if (cursor !== undefined && this.#readPosition.read !== undefined) {
      this.#host.savePlace(this.name, {
        epoch: cursor.epoch,
        seq: this.#readPosition.read,
      });
    }
  }
}
