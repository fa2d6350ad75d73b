/** A store in memory, for tests, demos and lessons. */

import { type Clock, type Monotonic, msBetween } from "../runtime/clock.ts";
import { storeStorable } from "./drafts.ts";
import { GuardedFeed } from "./feeding.ts";
import { blank, marked, markOf } from "./marks.ts";
import { takePage } from "./page_size.ts";
import { SortedNames } from "./sorted_names.ts";
import {
  DEDUPE_MS,
  type Draft,
  type Feed,
  type KeptChanges,
  type KeptWatcher,
  type LogState,
  type Page,
  type Range,
  type Receipt,
  refusedFor,
  type Retention,
  ROOMS_PAGE,
  type RoomsRange,
  type RoomSummary,
  type Store,
  type StoredMessage,
  UNUSED_MS,
  whyNotMade,
} from "./store.ts";
import { newBase, unwrittenEpoch } from "./unwritten.ts";

/** Rooms per step of the retention. */
const STEP_ROOMS = 2_000;

interface Log {
  readonly epoch: string;
  first: number;
  messages: StoredMessage[];
  /** When the newest message was stored. */
  at: number;
}

/** What {@linkcode MemoryStore} needs. */
export interface MemoryStoreOptions {
  readonly retention: Retention;
  readonly clock: Clock;
  /** How many rooms there may be; no limit if it is not said. */
  readonly maxRooms?: number;
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
  readonly #maxRooms: number;
  /** Of rooms that somebody has written to. */
  readonly #logs = new Map<string, Log>();
  readonly #names = new SortedNames();
  /** Who follows which room, also where nobody has written yet. */
  readonly #feeds = new Map<string, { feed: Feed; unwritten: Log }>();
  #base = newBase();
  /** The rooms that the retention has not looked at in this round. */
  #round: Iterator<[string, Log]> = [].values();
  /** By room, author and cid: what was stored, and when. In order of time, so
   * that the oldest go first. */
  readonly #receipts = new Map<string, { seq: number; when: Monotonic }>();
  readonly #kept = new Map<string, string>();
  #watcher: KeptWatcher = () => {};
  readonly #secret = crypto.getRandomValues(new Uint8Array(32));

  constructor({ retention, clock, maxRooms = Infinity }: MemoryStoreOptions) {
    this.#maxRooms = maxRooms;
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
    let making = 0;
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
      if (log === undefined && messages.length === 0) {
        const count = this.#logs.size + making;
        const why = whyNotMade(draft, { count, most: this.#maxRooms });
        if (why !== undefined) {
          receipts.push(refusedFor(why));
          continue;
        }
        making++;
      }
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
      const log = this.#make(room);
      for (const message of messages) {
        log.messages.push(message);
        const index = (message.removes ?? 0) - log.first;
        const gone = log.messages[index];
        if (gone !== undefined) log.messages[index] = blank(gone);
      }
      log.at = at;
    }
    for (const [room, messages] of news) {
      this.#feeds.get(room)?.feed.append(messages);
    }
    return receipts;
  }

  follow(room: string, feed: Feed): Promise<LogState> {
    const unwritten = this.#log(room);
    this.#feeds.set(room, { feed: new GuardedFeed(feed), unwritten });
    return Promise.resolve(state(unwritten));
  }

  unfollow(room: string): void {
    this.#feeds.delete(room);
  }

  read(room: string, range: Range): Promise<Page> {
    const log = this.#log(room);
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

  rooms(
    { after, limit }: RoomsRange = { after: "", limit: ROOMS_PAGE },
  ): Promise<RoomSummary[]> {
    return Promise.resolve(
      this.#names.behind(after, limit).map((room) => {
        const log = this.#log(room);
        return { room, head: head(log), at: log.at };
      }),
    );
  }

  trim(): Promise<boolean> {
    this.#forgetReceipts();
    for (let looked = 0; looked < STEP_ROOMS; looked++) {
      const next = this.#round.next();
      if (next.done) {
        this.#round = this.#logs.entries();
        break;
      }
      const [room, log] = next.value;
      this.#trimRoom(room, log);
    }
    return Promise.resolve(false);
  }

  #trimRoom(room: string, log: Log): void {
    const now = this.#clock.now();
    const { messages: most, ms } = this.#retention;
    let drop = Math.max(log.messages.length - most, 0);
    while (ms > 0 && (log.messages[drop]?.at ?? Infinity) < now - ms) drop++;
    if (drop > 0) {
      log.messages.splice(0, drop);
      log.first += drop;
      this.#feeds.get(room)?.feed.trimmed(log.first);
    }
    const unused = log.messages.length === 0 && log.at < now - UNUSED_MS;
    if (!unused || this.#feeds.has(room)) return;
    this.#logs.delete(room);
    this.#names.delete(room);
    this.#base = newBase();
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

  /** A room as it is, or as it will be when it is written to. */
  #log(room: string): Log {
    const known = this.#logs.get(room) ?? this.#feeds.get(room)?.unwritten;
    if (known !== undefined) return known;
    const epoch = unwrittenEpoch(this.#base, room);
    return { epoch, first: 1, messages: [], at: 0 };
  }

  #make(room: string): Log {
    const log = this.#log(room);
    if (this.#logs.has(room)) return log;
    this.#logs.set(room, log);
    this.#names.add(room);
    return log;
  }
}
