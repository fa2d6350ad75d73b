/**
 * One room as a node follows it: brings what an engine tells (late, twice, out
 * of order, or not at all) into a feed in order and each message once. Knows no
 * engine; the adapters for Redis and Deno KV tell it what they hear.
 */

import { setImmediate } from "node:timers";
import type { Feed, LogState, Page, StoredMessage } from "./store.ts";

/** Messages read at once when some were missed. */
const CATCH_UP = 500;

/** What is heard of a room: the state of its log, and messages up to its head
 * without a hole, perhaps none. */
export interface News extends LogState {
  readonly messages: readonly StoredMessage[];
}

/** A part of a log, and how long it has this epoch. */
export interface EnginePage extends Page {
  /** The head when this epoch began: what is older is no news in it. */
  readonly born: number;
}

/** What a follower asks of its engine, about its room. */
export interface Engine {
  /** Reads from the log; from {@linkcode NO_LOG} when the engine has lost even
   * what the epochs of rooms that nobody has written to are computed from. */
  read(after: number, limit: number): Promise<EnginePage>;
  /** Makes what they are computed from, unless it is there. */
  begin(): Promise<void>;
  /** Gives the log another epoch, unless it has another one already: it is not
   * the log it was. */
  renew(epoch: string): Promise<void>;
}

/** Feeds one room. */
export class Follower {
  readonly #feed: Feed;
  readonly #engine: Engine;
  /** Resolves when whoever follows knows the state its feed starts from. */
  readonly #live = Promise.withResolvers<void>();
  #state: LogState | null = null;
  /** The message at the head, if it is known: the log must still have it. */
  #last: StoredMessage | undefined;
  #stopped = false;
  /** Whether something was heard before the feed could take it. */
  #early = false;
  /** Whether the log may have become another one under the same epoch. */
  #doubted = false;
  #reading: Promise<void> = Promise.resolve();
  #nextReading: Promise<void> | null = null;

  constructor(feed: Feed, engine: Engine) {
    this.#feed = feed;
    this.#engine = engine;
  }

  /** How far the feed has got; null while it has not started. */
  get state(): LogState | null {
    return this.#state;
  }

  /** The epoch that was told of a room that nobody has written to: it is to be
   * made with this one. Undefined where somebody has. */
  get unwritten(): string | undefined {
    return this.#state?.head === 0 && this.#state.first === 1
      ? this.#state.epoch
      : undefined;
  }

  /**
   * Starts to feed, a turn of the event loop later: who waits for the state
   * must have it by then, through however many promises.
   *
   * @param state What the feed goes on from.
   * @param last The message at its head, if there is one.
   */
  start(state: LogState, last?: StoredMessage): void {
    setImmediate(() => {
      const { epoch, first, head } = state;
      this.#state = { epoch, first, head };
      this.#last = last;
      this.#live.resolve();
      if (this.#early) this.#catchUpAlone();
    });
  }

  /** Feeds nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#live.resolve();
  }

  /** The engine was out of reach: believes nothing it tells until the log was
   * read again and found to be the same. */
  doubt(): void {
    this.#doubted = true;
  }

  /** Takes what the engine has told by itself; reads what is missing. */
  hear(news: News): void {
    if (!this.#take(news)) this.#catchUpAlone();
  }

  /**
   * Takes what a call has told, and resolves when the feed has had it.
   *
   * @throws When something was missing and could not be read.
   */
  async learn(news: News): Promise<void> {
    await this.#live.promise;
    if (!this.#take(news)) await this.backfill();
  }

  /**
   * Reads all that the feed has not had.
   *
   * @throws When the engine cannot be read.
   */
  backfill(): Promise<void> {
    // A read that is under way may have begun too early for this caller.
    this.#nextReading ??= this.#reading.catch(() => {}).then(() => {
      this.#nextReading = null;
      return this.#reading = this.#read();
    });
    return this.#nextReading;
  }

  /** For when nobody waits: what cannot be read now is read when the engine
   * can be reached again, or tells of the room once more. */
  #catchUpAlone(): void {
    this.backfill().catch(() => {});
  }

