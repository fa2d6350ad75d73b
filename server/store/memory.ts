/**
 * A store that lives as long as the process: for tests, demos, and lessons
 * that nobody has to clean up after.
 */

import { type Clock, type Monotonic, msBetween } from "../clock.ts";
import { storeStorable } from "./drafts.ts";
import { GuardedFeed } from "./feeding.ts";
import { blank, marked, markOf } from "./marks.ts";
import { takePage } from "./page_size.ts";
import {
  DEDUPE_MS,
  type Draft,
  type Feed,
  type KeptChanges,
  type KeptWatcher,
  type LogState,
  NO_LOG,
  type Page,
  type Range,
  type Receipt,
  type Retention,
  type RoomSummary,
  type Store,
  type StoredMessage,
} from "./store.ts";

interface Log {
  epoch: string;
  first: number;
  messages: StoredMessage[];
  /** When the newest message was stored. */
  at: number;
  feed?: Feed | undefined;
}

/** What {@linkcode MemoryStore} needs. */
export interface MemoryStoreOptions {
  readonly retention: Retention;
  readonly clock: Clock;
}

function head(log: Log): number {
  return log.first + log.messages.length - 1;
}

function state(log: Log): LogState {
  return { epoch: log.epoch, first: log.first, head: head(log) };
}

/** Keeps logs in arrays. */
export class MemoryStore implements Store {
  readonly #retention: Retention;
  readonly #clock: Clock;
  readonly #logs = new Map<string, Log>();
  /** By room, author and cid: what was stored, and when. In order of time, so
   * that the oldest go first. */
  readonly #receipts = new Map<string, { seq: number; when: Monotonic }>();
  readonly #kept = new Map<string, string>();
  #watcher: KeptWatcher = () => {};
  readonly #secret = crypto.getRandomValues(new Uint8Array(32));

  constructor({ retention, clock }: MemoryStoreOptions) {
    this.#retention = retention;
    this.#clock = clock;
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return storeStorable(
      drafts,
      (drafts) => Promise.resolve(this.#store(drafts)),
    );
  }

  /** Nothing of this fails. */
  #store(drafts: readonly Draft[]): Receipt[] {
    const [at, when] = [this.#clock.now(), this.#clock.monotonic()];
    this.#forgetReceipts();
    const news = new Map<string, StoredMessage[]>();
    const fresh = new Map<string, { seq: number; when: Monotonic }>();
    const receipts: Receipt[] = [];
    for (const draft of drafts) {
      const { room, from, text, author, cid } = draft;
      const key = cid === undefined
        ? undefined
        : JSON.stringify([room, author, cid]);
      const known = key === undefined
        ? undefined
        : this.#receipts.get(key) ?? fresh.get(key);
      if (known !== undefined) {
        receipts.push({ seq: known.seq, duplicate: true });
        continue;
      }
      const messages = news.get(room) ?? [];
      const log = this.#logs.get(room);
      const seq = (log === undefined ? 0 : head(log)) + messages.length + 1;
      const message = {
        room,
        seq,
        from,
        text,
        at,
        author,
        ...(cid !== undefined && { cid }),
      };
      messages.push(marked(message, markOf(draft)));
      news.set(room, messages);
      if (key !== undefined) fresh.set(key, { seq, when });
      receipts.push({ seq, duplicate: false });
    }
    for (const [key, receipt] of fresh) this.#receipts.set(key, receipt);
    for (const [room, messages] of news) {
      const log = this.#log(room);
      for (const message of messages) {
        log.messages.push(message);
        const index = (message.removes ?? 0) - log.first;
        const gone = log.messages[index];
        if (gone !== undefined) log.messages[index] = blank(gone);
      }
      log.at = at;
    }
    for (const [room, messages] of news) {
      this.#logs.get(room)?.feed?.append(messages);
    }
    return receipts;
  }

  follow(room: string, feed: Feed): Promise<LogState> {
    const log = this.#log(room);
    log.feed = new GuardedFeed(feed);
    return Promise.resolve(state(log));
  }

  unfollow(room: string): void {
    const log = this.#logs.get(room);
    if (log !== undefined) log.feed = undefined;
  }

  read(room: string, range: Range): Promise<Page> {
    const log = this.#logs.get(room);
    if (log === undefined) return Promise.resolve({ ...NO_LOG, messages: [] });
    const { limit } = range;
    const { length } = log.messages;
    /** How many of the kept messages have at most this seq. */
    const upTo = (seq: number) =>
      Math.min(Math.max(seq - log.first + 1, 0), length);
    let start: number, end: number;
    if ("after" in range) {
      start = upTo(range.after);
      end = start + limit;
    } else {
      end = upTo(range.before - 1);
      start = Math.max(end - limit, 0);
    }
    const wanted = log.messages.slice(start, end);
    const messages = "after" in range
      ? takePage(wanted)
      : takePage(wanted.reverse()).reverse();
    return Promise.resolve({ ...state(log), messages });
  }

  rooms(): Promise<RoomSummary[]> {
    const rooms = [...this.#logs].filter(([, log]) => head(log) > 0)
      .map(([room, log]) => ({ room, head: head(log), at: log.at }));
    return Promise.resolve(
      rooms.sort((a, b) => (a.room < b.room ? -1 : 1)),
    );
  }

  trim(): Promise<boolean> {
    const now = this.#clock.now();
    this.#forgetReceipts();
    const { messages: most, ms } = this.#retention;
    for (const log of this.#logs.values()) {
      let drop = Math.max(log.messages.length - most, 0);
      while (ms > 0 && (log.messages[drop]?.at ?? Infinity) < now - ms) drop++;
      if (drop === 0) continue;
      log.messages.splice(0, drop);
      log.first += drop;
      log.feed?.trimmed(log.first);
    }
    return Promise.resolve(false);
  }

  #forgetReceipts(): void {
    const moment = this.#clock.monotonic();
    for (const [key, { when }] of this.#receipts) {
      if (msBetween(when, moment) <= DEDUPE_MS) break;
      this.#receipts.delete(key);
    }
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  keep(changes: KeptChanges): Promise<void> {
    for (const [key, document] of changes) {
      if (document === null) this.#kept.delete(key);
      else this.#kept.set(key, document);
    }
    this.#watcher(new Map(this.#kept));
    return Promise.resolve();
  }

  watchKept(changed: KeptWatcher): Promise<ReadonlyMap<string, string>> {
    this.#watcher = changed;
    return Promise.resolve(new Map(this.#kept));
  }

  secret(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(this.#secret);
  }

  close(): Promise<void> {
    this.#logs.clear();
    return Promise.resolve();
  }

  #log(room: string): Log {
    let log = this.#logs.get(room);
    if (log === undefined) {
      log = { epoch: crypto.randomUUID(), first: 1, messages: [], at: 0 };
      this.#logs.set(room, log);
    }
    return log;
  }
}
