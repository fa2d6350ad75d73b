/** The rooms of one SQLite file, with their heads and recent cids in memory. */

import {
  type Clock,
  LONG_AGO,
  type Monotonic,
  msBetween,
} from "../../runtime/clock.ts";
import { RecentCids } from "../recent_cids.ts";
import { EPOCH_BASE } from "./sqlite_copy.ts";
import { readRecent } from "./sqlite_recent.ts";
import type { Row, Statements } from "./sqlite_statements.ts";
import {
  DEDUPE_MS,
  type Feed,
  type LogState,
  type RoomsRange,
  type RoomSummary,
} from "../store.ts";
import { newBase, unwrittenEpoch } from "../unwritten.ts";

/** Maximum number of rooms cached as missing. */
const MOST_ABSENT = 10_000;

/** ID of an unwritten room: no row has it. */
const UNWRITTEN = 0;

/** A room in the file, and its followers. */
export interface Log {
  /** Its ID in the file; 0 while it is unwritten. */
  id: number;
  readonly name: string;
  readonly epoch: string;
  first: number;
  head: number;
  /** Recent cids to detect repeats; null until the room is followed or a
   * message has a cid. */
  recent: RecentCids | null;
  /** When this process last stored a message in it. */
  wroteAt: Monotonic;
  /** Messages since the last retention step. */
  untrimmed: number;
  feed?: Feed | undefined;
}

/** Returns the public state of a room. */
export function stateOf({ epoch, first, head }: Log): LogState {
  return { epoch, first, head };
}

/** Finds and creates rooms. */
export class SqliteLogs {
  readonly #sql: Statements;
  readonly #clock: Clock;
  readonly #logs = new Map<string, Log>();
  /** Requested rooms that are unwritten. */
  readonly #absent = new Set<string>();
  #count: number;
  #base: string;

  constructor(sql: Statements, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
    this.#count = Number(sql.countRooms.get()?.["count"]);
    sql.setMeta.run(EPOCH_BASE, new TextEncoder().encode(newBase()));
    this.#base = new TextDecoder().decode(
      sql.getMeta.get(EPOCH_BASE)?.["value"] as Uint8Array,
    );
  }

  /** Number of written rooms. */
  get count(): number {
    return this.#count;
  }

  /** Returns the next room name in order; undefined after the last. */
  nameAfter(name: string): string | undefined {
    const row = this.#sql.roomAfter.get(name);
    return row === undefined ? undefined : String(row["name"]);
  }

  /** Returns rooms that had a message, with their newest ones. */
  summaries({ after, limit }: RoomsRange): RoomSummary[] {
    return (this.#sql.rooms.all(after, limit) as Row[]).map((row) => ({
      room: String(row["name"]),
      head: Math.max(Number(row["newest"]), Number(row["first"]) - 1),
      at: Math.max(Number(row["newestAt"]), Number(row["at"])),
    }));
  }

  /** Returns a room. Unwritten rooms are not kept in memory: a client could
   * fill it by requesting many names. */
  open(room: string): Log {
    const log = this.find(room);
    if (log.id !== UNWRITTEN) this.#logs.set(room, log);
    return log;
  }

  /** Returns a room without caching it. */
  find(room: string): Log {
    const known = this.#logs.get(room);
    if (known !== undefined) return known;
    const row = this.#absent.has(room)
      ? undefined
      : this.#sql.findRoom.get(room) as Row | undefined;
    const rest = { name: room, recent: null, wroteAt: LONG_AGO, untrimmed: 0 };
    if (row === undefined) {
      if (this.#absent.size >= MOST_ABSENT) this.#absent.clear();
      this.#absent.add(room);
      const epoch = unwrittenEpoch(this.#base, room);
      return { ...rest, id: UNWRITTEN, epoch, first: 1, head: 0 };
    }
    const id = Number(row["id"]);
    const first = Number(row["first"]);
    const head = Math.max(this.newest(id).head, first - 1);
    return { ...rest, id, epoch: String(row["epoch"]), first, head };
  }

  /**
   * Inserts a room in the transaction of its first messages.
   *
   * @returns Its ID.
   */
  make({ name, epoch }: Log): number {
    return Number(this.#sql.addRoom.run(name, epoch).lastInsertRowid);
  }

  /** Registers a created room after the commit. */
  made(log: Log, id: number): void {
    log.id = id;
    this.#absent.delete(log.name);
    log.recent ??= new RecentCids(DEDUPE_MS);
    this.#count++;
    this.#logs.set(log.name, log);
  }

  /**
   * Deletes an unused room, in a transaction.
   *
   * @returns Call this after the commit.
   */
  drop({ id, name }: Log): () => void {
    const base = newBase();
    this.#sql.dropRoom.run(id);
    this.#sql.renewMeta.run(EPOCH_BASE, new TextEncoder().encode(base));
    return () => {
      this.#base = base;
      this.#count--;
      this.#logs.delete(name);
    };
  }

  /** Returns the newest message of a room; zeros when there is none. */
  newest(room: number): { head: number; at: number } {
    const row = this.#sql.newest.get(room);
    if (row === undefined) return { head: 0, at: 0 };
    return { head: Number(row["seq"]), at: Number(row["at"]) };
  }

  /**
   * Loads a room to follow, with everything that a message needs. Long work is
   * spread over several turns.
   */
  async ready(room: string): Promise<Log> {
    while (true) {
      const log = this.open(room);
      this.#logs.set(room, log);
      if (log.id === UNWRITTEN) log.recent ??= new RecentCids(DEDUPE_MS);
      if (log.recent !== null) return log;
      const reading = readRecent(this.#sql, log, this.#clock);
      let slice = reading.next();
      for (; !slice.done; slice = reading.next()) {
        await new Promise<void>((done) => this.#clock.soon(done));
      }
      log.recent ??= slice.value;
    }
  }

  /** Returns the recent cids of a room. Slow if there are many and the room is
   * not loaded. */
  recent(log: Log): RecentCids {
    if (log.recent !== null) return log.recent;
    const reading = readRecent(this.#sql, log, this.#clock);
    let slice = reading.next();
    while (!slice.done) slice = reading.next();
    return log.recent = slice.value;
  }

  /** Drops a room from memory. */
  forget(room: string): void {
    this.#logs.delete(room);
  }

  /**
   * Drops unfollowed rooms: otherwise a client that requests many names would
   * fill the memory. Rooms that scripts write to stay: their cids would have to
   * be read again for the next message.
   */
  forgetUnfollowed(room: string): void {
    const log = this.#logs.get(room);
    if (log === undefined || log.feed !== undefined) return;
    const quietMs = msBetween(log.wroteAt, this.#clock.monotonic());
    if (quietMs > DEDUPE_MS) this.#logs.delete(room);
  }
}
