/**
 * The whole page as data: the client, the rooms, which one is open, and what
 * there is to say about it all. Knows no DOM; chat.ts draws it after each
 * `changed`, and gives it the clock, the memory and the calls for attention.
 */

import type {
  Client,
  Moderation,
  RoomMessage,
} from "../../../client/hubbub.ts";
import { LOBBY } from "./address.ts";
import { words } from "../../words/chat_catalogue.ts";
import { errorWords } from "./error_words.ts";
import { isolated } from "./chat_words.ts";
import type { Attention, Memory, Preferences } from "./browser_storage.ts";
import { attentionIn } from "./room_attention.ts";
import { isCommand, messageIn, runCommand } from "./slash_commands.ts";
import type { LineRow } from "./timeline_rows.ts";
import { type Place, type RoomHost, RoomModel } from "./room_model.ts";
import { StoredRooms } from "./stored_rooms.ts";
import { type WritingWords, writingWords } from "./write_access.ts";

/** How long one is told that something went well, milliseconds. */
const BRIEF_MS = 6_000;

/** How soon other tabs learn what was read, milliseconds. */
const SAVE_MS = 300;

/** The longest wait, milliseconds: timers know no months. */
const LONGEST_MS = 3_600_000;

/** Somebody, or what somebody wrote, that something is to be done about. */
export interface Subject {
  readonly room: RoomModel;
  readonly name: string;
  readonly line?: LineRow;
}

/** What the model needs of the page. */
export interface Shell {
  /** The date, milliseconds since 1970. */
  now(): number;
  /** Milliseconds from an arbitrary start, for intervals: nobody can set it. */
  monotonic(): number;
  /** Something is to be drawn anew. */
  changed(): void;
  /** Draw anew after a while, for what changes by time alone, and do something
   * before. */
  later(ms: number, act?: () => void): void;
  /** The open room is another one. */
  opened(room: string): void;
  /** A message came into the room on show. */
  announce(message: RoomMessage): void;
  /** A message came that the reader does not see. */
  attend(room: RoomModel, message: RoomMessage, mentioned: boolean): void;
}

/** The page's model. */
export class ChatModel implements RoomHost {
  readonly client: Client;
  readonly memory: Memory;
  readonly #shell: Shell;
  #rooms: RoomModel[] = [];
  /** The list of rooms that this person's tabs share. */
  readonly #storedRooms: StoredRooms;
  #current: RoomModel | undefined;
  #notice: string | undefined;
  /** When the notice goes by itself. */
  #noticeUntil = Infinity;
  #subject: Subject | undefined;
  #preferences: Preferences;
  /** Whether places are to be written soon. */
  #savesSoon = false;
  /** Rooms that one tries to come back to. */
  readonly #returning = new Set<RoomModel>();
  /** Rooms that are tried again later. */
  readonly #waiting = new Set<RoomModel>();
  /** When the server lets one in again. */
  #returnAt = Infinity;

  constructor(client: Client, memory: Memory, shell: Shell) {
    this.client = client;
    this.memory = memory;
    this.#shell = shell;
    this.#preferences = memory.preferences;
    this.#storedRooms = new StoredRooms(memory);
    client.on("state", (state) => {
      if (state.phase === "open") this.returnToRooms();
      const { retryAfterMs } = state.phase === "closed" ? state : {};
      if (retryAfterMs !== undefined) {
        this.#returnAt = this.monotonic() + retryAfterMs;
        this.later(Math.min(retryAfterMs, LONGEST_MS));
      }
      shell.changed();
    });
    client.on("name", () => shell.changed());
    client.on("nametaken", ({ wanted, instead }) => {
      this.say(
        words.nameTaken(isolated(wanted), isolated(instead)),
      );
    });
    client.on("error", (error) => this.say(errorWords(error)));
  }

  get me(): string | undefined {
    return this.client.name;
  }

  get rooms(): readonly RoomModel[] {
    return this.#rooms;
  }

  get current(): RoomModel | undefined {
    return this.#current;
  }

  /** All that is unread, in every room, as the rooms' settings want it. */
  get unread(): number {
    return this.#rooms.reduce((sum, { counted }) => sum + counted, 0);
  }

  /** Something the reader should know, until the next one or dismissed; or for
   * a moment, when it is only that something went well. */
  get notice(): string | undefined {
    return this.monotonic() < this.#noticeUntil ? this.#notice : undefined;
  }

  /** What something is to be done about. */
  get subject(): Subject | undefined {
    return this.#subject;
  }

