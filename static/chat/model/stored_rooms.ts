/**
 * The list of rooms of one person, which all of the person's tabs share. A tab
 * adds and removes single rooms, so that it never writes back a room that
 * another tab has left, and it finds out what other tabs have changed.
 */

/** Where the list is kept. */
export interface RoomStorage {
  rooms: readonly string[];
}

/** What other tabs have changed. */
export interface RoomChanges {
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** The stored list, as one tab knows it. */
export class StoredRooms {
  readonly #storage: RoomStorage;
  /** The list as this tab has seen it: other tabs may have changed it since. */
  readonly #seen: Set<string>;

  /** @param storage The memory of the person; it may refuse to write. */
  constructor(storage: RoomStorage) {
    this.#storage = storage;
    this.#seen = new Set(storage.rooms);
  }

  /** Adds a room to the list, at its end. */
  add(room: string): void {
    const { rooms } = this.#storage;
    if (!rooms.includes(room)) this.#storage.rooms = [...rooms, room];
    // A room that could not be stored was not left elsewhere.
    if (this.#storage.rooms.includes(room)) this.#seen.add(room);
  }

  /** Removes a room from the list. */
  remove(room: string): void {
    const { rooms } = this.#storage;
    if (rooms.includes(room)) {
      this.#storage.rooms = rooms.filter((other) => other !== room);
    }
    this.#seen.delete(room);
  }

  /** Returns what other tabs have changed since the last call. */
  changes(): RoomChanges {
    const now = new Set(this.#storage.rooms);
    const joined = [...now].filter((room) => !this.#seen.has(room));
    const left = [...this.#seen].filter((room) => !now.has(room));
    for (const room of joined) this.#seen.add(room);
    for (const room of left) this.#seen.delete(room);
    return { joined, left };
  }
}
