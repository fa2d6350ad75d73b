/**
 * Follows one room on one node: turns notifications of an engine (late,
 * duplicate, out of order, or missing) into an ordered feed with each message
 * once. Independent of the engine; the Redis and Deno KV adapters pass their
 * notifications.
 */

import { soon } from "../runtime/event_loop.ts";
import type { Feed, LogState, Page, StoredMessage } from "./store.ts";

/** Messages per read when catching up. */
const CATCH_UP = 500;

/** A notification: the state of a room's log, and the contiguous messages up to
 * its head, if any. */
export interface News extends LogState {
  readonly messages: readonly StoredMessage[];
}

/** A page of a log with the head at the start of its epoch. */
export interface EnginePage extends Page {
  /** The head when this epoch began; older messages are not new in it. */
  readonly born: number;
}

/** What a follower needs from its engine for its room. */
export interface Engine {
  /** Reads from the log. Returns {@linkcode NO_LOG} when the engine has lost
   * even the base of unwritten rooms' epochs. */
  read(after: number, limit: number): Promise<EnginePage>;
  /** Creates that base if it is missing. */
  begin(): Promise<void>;
  /** Replaces the log's epoch, unless it has changed already: the log is not
   * the one it was. */
  renew(epoch: string): Promise<void>;
}

/** Feeds one room. */
export class Follower {
  readonly #feed: Feed;
  readonly #engine: Engine;
  /** Resolves when the caller knows the state that its feed starts from. */
  readonly #live = Promise.withResolvers<void>();
  #state: LogState | null = null;
  /** The message at the head, if known: the log must still contain it. */
  #last: StoredMessage | undefined;
  #stopped = false;
  /** Whether a notification arrived before the feed started. */
  #early = false;
  /** Whether the log may have been replaced under the same epoch. */
  #stale = false;
  #reading: Promise<void> = Promise.resolve();
  #nextReading: Promise<void> | null = null;

  constructor(feed: Feed, engine: Engine) {
    this.#feed = feed;
    this.#engine = engine;
  }

  /** The position of the feed; null before the start. */
  get state(): LogState | null {
    return this.#state;
  }

  /** The announced epoch of an unwritten room, which must be created with it.
   * Undefined for a written room. */
  get unwritten(): string | undefined {
    return this.#state?.head === 0 && this.#state.first === 1
      ? this.#state.epoch
      : undefined;
  }

  /**
   * Starts the feed in the next turn of the event loop, so that the caller has
   * the state first, after any number of promises.
   *
   * @param state Where the feed starts.
   * @param last The message at its head, if any.
   */
  start(state: LogState, last?: StoredMessage): void {
    soon(() => {
      const { epoch, first, head } = state;
      this.#state = { epoch, first, head };
      this.#last = last;
      this.#live.resolve();
      if (this.#early) this.#catchUpAlone();
    });
  }

  /** Stops the feed. */
  stop(): void {
    this.#stopped = true;
    this.#live.resolve();
  }

  /** Marks the log as unverified after a lost connection: notifications are
   * ignored until a read shows that the log is the same. */
  markStale(): void {
    this.#stale = true;
  }

  /** Handles a notification; reads missing messages. */
  hear(news: News): void {
    if (!this.#take(news)) this.#catchUpAlone();
  }

  /**
   * Handles the result of a call, and resolves when the feed has it.
   *
   * @throws When messages were missing and could not be read.
   */
  async learn(news: News): Promise<void> {
    await this.#live.promise;
    if (!this.#take(news)) await this.backfill();
  }

  /**
   * Reads everything that the feed lacks.
   *
   * @throws When the engine cannot be read.
   */
  backfill(): Promise<void> {
    // A read in progress may have started too early for this caller.
    this.#nextReading ??= this.#reading.catch(() => {}).then(() => {
      this.#nextReading = null;
      return this.#reading = this.#read();
    });
    return this.#nextReading;
  }

  /** Catches up without a caller. On failure, the next notification or
   * reconnect retries. */
  #catchUpAlone(): void {
    this.backfill().catch(() => {});
  }

  /** @returns Whether the feed now has everything of this notification. */
  #take({ epoch, first, head, messages }: News): boolean {
    if (this.#stopped) return true;
    if (this.#state === null) {
      this.#early = true;
      return true;
    }
    if (this.#stale) return false;
    // An unwritten room keeps its announced epoch.
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
      // Reads the last message again to verify that the log is the same.
      const page = await this.#engine.read(
        before.head - (last === undefined ? 0 : 1),
        CATCH_UP,
      );
      if (this.#stopped) return;
      if (page.head === 0 && this.unwritten !== undefined) {
        this.#stale = false;
        return;
      }
      if (page.epoch === "") await this.#engine.begin();
      else if (page.epoch !== before.epoch) this.#reset(page);
      else if (isOther(page, before.head, last)) {
        await this.#engine.renew(page.epoch);
      } else if (this.#goOn(page)) return;
    }
  }

  /** @returns Whether the feed has reached the head. */
  #goOn(page: Page): boolean {
    const { epoch, first, head, messages } = page;
    this.#stale = false;
    const before = this.#state?.head ?? head;
    if (first > before + 1) {
      this.#reset({ epoch, first, head, born: first - 1 });
    }
    this.#append(messages);
    this.#trimmed(first);
    const now = this.#state?.head ?? head;
    // The last message can be long enough to fill a page.
    if (now === before && now < head) this.#last = undefined;
    return now >= head;
  }

  /** Resets the feed, which cannot continue from its position. */
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
 * Returns whether a log differs from what its epoch implies: an engine restored
 * without its last moments, perhaps with new messages since, or a log that
 * lacks messages it claims to keep.
 *
 * @param page Read from `head`, or from `last`, which existed.
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
      // A message removed meanwhile does not indicate another log.
      (oldest.text !== last.text && !oldest.removed) ||
      oldest.author !== last.author || oldest.cid !== last.cid);
}
