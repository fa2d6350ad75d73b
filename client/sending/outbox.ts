/**
 * What waits to be sent, and in which order. Pure: it neither sends nor knows
 * the time. An entry stays until the server has it or it was refused for good.
 */

/** What the outbox has to know of an entry. */
export interface OutboxEntry {
  readonly cid: string;
  readonly room: string;
  readonly text: string;
}

type Phase = "queued" | "flying" | "failed";

/**
 * Most unanswered publishes at a time: bounds what a refused one can be
 * overtaken by, and the size of the burst after a reconnect.
 */
const WINDOW = 32;

/**
 * Most characters of them, if they are more than one: long ones would be more
 * bytes at once than a server takes, which hangs up on who goes on meanwhile.
 */
const WINDOW_CHARACTERS = 64 * 1024;

/** The publishes of one client that are not acked. */
export class Outbox<Entry extends OutboxEntry> {
  readonly #limit: number;
  readonly #entries = new Map<string, { entry: Entry; phase: Phase }>();
  /**
   * One at a time since one was told to come again later, so that those behind
   * it do not get ahead; as many as usual when all have been sent.
   */
  #careful = false;

  /** @param limit Most entries that may wait. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Everything that waits or has failed, in the order of publishing. */
  get entries(): Entry[] {
    return [...this.#entries.values()].map(({ entry }) => entry);
  }

  /**
   * Takes an entry in.
   *
   * @returns False when too many wait already: it was not taken.
   */
  add(entry: Entry): boolean {
    if (this.#count("queued") + this.#count("flying") >= this.#limit) {
      return false;
    }
    this.#entries.set(entry.cid, { entry, phase: "queued" });
    return true;
  }

  /** Takes in what was left from an earlier life: all of it, so that nothing
   * is dropped without anybody knowing. */
  restore(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#entries.set(entry.cid, { entry, phase: "queued" });
    }
  }

  /**
   * Picks what to send now; it counts as on its way from here on.
   *
   * @param isOpen Whether a room's messages can be sent now.
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
   * The server has it, or it is not wanted any more.
   *
   * @returns The entry, if there was one.
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
   * The server does not want it now.
   *
   * @returns Whether it is there to be sent again.
   */
  postpone(cid: string): boolean {
    const item = this.#entries.get(cid);
    if (item?.phase !== "flying") return false;
    item.phase = "queued";
    this.#careful = true;
    return true;
  }

  /**
   * The server does not want it at all. It is kept for `retry()`; of too many
   * such the oldest is forgotten.
   *
   * @returns The entry, if there was one.
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
   * Puts a failed entry at the end of what waits.
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

  /** Whether it is kept only because it failed. */
  hasFailed(cid: string): boolean {
    return this.#entries.get(cid)?.phase === "failed";
  }

  /** The connection is gone: what was on its way has to be sent again. */
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
