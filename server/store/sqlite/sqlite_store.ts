/**
 * The store in one SQLite file. Owns its transactions; sqlite_logs.ts keeps the
 * rooms in memory, sqlite_schema.ts defines the file.
 *
 * All work is synchronous, one transaction per tick: at 300,000 inserts per
 * second this blocks the event loop less than a thread would.
 */

import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../runtime/clock.ts";
import { storeStorable } from "../drafts.ts";
import { GuardedFeed } from "../feeding.ts";
import { marked, markOf } from "../marks.ts";
import { takePage } from "../page_size.ts";
import { cidKey } from "../recent_cids.ts";
import { type OpenDatabase, openDatabase } from "./sqlite_file.ts";
import type { DatabaseLock } from "./sqlite_lock.ts";
import { databaseFault, primaryCode } from "./sqlite_errors.ts";
import { type Log, SqliteLogs, stateOf } from "./sqlite_logs.ts";
import { SqliteRetention } from "./sqlite_retention.ts";
import {
  messageOf,
  prepare,
  pushRow,
  type Row,
  type Statements,
  type Value,
} from "./sqlite_statements.ts";
import {
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
  whyNotMade,
} from "../store.ts";

/** Required free space: one message of maximum length in UTF-8. */
const CHECK_BYTES = 3 * 65_536;

/** Options of {@linkcode SqliteStore.open}. */
export interface SqliteStoreOptions {
  readonly path: string;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Maximum number of rooms; unlimited by default. */
  readonly maxRooms?: number;
  /** Called with warnings, such as about file permissions. */
  readonly warn?: (words: string) => void;
}

/** What one tick adds to a room. */
interface News {
  readonly log: Log;
  /** Its ID, once it is in the file. */
  id: number;
  readonly messages: StoredMessage[];
  readonly cids: Map<number, number>;
}