  /** @returns Whether the feed has everything now that this tells of. */
  #take({ epoch, first, head, messages }: News): boolean {
    if (this.#stopped) return true;
    if (this.#state === null) {
      this.#early = true;
      return true;
    }
    if (this.#doubted) return false;
    // A room that nobody has written to has the epoch that was told of it.
    if (head === 0 && this.unwritten !== undefined) return true;
    if (epoch !== this.#state.epoch) return false;
    const from = messages[0]?.seq ?? head + 1;
    if (from > this.#state.head + 1) return false;
    this.#append(messages);
    this.#trimmed(first);
    return true;
  }

  async #read(): Promise<void> {
    await this.#live.promise;
    while (this.#state !== null && !this.#stopped) {
      const before = this.#state;
      const last = this.#last;
      // The last one again: to see that it is still the same log.
      const page = await this.#engine.read(
        before.head - (last === undefined ? 0 : 1),
        CATCH_UP,
      );
      if (this.#stopped) return;
      if (page.head === 0 && this.unwritten !== undefined) {
        this.#doubted = false;
        return;
      }
      if (page.epoch === "") await this.#engine.begin();
      else if (page.epoch !== before.epoch) this.#reset(page);
      else if (isOther(page, before.head, last)) {
        await this.#engine.renew(page.epoch);
      } else if (this.#goOn(page)) return;
    }
  }

  /** @returns Whether the feed has had everything up to the head. */
  #goOn(page: Page): boolean {
    const { epoch, first, head, messages } = page;
    this.#doubted = false;
    const before = this.#state?.head ?? head;
    if (first > before + 1) {
      this.#reset({ epoch, first, head, born: first - 1 });
    }
    this.#append(messages);
    this.#trimmed(first);
    const now = this.#state?.head ?? head;
    // The last one can be so long that it makes a page of its own.
    if (now === before && now < head) this.#last = undefined;
    return now >= head;
  }

  /** The feed cannot go on from where it was. */
  #reset({ epoch, first, born }: LogState & { born: number }): void {
    this.#state = { epoch, first, head: Math.max(born, first - 1) };
    this.#last = undefined;
    this.#feed.reset(this.#state);
  }

  #append(messages: readonly StoredMessage[]): void {
    const state = this.#state;
    const last = messages.at(-1);
    if (state === null || last === undefined || last.seq <= state.head) return;
    const fresh = messages[0]?.seq === state.head + 1
      ? messages
      : messages.filter(({ seq }) => seq > state.head);
    this.#state = { ...state, head: last.seq };
    this.#last = last;
    this.#feed.append(fresh);
  }

  #trimmed(first: number): void {
    const state = this.#state;
    if (state === null || first <= state.first) return;
    this.#state = { ...state, first };
    this.#feed.trimmed(first);
  }
}

/**
 * Whether a log is not the one its epoch says: an engine that came back without
 * its last moments, which may have been written anew since; or a log that lacks
 * what it says it keeps.
 *
 * @param page Read from `head` on, or from `last` on, which was there.
 */
function isOther(
  page: Page,
  head: number,
  last: StoredMessage | undefined,
): boolean {
  if (page.head < head) return true;
  const start = Math.max(page.first, last?.seq ?? head + 1);
  if (start > page.head) return false;
  const [oldest] = page.messages;
  if (oldest === undefined) return true;
  if (page.messages.some(({ seq }, index) => seq !== start + index)) {
    return true;
  }
  return last?.seq === start &&
    (oldest.at !== last.at ||
      // A text that was removed meanwhile is no sign of another log.
      (oldest.text !== last.text && !oldest.removed) ||
      oldest.author !== last.author || oldest.cid !== last.cid);
}
