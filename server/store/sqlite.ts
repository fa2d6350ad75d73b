/**
 * The store in one SQLite file. Owns its statements and the heads of the
 * rooms in memory; the shape of the file stands in sqlite_schema.ts.
 *
 * All work is synchronous, in transactions of one tick each: at 300,000
 * inserts a second that holds up the event loop less than a thread would.
 */

import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Clock } from "../clock.ts";
import { inspect, migrate } from "./sqlite_schema.ts";
import {
  DEDUPE_MS,
  type Draft,
  type Feed,
  type LogState,
  NO_LOG,
  type Page,
  type Range,
  type Receipt,
  type Retention,
  type RoomSummary,
  type Store,
  type StoredMessage,
  StoreOpenError,
} from "./store.ts";

/** How long a write waits for another program's lock, milliseconds. The event
 * loop waits with it, so this is short: the sender is told to try again. */
const BUSY_MS = 50;
/** Rows that one step of the retention deletes at most. */
const TRIM_ROWS = 500;

/** What {@linkcode SqliteStore.open} needs. */
export interface SqliteStoreOptions {
  readonly path: string;
  readonly retention: Retention;
  readonly clock: Clock;
}

/** A room as it is in the file, and who follows it. */
interface Log {
  readonly id: number;
  readonly epoch: string;
  first: number;
  head: number;
  feed?: Feed | undefined;
}

type Row = Record<string, string | number | null>;

/** Keeps logs in one file. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #retention: Retention;
  readonly #clock: Clock;
  readonly #logs = new Map<string, Log>();
  readonly #sql: Readonly<Record<keyof typeof SQL, StatementSync>>;
  /** Rooms that still have to be looked at in this round of the retention. */
  #toTrim: string[] = [];

  /**
   * Opens a file, makes it where there is none, and brings it up to date.
   *
   * @param options Where it is and how much to keep.
   * @throws {StoreOpenError} With one line that says what to do.
   */
  static open({ path, ...options }: SqliteStoreOptions): SqliteStore {
    let db: DatabaseSync | undefined;
    try {
      Deno.mkdirSync(dirname(path), { recursive: true });
      if (isThere(path)) {
        // Whoever opens a file to write also closes it so: the WAL of another
        // program that crashed would be merged into its file.
        db = new DatabaseSync(path, { readOnly: true });
        db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
        inspect(db, path);
        db.close();
      }
      db = new DatabaseSync(path);
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
      migrate(db, path);
      // NORMAL in WAL mode survives the end of the process at any time; only a
      // power cut may cost the last commits (https://sqlite.org/wal.html).
      db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      return new SqliteStore(db, options);
    } catch (error) {
      if (db?.isOpen) db.close();
      if (error instanceof StoreOpenError) throw error;
      throw new StoreOpenError(
        `Cannot open "${path}": ${reason(error, path)}`,
        { cause: error },
      );
    }
  }

  private constructor(
    db: DatabaseSync,
    { retention, clock }: Omit<SqliteStoreOptions, "path">,
  ) {
    this.#db = db;
    this.#retention = retention;
    this.#clock = clock;
    this.#sql = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)]),
    ) as Record<keyof typeof SQL, StatementSync>;
  }

  append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return attempt(() => {
      const at = this.#clock.now();
      const news = new Map<Log, StoredMessage[]>();
      const receipts: Receipt[] = [];
      // Outside of the transaction: a room that was made stays made.
      for (const { room } of drafts) this.#log(room);
      this.#transaction(() => {
        for (const draft of drafts) {
          receipts.push(this.#insert(draft, at, news));
        }
        for (const [log, messages] of news) {
          this.#sql.setHead.run(log.head + messages.length, at, log.id);
        }
      });
      // Only what is committed counts.
      for (const [log, messages] of news) log.head += messages.length;
      for (const [log, messages] of news) log.feed?.append(messages);
      for (const { room } of drafts) this.#forgetUnfollowed(room);
      return receipts;
    });
  }

  follow(room: string, feed: Feed): Promise<LogState> {
    return attempt(() => {
      const log = this.#log(room);
      log.feed = feed;
      return state(log);
    });
  }

  unfollow(room: string): void {
    this.#logs.delete(room);
  }

  read(room: string, range: Range): Promise<Page> {
    return attempt(() => {
      const log = this.#find(room);
      if (log === undefined) return { ...NO_LOG, messages: [] };
      const { limit } = range;
      const rows = "after" in range
        ? this.#sql.readAfter.all(
          log.id,
          Math.max(range.after, log.first - 1),
          limit,
        )
        : this.#sql.readBefore.all(
          log.id,
          Math.min(range.before, log.head + 1),
          log.first,
          limit,
        ).reverse();
      const messages = (rows as Row[]).map((row) => message(room, row));
      return { ...state(log), messages };
    });
  }

  rooms(): Promise<RoomSummary[]> {
    return attempt(() =>
      (this.#sql.rooms.all() as Row[]).map(({ name, head, at }) => ({
        room: String(name),
        head: Number(head),
        at: Number(at),
      }))
    );
  }

  trim(): Promise<void> {
    return attempt(() => {
      if (this.#toTrim.length === 0) {
        this.#toTrim = (this.#sql.rooms.all() as Row[])
          .map(({ name }) => String(name));
      }
      let budget = TRIM_ROWS;
      while (budget > 0) {
        const room = this.#toTrim.at(-1);
        if (room === undefined) return;
        const deleted = this.#trimRoom(this.#log(room), budget);
        this.#forgetUnfollowed(room);
        // A room that had more to delete is gone on with at the next step.
        if (deleted < budget) this.#toTrim.pop();
        budget -= Math.max(deleted, 1);
      }
    });
  }

  check(): Promise<void> {
    return attempt(() =>
      this.#transaction(() => {
        this.#sql.touch.run("checked", this.#clock.now());
      })
    );
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
    return attempt(() => this.#db.close());
  }

  /** Inserts one draft, unless it is a repeat. */
  #insert(
    { room, from, text, author, cid }: Draft,
    at: number,
    news: Map<Log, StoredMessage[]>,
  ): Receipt {
    const log = this.#log(room);
    const fresh = news.get(log) ?? [];
    const seq = log.head + fresh.length + 1;
    const { changes } = this.#sql.insert.run(
      log.id,
      seq,
      at,
      author,
      from,
      text,
      cid ?? null,
    );
    if (changes === 0) {
      const first = this.#sql.findCid.get(log.id, author, cid ?? null);
      return { seq: Number(first?.["seq"]), duplicate: true };
    }
    fresh.push({
      room,
      seq,
      from,
      text,
      at,
      ...(cid !== undefined && { cid }),
      author,
    });
    news.set(log, fresh);
    return { seq, duplicate: false };
  }

  /** Moves the start of a log, then deletes what is before it. */
  #trimRoom(log: Log, budget: number): number {
    const now = this.#clock.now();
    const { messages, ms } = this.#retention;
    let first = Math.max(log.first, log.head - messages + 1);
    if (ms > 0) {
      const row = this.#sql.firstSince.get(log.id, first, now - ms);
      first = Number(row?.["seq"] ?? log.head + 1);
    }
    if (first > log.first) {
      this.#sql.setFirst.run(first, log.id);
      log.first = first;
      log.feed?.trimmed(first);
    }
    // A row stays as long as a repeat of it must be known.
    const { changes } = this.#sql.trim.run(
      log.id,
      first,
      now - DEDUPE_MS,
      budget,
      log.id,
    );
    return Number(changes);
  }

  /** A room as it is, made where there is none. */
  #log(room: string): Log {
    let log = this.#find(room);
    if (log === undefined) {
      this.#sql.addRoom.run(room, crypto.randomUUID().slice(0, 13));
      log = this.#find(room);
    }
    if (log === undefined) throw new Error(`Room "${room}" was not made`);
    this.#logs.set(room, log);
    return log;
  }

  #find(room: string): Log | undefined {
    const known = this.#logs.get(room);
    if (known !== undefined) return known;
    const row = this.#sql.findRoom.get(room) as Row | undefined;
    return row && {
      id: Number(row["id"]),
      epoch: String(row["epoch"]),
      first: Number(row["first"]),
      head: Number(row["head"]),
    };
  }

  /** Or a client that goes through room names would fill the memory. */
  #forgetUnfollowed(room: string): void {
    if (this.#logs.get(room)?.feed === undefined) this.#logs.delete(room);
  }

  #transaction(work: () => void): void {
    this.#sql.begin.run();
    try {
      work();
      this.#sql.commit.run();
    } catch (error) {
      // A full disk may have rolled it back already.
      if (this.#db.isTransaction) this.#sql.rollback.run();
      throw error;
    }
  }
}