/** Stores logs in one file. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #lock: DatabaseLock;
  readonly #retention: SqliteRetention;
  readonly #clock: Clock;
  readonly #logs: SqliteLogs;
  readonly #sql: Statements;
  readonly #maxRooms: number;
  /** Whether the WAL may still contain a removed text, even of an earlier
   * process. */
  #toErase: boolean;
  #watcher: KeptWatcher = () => {};

  /**
   * Opens a file. Creates it if missing, and migrates it.
   *
   * @param options The path and the retention.
   * @throws {StoreOpenError} With one line that says what to do.
   */
  static open({ path, warn, ...options }: SqliteStoreOptions): SqliteStore {
    const { warnings, ...opened } = openDatabase(path);
    for (const words of warnings) warn?.(words);
    return new SqliteStore({ ...options, ...opened });
  }

  private constructor(
    { db, lock, toErase, retention, clock, maxRooms = Infinity }:
      & Omit<SqliteStoreOptions, "path" | "warn">
      & Omit<OpenDatabase, "warnings">,
  ) {
    this.#maxRooms = maxRooms;
    this.#toErase = toErase;
    this.#lock = lock;
    this.#db = db;
    this.#clock = clock;
    const sql = prepare(db);
    this.#sql = sql;
    const logs = new SqliteLogs(sql, clock);
    this.#logs = logs;
    this.#retention = new SqliteRetention({
      ...{ sql, logs, retention, clock },
      transaction: (work) => this.#transaction(work),
    });
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return storeStorable(
      drafts,
      (drafts) => attempt(() => this.#storeApart(drafts)),
    );
  }

  /** Stores all drafts at once. On failure, stores each half separately, until
   * only the invalid drafts remain. */
  #storeApart(drafts: readonly Draft[], inPart = false): Receipt[] {
    try {
      return this.#store(drafts);
    } catch (error) {
      if (isOfTheFile(error)) {
        if (!inPart) throw error;
      } else if (drafts.length > 1) {
        const middle = drafts.length >> 1;
        return [drafts.slice(0, middle), drafts.slice(middle)]
          .flatMap((half) => this.#storeApart(half, true));
      }
      return drafts.map(() => refusedFor(error));
    }
  }

  /** Stores all drafts or none. */
  #store(drafts: readonly Draft[]): Receipt[] {
    const [at, when] = [this.#clock.now(), this.#clock.monotonic()];
    const news = new Map<string, News>();
    const tick = { at, news, making: 0 };
    const receipts = drafts.map((draft) => this.#number(draft, tick));
    this.#transaction(() => {
      this.#insert(news);
      for (const added of news.values()) this.#mark(added);
    });
    // Only committed changes count.
    for (const { log, id, messages, cids } of news.values()) {
      if (log.id === 0) this.#logs.made(log, id);
      log.head += messages.length;
      log.wroteAt = when;
      this.#retention.grown(log, messages.length);
      for (const [key, seq] of cids) log.recent?.add(key, seq, when);
    }
    for (const { log, messages } of news.values()) log.feed?.append(messages);
    return receipts;
  }

  async follow(room: string, feed: Feed): Promise<LogState> {
    const log = await this.#logs.ready(room);
    log.feed = new GuardedFeed(feed);
    return stateOf(log);
  }

  unfollow(room: string): void {
    this.#logs.forget(room);
  }

  read(room: string, range: Range): Promise<Page> {
    return attempt(() => {
      const log = this.#logs.find(room);
      const { limit } = range;
      // Usually unwritten: clients can request any name.
      if (log.head === 0) return { ...stateOf(log), messages: [] };
      // Row by row: rows beyond the page are not read.
      const page = (rows: Iterator<unknown>) =>
        takePage(Iterator.from(rows).map((row) => messageOf(room, row as Row)));
      const messages = "after" in range
        ? page(this.#sql.readAfter.iterate(
          log.id,
          Math.min(Math.max(range.after, log.first - 1), log.head),
          limit,
        ))
        : page(this.#sql.readBefore.iterate(
          log.id,
          Math.min(range.before, log.head + 1),
          log.first,
          limit,
        )).reverse();
      return { ...stateOf(log), messages };
    });
  }

  rooms(
    range: RoomsRange = { after: "", limit: ROOMS_PAGE },
  ): Promise<RoomSummary[]> {
    return attempt(() => this.#logs.summaries(range));
  }

  trim(): Promise<boolean> {
    return attempt(() => {
      // Busy while another program reads; the next step retries.
      if (this.#toErase && this.#sql.checkpoint.get()?.["busy"] === 0) {
        this.#toErase = false;
      }
      return this.#retention.step();
    });
  }

  check(): Promise<void> {
    return attempt(() => {
      // Two steps: what is written and taken away in one is never on the disk.
      // A full one takes what fits into pages that it has already.
      this.#transaction(() => {
        this.#sql.fill.run("checked", CHECK_BYTES);
      });
      this.#transaction(() => {
        this.#sql.touch.run("checked", this.#clock.now());
      });
    });
  }

  keep(changes: KeptChanges): Promise<void> {
    return attempt(() => {
      this.#transaction(() => {
        for (const [key, document] of changes) {
          if (document === null) this.#sql.unkeep.run(key);
          else this.#sql.keep.run(key, document);
        }
      });
      this.#watcher(this.#allKept());
    });
  }

  watchKept(changed: KeptWatcher): Promise<ReadonlyMap<string, string>> {
    return attempt(() => {
      this.#watcher = changed;
      return this.#allKept();
    });
  }

  secret(): Promise<Uint8Array<ArrayBuffer>> {
    return attempt(() => {
      const fresh = crypto.getRandomValues(new Uint8Array(32));
      this.#sql.setMeta.run("secret", fresh);
      const row = this.#sql.getMeta.get("secret");
      return new Uint8Array(row?.["value"] as Uint8Array);
    });
  }

  close(): Promise<void> {
    return attempt(() => {
      this.#db.close();
      this.#lock.close();
    });
  }

  #allKept(): ReadonlyMap<string, string> {
    return new Map(
      (this.#sql.allKept.all() as Row[]).map(({ key, document }) => [
        String(key),
        String(document),
      ]),
    );
  }

  /** Gives a draft its seq, unless it is a repeat. */
  #number(
    draft: Draft,
    tick: { at: number; news: Map<string, News>; making: number },
  ): Receipt {
    const { at, news } = tick;
    const { room, from, text, author, cid } = draft;
    let fresh = news.get(room);
    const log = fresh?.log ?? this.#logs.open(room);
    const key = cid === undefined ? undefined : cidKey(author, cid);
    if (key !== undefined) {
      const first = this.#findRepeat(log, key, { author, cid }) ??
        repeatIn(fresh, log.head, { key, author, cid });
      if (first !== undefined) return { seq: first, duplicate: true };
    }
    if (fresh === undefined) {
      if (log.id === 0) {
        const count = this.#logs.count + tick.making;
        const why = whyNotMade(draft, { count, most: this.#maxRooms });
        if (why !== undefined) return refusedFor(why);
        tick.making++;
      }
      fresh = { log, id: log.id, messages: [], cids: new Map() };
      news.set(room, fresh);
    }
    const seq = log.head + fresh.messages.length + 1;
    if (key !== undefined) fresh.cids.set(key, seq);
    const message = cid === undefined
      ? { room, seq, from, text, at, author }
      : { room, seq, from, text, at, author, cid };
    fresh.messages.push(marked(message, markOf(draft)));
    return { seq, duplicate: false };
  }

  /** The seq under which a cid was stored lately, if it was. */
  #findRepeat(
    log: Log,
    key: number,
    { author, cid }: { author: string; cid: string | undefined },
  ): number | undefined {
    if (log.id === 0) return undefined;
    const seq = this.#logs.recent(log).find(key, this.#clock.monotonic());
    if (seq === undefined) return undefined;
    const row = this.#sql.readOne.get(log.id, seq);
    // A date that was set forth lets the retention take it early.
    if (row === undefined) return seq;
    return row["author"] === author && row["cid"] === cid ? seq : undefined;
  }

  /** Inserts one tick's messages of all rooms, in few statements. */
  #insert(news: ReadonlyMap<string, News>): void {
    const values: Value[] = [];
    for (const added of news.values()) {
      if (added.id === 0) added.id = this.#logs.make(added.log);
      for (const message of added.messages) pushRow(values, added.id, message);
    }
    let next = 0;
    for (const { length, statement } of this.#sql.inserts) {
      for (; values.length - next >= length; next += length) {
        statement.run(...values.slice(next, next + length));
      }
    }
  }

  /** Carries out what is special about messages: rare enough that what is
   * ordinary need not carry it along. */
  #mark({ id, messages }: News): void {
    for (const message of messages) {
      const mark = markOf(message);
      if (mark === undefined) continue;
      this.#sql.setMark.run(mark, id, message.seq);
      if (message.removes === undefined) continue;
      // Old ones are kept for a while to tell repeats, and lose it as well.
      this.#sql.blank.run(id, message.removes);
      this.#toErase = true;
    }
  }

  #transaction<T>(work: () => T): T {
    this.#sql.begin.run();
    try {
      const done = work();
      this.#sql.commit.run();
      return done;
    } catch (error) {
      // A full disk may have rolled it back already.
      if (this.#db.isTransaction) this.#sql.rollback.run();
      throw error;
    }
  }
}

