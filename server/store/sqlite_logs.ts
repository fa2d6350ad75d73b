/**
 * The rooms of one SQLite file: which there are, and what of them is in memory,
 * their heads and the cids that were sent lately.
 */

import { type Clock, LONG_AGO, type Monotonic, msBetween } from "../clock.ts";
import type { RecentCids } from "./recent_cids.ts";
import { readRecent } from "./sqlite_recent.ts";
import { idOf, type Row, seqOf, type Statements } from "./sqlite_statements.ts";
import {
  DEDUPE_MS,
  type Feed,
  type LogState,
  type RoomSummary,
} from "./store.ts";

/** A room as it is in the file, and who follows it. */
export interface Log {
  readonly id: number;
  readonly name: string;
  readonly epoch: string;
  first: number;
  head: number;
  /** What a repeat is told by; null until it is followed, or somebody sends
   * with a cid. */
  recent: RecentCids | null;
  /** When this process last stored something in it. */
  wroteAt: Monotonic;
  /** Messages since the retention has looked at it. */
  untrimmed: number;
  feed?: Feed | undefined;
}

/** What others may know of it. */
export function stateOf({ epoch, first, head }: Log): LogState {
  return { epoch, first, head };
}

/** Finds and makes rooms. */
export class SqliteLogs {
  readonly #sql: Statements;
  readonly #clock: Clock;
  readonly #logs = new Map<string, Log>();

  constructor(sql: Statements, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** The room that follows a name in their order; undefined after the last. */
  nameAfter(name: string): string | undefined {
    const row = this.#sql.roomAfter.get(name);
    return row === undefined ? undefined : String(row["name"]);
  }

  /** All rooms that have had a message, and their newest ones. */
  summaries(): RoomSummary[] {
    return (this.#sql.rooms.all() as Row[]).map((row) => ({
      room: String(row["name"]),
      head: Math.max(seqOf(Number(row["newest"])), Number(row["first"]) - 1),
      at: Math.max(Number(row["newestAt"]), Number(row["at"])),
    })).filter(({ head }) => head > 0);
  }

  /** A room as it is, made where there is none. */
  open(room: string): Log {
    let log = this.find(room);
    if (log === undefined) {
      this.#sql.addRoom.run(room, crypto.randomUUID().slice(0, 13));
      log = this.find(room);
    }
    if (log === undefined) throw new Error(`Room "${room}" was not made`);
    this.#logs.set(room, log);
    return log;
  }

  /** A room as it is, if it is there. */
  find(room: string): Log | undefined {
    const known = this.#logs.get(room);
    if (known !== undefined) return known;
    const row = this.#sql.findRoom.get(room) as Row | undefined;
    if (row === undefined) return undefined;
    const id = Number(row["id"]);
    const first = Number(row["first"]);
    return {
      id,
      name: room,
      epoch: String(row["epoch"]),
      first,
      head: Math.max(this.newest(id).head, first - 1),
      recent: null,
      wroteAt: LONG_AGO,
      untrimmed: 0,
    };
  }

  /** The newest message there is of a room; zeros when there is none. */
  newest(room: number): { head: number; at: number } {
    const row = this.#sql.newest.get(idOf(room, 0), idOf(room + 1, 0));
    if (row === undefined) return { head: 0, at: 0 };
    return { head: seqOf(Number(row["id"])), at: Number(row["at"]) };
  }

  /**
   * A room, made where there is none, with all in memory that a message needs.
   * What takes long is done in many turns.
   */
  async ready(room: string): Promise<Log> {
    while (true) {
      const log = this.open(room);
      if (log.recent !== null) return log;
      const reading = readRecent(this.#sql, log, this.#clock);
      let slice = reading.next();
      for (; !slice.done; slice = reading.next()) {
        await new Promise<void>((done) => this.#clock.soon(done));
      }
      log.recent ??= slice.value;
    }
  }

  /** The cids that were sent to a room lately. Takes long where many were, and
   * the room is not ready. */
  recent(log: Log): RecentCids {
    if (log.recent !== null) return log.recent;
    const reading = readRecent(this.#sql, log, this.#clock);
    let slice = reading.next();
    while (!slice.done) slice = reading.next();
    return log.recent = slice.value;
  }

  /** Lets go of what is in memory of a room. */
  forget(room: string): void {
    this.#logs.delete(room);
  }

  /** Or a client that goes through room names would fill the memory. One that
   * is written to, by scripts that follow nothing, stays: its cids would have
   * to be read again for the next message. */
  forgetUnfollowed(room: string): void {
    const log = this.#logs.get(room);
    if (log === undefined || log.feed !== undefined) return;
    const quietMs = msBetween(log.wroteAt, this.#clock.monotonic());
    if (quietMs > DEDUPE_MS) this.#logs.delete(room);
  }
}
