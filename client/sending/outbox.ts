/**
 * The queue of unsent messages. Pure: it neither sends nor reads a clock. An
 * entry stays until the server acks it or it is discarded.
 */

/** The fields of an entry that the outbox uses. */
export interface OutboxEntry {
  readonly cid: string;
  readonly room: string;
  readonly text: string;
}

type Phase = "queued" | "flying" | "failed";

/**
 * The number of unacked publishes at a time. Bounds the burst after a
 * reconnect, and how many messages can overtake a rejected one.
 */
const WINDOW = 32;

/**
 * The number of characters of unacked publishes, if there are several: the
 * server disconnects a client that sends too many bytes at once.
 */
const WINDOW_CHARACTERS = 64 * 1024;

/** The unacked and failed messages of one client. */
export class Outbox<Entry extends OutboxEntry> {
  readonly #limit: number;
  readonly #entries = new Map<string, { entry: Entry; phase: Phase }>();
  /**
   * Whether to send one message at a time. Set when the server defers a message,
   * so that later ones do not overtake it; reset when all are sent.
   */
  #careful = false;

  /** @param limit The largest number of waiting entries. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** All waiting and failed entries, in the order of publishing. */
  get entries(): Entry[] {
    return [...this.#entries.values()].map(({ entry }) => entry);
  }

  /**
   * Adds an entry.
   *
   * @returns False if the outbox is full; the entry is not added.
   */
  add(entry: Entry): boolean {
    if (this.#count("queued") + this.#count("flying") >= this.#limit) {
      return false;
    }
    this.#entries.set(entry.cid, { entry, phase: "queued" });
    return true;
  }

  /** Adds the saved entries of an earlier client, even over the limit, so that
   * none is lost. */
  restore(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#entries.set(entry.cid, { entry, phase: "queued" });
    }
  }

  /**
   * Returns the entries to send now, and marks them as sent.
   *
   * @param isOpen Returns whether a room's messages can be sent now.
   */
  take(isOpen: (room: string) => boolean): Entry[] {
    const items = [...this.#entries.values()];
    const flying = items.filter(({ phase }) => phase === "flying");
    const most = this.#careful ? 1 : WINDOW;
    let count = flying.length;
    let characters = flying.reduce(
      (sum, { entry }) => sum + entry.text.length,
      0,
    );
    const taken: Entry[] = [];
    for (const item of items) {
      const { entry, phase } = item;
      if (phase !== "queued" || !isOpen(entry.room)) continue;
      characters += entry.text.length;
      if (count >= most) break;
      if (count > 0 && characters > WINDOW_CHARACTERS) break;
      item.phase = "flying";
      taken.push(entry);
      count++;
    }
    return taken;
  }

  /**
   * Removes an acked or discarded entry.
   *
   * @returns The entry, if it exists.
   */
  remove(cid: string): Entry | undefined {
    const item = this.#entries.get(cid);
    this.#entries.delete(cid);
    if (this.#count("queued") + this.#count("flying") === 0) {
      this.#careful = false;
    }
    return item?.entry;
  }

  /**
   * Queues an entry again that the server deferred.
   *
   * @returns Whether the entry was sent and unacked.
   */
  postpone(cid: string): boolean {
    const item = this.#entries.get(cid);
    if (item?.phase !== "flying") return false;
    item.phase = "queued";
    this.#careful = true;
    return true;
  }

  /**
   * Marks an entry as failed, and keeps it for `retry()`. Over the limit, the
   * oldest failed entry is deleted.
   *
   * @returns The entry, if it exists.
   */
  fail(cid: string): Entry | undefined {
    const item = this.#entries.get(cid);
    if (item === undefined) return undefined;
    item.phase = "failed";
    if (this.#count("failed") > this.#limit) {
      const oldest = [...this.#entries.values()]
        .find(({ phase }) => phase === "failed");
      if (oldest !== undefined) this.#entries.delete(oldest.entry.cid);
    }
    return item.entry;
  }

  /**
   * Moves a failed entry to the end of the queue.
   *
   * @returns The entry, if it had failed.
   */
  retry(cid: string): Entry | undefined {
    const item = this.#entries.get(cid);
    if (item?.phase !== "failed") return undefined;
    this.#entries.delete(cid);
    this.#entries.set(cid, { ...item, phase: "queued" });
    return item.entry;
  }

  /** Returns whether an entry has failed. */
  hasFailed(cid: string): boolean {
    return this.#entries.get(cid)?.phase === "failed";
  }

  /** Queues all unacked entries again: the connection was lost. */
  disconnected(): void {
    for (const item of this.#entries.values()) {
      if (item.phase === "flying") item.phase = "queued";
    }
    this.#careful = false;
  }

  #count(phase: Phase): number {
    let count = 0;
    for (const item of this.#entries.values()) {
      if (item.phase === phase) count++;
    }
    return count;
  }
}
