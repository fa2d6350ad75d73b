/**
 * What the page remembers in this browser, for all of its tabs: the name, the
 * rooms, how far each was read, what was being written, and the settings. Any
 * of it may be missing or spoilt: then it was never there.
 */

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

const ATTENTION: readonly unknown[] = ["all", "mentions", "none"];

/** The page's memory. */
export class Memory {
  readonly #storage: KeyValue;
  readonly #prefix: string;
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

  get name(): string | undefined {
    return text(this.#read("name"));
  }

  set name(name: string | undefined) {
    this.#write("name", name);
  }

  get rooms(): readonly string[] {
    const rooms = this.#read("rooms");
    return Array.isArray(rooms)
      ? rooms.filter((room) => typeof room === "string")
      : [];
  }

  set rooms(rooms: readonly string[]) {
    this.#write("rooms", rooms);
  }

  get preferences(): Preferences {
    const { sound, notices } = fields(this.#read("preferences"));
    return { sound: attention(sound), notices: attention(notices) };
  }

  set preferences(preferences: Preferences) {
    this.#write("preferences", preferences);
  }

  /** What was being written in a room. */
  draft(room: string): string {
    return text(this.#read(`draft.${room}`)) ?? "";
  }

  saveDraft(room: string, draft: string): void {
    this.#write(`draft.${room}`, draft === "" ? undefined : draft);
  }

  /**
   * Says who writes in this browser from now on. What somebody else was writing
   * is forgotten.
   *
   * @param user The `sub` of the token one comes in with; undefined for a guest.
   */
  belongTo(user: string | undefined): void {
    const owner = user ?? "";
    const before = text(this.#read("user")) ?? "";
    if (owner === before) return;
    for (const room of this.rooms) this.saveDraft(room, "");
    this.#write("user", owner === "" ? undefined : owner);
  }

  /** How far a room was read. */
  place(room: string): Place | undefined {
    const known = this.#places.get(room);
    if (known !== undefined) return known;
    const { epoch, seq } = fields(this.#read(`place.${room}`));
    return typeof epoch === "string" && typeof seq === "number"
      ? { epoch, seq }
      : undefined;
  }

  savePlace(room: string, place: Place): void {
    this.#places.set(room, place);
  }

  /** Writes what waits for being written. */
  flush(): void {
    for (const [room, place] of this.#places) {
      this.#write(`place.${room}`, place);
    }
    this.#places.clear();
  }

  /** Forgets a room that was left. */
  forget(room: string): void {
    this.#places.delete(room);
    this.#write(`place.${room}`, undefined);
    this.#write(`draft.${room}`, undefined);
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

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}

function attention(value: unknown): Attention {
  return ATTENTION.includes(value) ? value as Attention : "none";
}