  /** Asks what to do about something; nothing: it is done. */
  consider(subject: Subject | undefined): void {
    this.#subject = subject;
    this.changed();
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  set preferences(preferences: Preferences) {
    this.#preferences = preferences;
    this.memory.preferences = preferences;
    this.changed();
  }

  /** Returns when a room calls for attention. */
  attentionIn(room: RoomModel): Preferences {
    return attentionIn(this.#preferences, room.notices);
  }

  /** Gives a room its own setting for notifications, or takes it away. */
  setNotices(room: RoomModel, notices: Attention | undefined): void {
    room.notices = notices;
    this.memory.saveNotices(room.name, notices);
    this.changed();
  }

  /** Tells the reader something; nothing: it was read. */
  say(notice: string | undefined): void {
    this.#notice = notice;
    this.#noticeUntil = Infinity;
    this.changed();
  }

  /** Tells the reader that something went well. */
  confirm(notice: string): void {
    this.say(notice);
    this.#noticeUntil = this.monotonic() + BRIEF_MS;
    this.later(BRIEF_MS);
  }

  /** Joins the rooms of last time, quietly. */
  restore(rooms: readonly string[]): void {
    for (const room of rooms) {
      try {
        this.#join(room);
      } catch {
        // It was spoilt in storage; there is no such room.
      }
    }
  }

  /**
   * Opens a room, joining it first where need be.
   *
   * @throws {Error} When no room can have that name.
   */
  open(name: string): RoomModel {
    const room = this.#join(name);
    if (room !== this.#current) {
      this.#current?.look({ looking: false, atBottom: true });
      this.#current = room;
      room.follow();
      this.#shell.opened(room.name);
    }
    this.changed();
    return room;
  }

  /**
   * Opens a room that Back or Forward leads to. A room that was left stays
   * left: the open room stays open, with a notice.
   *
   * @param name The name in the address.
   * @returns The open room.
   * @throws {Error} When no room can have that name.
   */
  goBackTo(name: string): RoomModel {
    if (this.#current === undefined || this.#find(name) !== undefined) {
      return this.open(name);
    }
    this.confirm(words.roomWasLeft(isolated(name)));
    return this.#current;
  }

  /** Whether a room is in the list; false for what can be no room's name. */
  has(name: string): boolean {
    try {
      return this.#find(name) !== undefined;
    } catch {
      return false;
    }
  }

  /** Joins a room again that could not be joined, or that one had to leave.
   * What was on show stays so until one is in it. */
  rejoin(room: RoomModel): void {
    if (!this.#rooms.includes(room) || this.#returning.has(room)) return;
    const again = this.client.join(room.name);
    if (again === room.room) return;
    this.#returning.add(room);
    const model = new RoomModel(again, this);
    again.on("refused", (error) => {
      if (this.#returning.delete(room)) room.refuse(error);
    });
    again.on("joined", () => {
      const index = this.#rooms.indexOf(room);
      if (!this.#returning.delete(room) || index < 0) return;
      model.draft = room.draft;
      model.notices = room.notices;
      this.#rooms = this.#rooms.with(index, model);
      if (room === this.#current) this.#current = model;
      this.changed();
    });
  }

  /** Tries all rooms again that one may not be in: nobody says that a ban was
   * lifted. */
  returnToRooms(): void {
    for (const room of this.#rooms) {
      if (room.problem !== undefined) this.rejoin(room);
    }
  }

  /** What fits one's rights in a room. */
  writingWords(room: RoomModel): WritingWords {
    const isOut = room.problem !== undefined ||
      this.client.state.phase === "closed";
    return writingWords(isolated(room.name), room.access(), isOut);
  }

  /** Whether the time is over for which the server keeps one out. */
  get mayReturn(): boolean {
    return this.monotonic() >= this.#returnAt;
  }

  /** Whether a room can be left: one must be somewhere. */
  canLeave(room: RoomModel): boolean {
    return this.#rooms.length > 1 || room.name !== LOBBY;
  }

  /** Leaves a room; where it was open, the one beside it opens. */
  leave(room: RoomModel): void {
    if (!this.#rooms.includes(room) || !this.canLeave(room)) return;
    this.#storedRooms.remove(room.name);
    this.#drop(room);
  }

  /** Joins and leaves the rooms that other tabs have joined and left. */
  followOtherTabs(): void {
    const { joined, left } = this.#storedRooms.changes();
    this.restore(joined);
    for (const name of left) {
      const room = this.#rooms.find((other) => other.name === name);
      if (room === undefined || !this.canLeave(room)) continue;
      const isOpen = room === this.#current;
      this.#drop(room);
      if (isOpen) this.confirm(words.leftInOtherTab(isolated(name)));
    }
    this.changed();
  }

  /** Leaves a room that is no longer in the list. */
  #drop(room: RoomModel): void {
    const index = this.#rooms.indexOf(room);
    // The one that one tries to come back to is another one.
    (this.client.room(room.name) ?? room.room).leave();
    this.#returning.delete(room);
    this.memory.forget(room.name);
    this.#rooms = this.#rooms.filter((other) => other !== room);
    if (room === this.#current) {
      const beside = this.#rooms[Math.min(index, this.#rooms.length - 1)];
      this.open(beside?.name ?? LOBBY);
    }
    this.changed();
  }

  /**
   * Opens the room before or after the one that is open.
   *
   * @param step -1 or 1.
   * @param unreadOnly Passes over rooms without anything new.
   */
  move(step: 1 | -1, unreadOnly = false): void {
    const { length } = this.#rooms;
    const from = this.#rooms.findIndex((room) => room === this.#current);
    for (let i = 1; i < length; i++) {
      const room = this.#rooms[(from + step * i + length * i) % length];
      if (room === undefined || (unreadOnly && room.counted === 0)) continue;
      this.open(room.name);
      return;
    }
  }

  /** Changes the own name, and remembers it for the next time. */
  async rename(name: string): Promise<void> {
    this.memory.name = await this.client.rename(name);
    this.changed();
  }

  /**
   * Does what a room's draft says: sends it as a message, or carries out the
   * command that it is. What cannot be done is told, and the draft stays.
   *
   * @param showHelp Shows the commands.
   */
  submit(room: RoomModel, showHelp: () => void): void {
    const { draft } = room;
    if (!isCommand(draft)) {
      const { state } = room.publish(messageIn(draft));
      if (state.phase === "failed") this.say(errorWords(state.error));
      else this.write(room, "");
      return;
    }
    const target = {
      members: room.room.members,
      count: room.room.count,
      moderate: (act: Moderation) => room.room.moderate(act),
      rename: async (name: string) => {
        await this.rename(name);
        return this.me ?? name;
      },
      open: (name: string) => void this.open(name),
      leave: () => {
        if (!this.canLeave(room)) return false;
        this.leave(room);
        return true;
      },
    };
    runCommand(draft, target).then((result) => {
      if (room.draft === draft) this.write(room, "");
      if (result.kind === "help") showHelp();
      else if (result.kind === "told") this.say(result.words);
      else if (result.words !== undefined) this.confirm(result.words);
    }, (error) => this.say(errorWords(error)));
  }

  /** Changes a room's draft, and keeps it for the next time. */
  write(room: RoomModel, draft: string): void {
    room.draft = draft;
    this.memory.saveDraft(room.name, draft);
    this.changed();
  }

  now(): number {
    return this.#shell.now();
  }

  monotonic(): number {
    return this.#shell.monotonic();
  }

  changed(): void {
    this.#shell.changed();
  }

  later(ms: number): void {
    this.#shell.later(ms);
  }

  arrived(room: RoomModel, message: RoomMessage): void {
    if (message.mine) return;
    if (room === this.#current) this.#shell.announce(message);
    if (room.unread > 0 && message.removes === undefined) {
      const { text, announcement, imported } = message;
      // What is old is not called out.
      const mentioned = !imported &&
        (announcement === true || room.mentionsMe(text));
      this.#shell.attend(room, message, mentioned);
    }
  }

  refused(room: RoomModel, retryAfterMs: number | undefined): void {
    if (retryAfterMs === undefined || !this.#rooms.includes(room)) return;
    if (this.#waiting.has(room)) return;
    this.#waiting.add(room);
    this.#shell.later(Math.min(retryAfterMs, LONGEST_MS), () => {
      this.#waiting.delete(room);
      if (room.problem !== undefined) this.rejoin(room);
    });
  }

  placeOf(room: string): Place | undefined {
    return this.memory.place(room);
  }

  savePlace(room: string, place: Place): void {
    this.memory.savePlace(room, place);
    if (this.#savesSoon) return;
    this.#savesSoon = true;
    this.#shell.later(SAVE_MS, () => {
      this.#savesSoon = false;
      this.memory.flush();
    });
  }

  /**
   * Another tab of this browser has written to the storage: what was read there
   * is read, a draft that was the same goes the same way, rooms are joined and
   * left here too, and settings are the same.
   *
   * @param key The key that changed.
   * @param before What was there before, as JSON.
   */
  changedElsewhere(key: string, before: string | null): void {
    const changed = this.memory.changeOf(key);
    if (changed?.what === "rooms") this.followOtherTabs();
    if (changed?.what === "preferences") {
      this.#preferences = this.memory.preferences;
      this.changed();
    }
    const room = this.#rooms.find(({ name }) => name === changed?.room);
    if (room === undefined) return;
    if (changed?.what === "place") {
      const place = this.memory.storedPlace(room.name);
      if (place !== undefined) room.readElsewhere(place);
    } else if (changed?.what === "notices") {
      room.notices = this.memory.notices(room.name);
      this.changed();
    } else if (
      changed?.what === "draft" &&
      JSON.stringify(room.draft) === (before ?? '""')
    ) {
      room.draft = this.memory.draft(room.name);
      this.changed();
    }
  }

  #join(name: string): RoomModel {
    const known = this.#find(name);
    if (known !== undefined) {
      if (known.problem !== undefined) this.rejoin(known);
      return known;
    }
    const room = this.client.join(name);
    const model = new RoomModel(room, this);
    model.draft = this.memory.draft(room.name);
    model.notices = this.memory.notices(room.name);
    this.#rooms.push(model);
    this.#storedRooms.add(model.name);
    return model;
  }

  /** Returns the room of a name, which need not be normalized. */
  #find(name: string): RoomModel | undefined {
    const joined = this.client.room(name)?.name;
    return this.#rooms.find((other) => other.name === joined);
  }
}