const SQL = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  insert: `
    INSERT INTO messages (room, seq, at, author, sender, text, cid)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (room, author, cid) WHERE cid IS NOT NULL DO NOTHING`,
  findCid: `
    SELECT seq FROM messages
    WHERE room = ? AND author = ? AND cid = ? AND cid IS NOT NULL`,
  setHead: "UPDATE rooms SET head = ?, at = ? WHERE id = ?",
  setFirst: "UPDATE rooms SET first = ? WHERE id = ?",
  findRoom: "SELECT id, epoch, first, head FROM rooms WHERE name = ?",
  addRoom: "INSERT INTO rooms (name, epoch) VALUES (?, ?)",
  rooms: "SELECT name, head, at FROM rooms WHERE head > 0 ORDER BY name",
  readAfter: `
    SELECT seq, at, author, sender, text, cid FROM messages
    WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?`,
  readBefore: `
    SELECT seq, at, author, sender, text, cid FROM messages
    WHERE room = ? AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?`,
  firstSince: `
    SELECT seq FROM messages WHERE room = ? AND seq >= ? AND at >= ?
    ORDER BY seq LIMIT 1`,
  trim: `
    WITH gone AS (
      SELECT seq FROM messages WHERE room = ? AND seq < ? AND at < ?
      ORDER BY seq LIMIT ?
    )
    DELETE FROM messages WHERE room = ? AND seq IN gone`,
  getMeta: "SELECT value FROM meta WHERE key = ?",
  touch: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, CAST(? AS BLOB))",
  setMeta: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
} as const;

function state({ epoch, first, head }: Log): LogState {
  return { epoch, first, head };
}

/** Whether there is a file with something in it. */
function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function message(room: string, row: Row): StoredMessage {
  const { cid } = row;
  return {
    room,
    seq: Number(row["seq"]),
    from: String(row["sender"]),
    text: String(row["text"]),
    at: Number(row["at"]),
    ...(cid !== null && { cid: String(cid) }),
    author: String(row["author"]),
  };
}

/** Makes synchronous work, and what it throws, a promise. */
function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Why a file could not be opened, and what to do. */
function reason(error: unknown, path: string): string {
  if (error instanceof Deno.errors.NotCapable) {
    return `the server may write only below ./data. Use a path there, or run ` +
      `deno run with --allow-read and --allow-write for "${dirname(path)}"`;
  }
  const words = error instanceof Error ? error.message : String(error);
  if (/not a database/.test(words)) {
    return "it is not a database. Choose another file with --store";
  }
  if (/locked|busy/.test(words)) {
    return "another program has locked it. Stop that program first";
  }
  return words;
}
