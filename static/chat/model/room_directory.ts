/**
 * Reads the server's list of rooms page by page, or by a search. Independent of
 * the DOM and the network, which are passed in.
 */

/** The newest message of a room, with the start of its text. */
export interface Preview {
  readonly from: string;
  readonly text: string;
  readonly removed?: true;
  readonly removes?: number;
}

/** A room of the list. */
export interface ListedRoom {
  readonly room: string;
  /** When its newest message was stored, milliseconds since 1970. */
  readonly at: number | null;
  /** People in it. */
  readonly online: number;
  readonly topic?: string;
  readonly last?: Preview;
}

/** A page of `GET /api/rooms`. */
export interface DirectoryPage {
  readonly rooms: readonly ListedRoom[];
  readonly next: string | null;
}

/** The state of reading. */
export type DirectoryPhase = "idle" | "loading" | "failed";

/** Maximum rooms kept; a search finds others. */
const KEPT = 2_000;

/** Returns the address of the first page. */
function firstPage(search: string): string {
  const query = new URLSearchParams({ previews: "true", limit: "50" });
  if (search !== "") query.set("search", search);
  return `./api/rooms?${query}`;
}

/** The rooms of one server. */
export class RoomDirectory {
  readonly #fetch: (address: string) => Promise<DirectoryPage>;
  readonly #changed: () => void;
  #rooms = new Map<string, ListedRoom>();
  #phase: DirectoryPhase = "idle";
  #search = "";
  /** The next page of this search; null at its end, undefined before its
   * first. */
  #next: string | null | undefined;
  /** Whether all rooms have been read, so that no search finds more. */
  #isComplete = false;
  /** The number of the newest request; answers to earlier ones are ignored. */
  #request = 0;

  /**
   * @param fetch Reads a page; the address is relative to the chat page.
   * @param changed Called after each change.
   */
  constructor(
    fetch: (address: string) => Promise<DirectoryPage>,
    changed: () => void,
  ) {
    this.#fetch = fetch;
    this.#changed = changed;
  }

  get rooms(): readonly ListedRoom[] {
    return [...this.#rooms.values()];
  }

  get phase(): DirectoryPhase {
    return this.#phase;
  }

  /** Whether there are more pages. */
  get hasMore(): boolean {
    return typeof this.#next === "string";
  }

  /** Reads the list again from its start. */
  async refresh(): Promise<void> {
    this.#isComplete = false;
    this.#search = "";
    await this.#load(firstPage(""), { anew: true });
  }

  /**
   * Finds rooms by a part of their names, and keeps the known ones.
   *
   * @param text Any text; empty for all rooms.
   */
  async search(text: string): Promise<void> {
    const wanted = text.trim();
    if (wanted === this.#search || this.#isComplete) return;
    this.#search = wanted;
    await this.#load(firstPage(wanted));
  }

  /** Reads the next page, or retries the one that failed. */
  async more(): Promise<void> {
    if (this.#phase === "loading" || this.#next === null) return;
    await this.#load(this.#next ?? firstPage(this.#search));
  }

  async #load(address: string, { anew = false } = {}): Promise<void> {
    const request = ++this.#request;
    this.#phase = "loading";
    this.#changed();
    try {
      const { rooms, next } = await this.#fetch(address);
      if (request !== this.#request) return;
      if (anew) this.#rooms = new Map();
      for (const room of rooms) {
        if (this.#rooms.size < KEPT) this.#rooms.set(room.room, room);
      }
      this.#next = next;
      this.#isComplete ||= next === null && this.#search === "" &&
        this.#rooms.size < KEPT;
      this.#phase = "idle";
    } catch {
      if (request !== this.#request) return;
      this.#next = anew ? undefined : address;
      this.#phase = "failed";
    }
    this.#changed();
  }
}