/** The seq under which the same tick has a cid already, if it has. */
function repeatIn(
  news: News | undefined,
  head: number,
  { key, author, cid }: {
    key: number;
    author: string;
    cid: string | undefined;
  },
): number | undefined {
  const seq = news?.cids.get(key);
  if (seq === undefined) return undefined;
  // Another cid with the same hash is no repeat: its message would be lost.
  const first = news?.messages[seq - head - 1];
  return first?.author === author && first.cid === cid ? seq : undefined;
}

/** What SQLite says when it can write nothing into a file, whatever it is
 * (https://sqlite.org/rescode.html): busy, locked, no memory, read-only,
 * interrupted, a fault of the disk, full, cannot open, protocol, not a
 * database. */
const OF_THE_FILE = new Set([5, 6, 7, 8, 9, 10, 13, 14, 15, 26]);

/** Whether an error holds for all drafts, and need not be tried one by one. */
function isOfTheFile(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ERR_INVALID_STATE" ||
    OF_THE_FILE.has(primaryCode(error) ?? 0);
}

/** Makes synchronous work, and what it throws, a promise. What SQLite throws is
 * given words that say what to do: the log has them. */
function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    const fault = databaseFault(error);
    if (fault === undefined) return Promise.reject(error);
    const words = `The database cannot be used: ${fault.words}`;
    return Promise.reject(new Error(words, { cause: error }));
  }
}
