/**
 * What the page remembers in this browser, for all of its tabs: the name, the
 * rooms, how far each was read, what was being written, and the settings. All
 * but the settings belongs to one person, and no other one sees it. Any of it
 * may be missing or spoilt: then it was never there.
 */

import { isGuestKey, type Person } from "./persons.ts";
import type { Place } from "./room_model.ts";

/** What of `localStorage` is used. */
export interface KeyValue {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** When to call for attention. */
export type Attention = "all" | "mentions" | "none";

/** What a reader can set. */
export interface Preferences {
  readonly sound: Attention;
  readonly notices: Attention;
}

/** What another tab of the same person has changed. */
export type Change =
  | { readonly what: "rooms" | "preferences"; readonly room?: undefined }
  | { readonly what: "draft" | "place" | "notices"; readonly room: string };

const ATTENTION: readonly unknown[] = ["all", "mentions", "none"];

/** The page's memory. */
export class Memory {
  readonly #storage: KeyValue;
  readonly #prefix: string;
  /** The key of the person it is for, and a dot; empty before one is known. */
  #person = "";
  /** Places change with every message: they are written when there is time. */
  readonly #places = new Map<string, Place>();

  /**
   * @param storage Where all is kept.
   * @param prefix What its names begin with.
   */
  constructor(storage: KeyValue, prefix = "hubbub.") {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** The name that was used last: by the token's user, or by a guest. */
  get name(): string | undefined {
    return text(this.#read(this.#nameKey));
  }

  set name(name: string | undefined) {
    this.#write(this.#nameKey, name);
  }

  /** A guest is known by its name, so that it belongs to none of them. */
  get #nameKey(): string {
    return isGuestKey(this.#person) ? "name" : `${this.#person}name`;
  }

  get rooms(): readonly string[] {
    return strings(this.#read(`${this.#person}rooms`));
  }

  set rooms(rooms: readonly string[]) {
    this.#write(`${this.#person}rooms`, rooms);
  }

  get preferences(): Preferences {
    const { sound, notices } = fields(this.#read("preferences"));
    return { sound: attention(sound), notices: attention(notices) };
  }

  set preferences(preferences: Preferences) {
    this.#write("preferences", preferences);
  }

  /** Emoji used last, the newest first. */
  get emoji(): readonly string[] {
    return strings(this.#read(`${this.#person}emoji`));
  }

  set emoji(emoji: readonly string[]) {
    this.#write(`${this.#person}emoji`, emoji);
  }

  /** What was being written in a room. */
  draft(room: string): string {
    return text(this.#read(`${this.#person}draft.${room}`)) ?? "";
  }

  saveDraft(room: string, draft: string): void {
    this.#write(
      `${this.#person}draft.${room}`,
      draft === "" ? undefined : draft,
    );
  }

  /** Returns a room's own setting for notifications; undefined where the
   * setting for all rooms holds. */
  notices(room: string): Attention | undefined {
    const notices = this.#read(`${this.#person}notices.${room}`);
    return ATTENTION.includes(notices) ? notices as Attention : undefined;
  }

  /** Keeps a room's own setting for notifications, or removes it. */
  saveNotices(room: string, notices: Attention | undefined): void {
    this.#write(`${this.#person}notices.${room}`, notices);
  }

  /**
   * Says which person the memory is for from now on.
   *
   * @param person The token's user, or the guest.
   */
  enter({ key, name, isGuest }: Person): void {
    this.flush();
    this.#person = "";
    const legacyOwner = text(this.#read("user"));
    const isOwner = legacyOwner === undefined
      ? isGuest && name === this.name
      : key === `user ${legacyOwner}`;
    const rooms = this.rooms;
    if (!isOwner || rooms.length === 0) {
      this.#person = `${key}.`;
      return;
    }
    // Earlier versions knew one person only.
    const drafts = rooms.map((room) => [room, this.draft(room)] as const);
    const places = rooms.map((room) => [room, this.place(room)] as const);
    for (const room of rooms) this.forget(room);
    this.#write("rooms", undefined);
    this.#write("user", undefined);
    this.#person = `${key}.`;
    this.rooms = rooms;
    for (const [room, draft] of drafts) this.saveDraft(room, draft);
    for (const [room, place] of places) {
      if (place !== undefined) this.savePlace(room, place);
    }
    this.flush();
  }

  /** How far a room was read. */
  place(room: string): Place | undefined {
    const known = this.#places.get(room);
    if (known !== undefined) return known;
    return this.storedPlace(room);
  }

  savePlace(room: string, place: Place): void {
    this.#places.set(room, place);
  }

  /** How far a room was read in any tab, as far as that was written. */
  storedPlace(room: string): Place | undefined {
    const { epoch, seq } = fields(this.#read(`${this.#person}place.${room}`));
    return typeof epoch === "string" && typeof seq === "number"
      ? { epoch, seq }
      : undefined;
  }

  /**
   * Says what of this person's another tab has changed.
   *
   * @param key The key of a `storage` event.
   */
  changeOf(key: string): Change | undefined {
    const start = this.#prefix + this.#person;
    if (key === `${start}rooms`) return { what: "rooms" };
    if (key === `${this.#prefix}preferences`) return { what: "preferences" };
    for (const what of ["draft", "place", "notices"] as const) {
      const prefix = `${start}${what}.`;
      if (key.startsWith(prefix)) {
        return { what, room: key.slice(prefix.length) };
      }
    }
    return undefined;
  }

  /** Writes what waits for being written. */
  flush(): void {
    for (const [room, place] of this.#places) {
      const stored = this.storedPlace(room);
      // Another tab has read further.
      if (stored?.epoch === place.epoch && stored.seq >= place.seq) continue;
      this.#write(`${this.#person}place.${room}`, place);
    }
    this.#places.clear();
  }

  /** Forgets a room that was left. */
  forget(room: string): void {
    this.#places.delete(room);
    this.#write(`${this.#person}place.${room}`, undefined);
    this.#write(`${this.#person}draft.${room}`, undefined);
    this.saveNotices(room, undefined);
  }

  #read(key: string): unknown {
    try {
      return JSON.parse(this.#storage.getItem(this.#prefix + key) ?? "null");
    } catch {
      return undefined;
    }
  }

  #write(key: string, value: unknown): void {
    try {
      if (value === undefined) this.#storage.removeItem(this.#prefix + key);
      else this.#storage.setItem(this.#prefix + key, JSON.stringify(value));
    } catch {
      // A full or forbidden storage must not keep anybody from talking.
    }
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function strings(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((one) => typeof one === "string")
    : [];
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}

function attention(value: unknown): Attention {
  return ATTENTION.includes(value) ? value as Attention : "none";
}
