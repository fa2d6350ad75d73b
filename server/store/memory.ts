/**
 * A store that lives as long as the process: for tests, demos, and lessons
 * that nobody has to clean up after.
 */

import type { Clock } from "../clock.ts";
import {
  DEDUPE_MS,
  type Draft,
  type Feed,
  type LogState,
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
  /** In order of time, so that the oldest go first. */
  readonly #receipts = new Map<string, { seq: number; at: number }>();
  readonly #secret = crypto.getRandomValues(new Uint8Array(32));

  constructor({ retention, clock }: MemoryStoreOptions) {
    this.#retention = retention;
    this.#clock = clock;
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    const at = this.#clock.now();
    const news = new Map<Log, StoredMessage[]>();
    const receipts = drafts.map((draft): Receipt => {
      const { room, from, text, author, cid } = draft;
      const key = cid === undefined
        ? undefined
        : JSON.stringify([room, author, cid]);
      const known = key === undefined ? undefined : this.#receipts.get(key);
      if (known !== undefined) return { seq: known.seq, duplicate: true };
      const log = this.#log(room);
      const seq = head(log) + 1;
      const message: StoredMessage = {
        room,
        seq,
        from,
        text,
        at,
        author,
        ...(cid !== undefined && { cid }),
      };
      log.messages.push(message);
      if (key !== undefined) this.#receipts.set(key, { seq, at });
      const fresh = news.get(log);
      if (fresh === undefined) news.set(log, [message]);
      else fresh.push(message);
      return { seq, duplicate: false };
    });
    for (const [log, messages] of news) log.feed?.append(messages);
    return Promise.resolve(receipts);
  }

  follow(room: string, feed: Feed): Promise<LogState> {
    const log = this.#log(room);
    log.feed = feed;
    return Promise.resolve(state(log));
  }

  unfollow(room: string): void {
    this.#log(room).feed = undefined;
  }

  read(room: string, range: Range): Promise<Page> {
    const log = this.#log(room);
    const { limit } = range;
    const end = "after" in range ? range.after + limit : range.before - 1;
    const start = "after" in range
      ? range.after
      : Math.min(range.before - 1, head(log)) - limit;
    const index = (seq: number) =>
      Math.min(Math.max(seq - log.first + 1, 0), log.messages.length);
    const messages = log.messages.slice(index(start), index(end));
    return Promise.resolve({ ...state(log), messages });
  }

  rooms(): Promise<RoomSummary[]> {
    const rooms = [...this.#logs].filter(([, log]) => head(log) > 0)
      .map(([room, log]) => ({
        room,
        head: head(log),
        at: log.messages.at(-1)?.at ?? 0,
      }));
    return Promise.resolve(
      rooms.sort((a, b) => (a.room < b.room ? -1 : 1)),
    );
  }

  trim(): Promise<void> {
    const now = this.#clock.now();
    for (const [key, { at }] of this.#receipts) {
      if (at > now - DEDUPE_MS) break;
      this.#receipts.delete(key);
    }
    const { messages: most, ms } = this.#retention;
    for (const log of this.#logs.values()) {
      let drop = Math.max(log.messages.length - most, 0);
      while (ms > 0 && (log.messages[drop]?.at ?? Infinity) < now - ms) drop++;
      if (drop === 0) continue;
      log.messages.splice(0, drop);
      log.first += drop;
      log.feed?.trimmed(log.first);
    }
    return Promise.resolve();
  }

  check(): Promise<void> {
    return Promise.resolve();
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
      log = { epoch: crypto.randomUUID(), first: 1, messages: [] };
      this.#logs.set(room, log);
    }
    return log;
  }
}
