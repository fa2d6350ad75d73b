/**
 * Schedules the retention: a few rows per step, so that it never blocks for
 * long. Growing rooms come first, all others in rounds.
 */

import type { Clock } from "../../runtime/clock.ts";
import type { Log, SqliteLogs } from "./sqlite_logs.ts";
import { seqSince } from "./sqlite_recent.ts";
import type { Statements } from "./sqlite_statements.ts";
import { DEDUPE_MS, type Retention, UNUSED_MS } from "../store.ts";

/** Maximum rows deleted per step. */
const STEP_ROWS = 500;
/** Rows that could be deleted in the time it takes to look at a room. */
const LOOK_ROWS = 10;
/** A room that has got so many messages since it was looked at is looked at
 * in the next step. */
const GROWN = 100;

/** What a {@linkcode SqliteRetention} needs. */
export interface SqliteRetentionOptions {
  readonly sql: Statements;
  readonly logs: SqliteLogs;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Does something in one transaction. */
  readonly transaction: <T>(work: () => T) => T;
}

/** The retention of one file. */
export class SqliteRetention {
  readonly #sql: Statements;
  readonly #logs: SqliteLogs;
  readonly #retention: Retention;
  readonly #clock: Clock;
  readonly #transaction: <T>(work: () => T) => T;
  /** Rooms that have grown, or that have more to delete. */
  readonly #due = new Set<string>();
  /** The room that was looked at last in this round; empty before the first. */
  #last = "";

  constructor(
    { sql, logs, retention, clock, transaction }: SqliteRetentionOptions,
  ) {
    this.#transaction = transaction;
    this.#sql = sql;
    this.#logs = logs;
    this.#retention = retention;
    this.#clock = clock;
  }

  /** Notes that a room has got messages. */
  grown(log: Log, by: number): void {
    log.untrimmed += by;
    if (log.untrimmed >= GROWN) this.#due.add(log.name);
  }

  /**
   * Does a small part.
   *
   * @returns Whether more is known to be left.
   */
  step(): boolean {
    let budget = STEP_ROWS;
    for (const room of this.#due) {
      if (budget <= 0) return true;
      this.#due.delete(room);
      budget -= this.#look(room, budget);
    }
    while (budget > 0) {
      const room = this.#logs.nameAfter(this.#last);
      this.#last = room ?? "";
      if (room === undefined) break;
      budget -= this.#look(room, budget);
      this.#logs.forgetUnfollowed(room);
    }
    return this.#due.size > 0;
  }

  /** Deletes up to `budget` rows of a room; returns what it has cost. */
  #look(room: string, budget: number): number {
    const log = this.#logs.open(room);
    log.untrimmed = 0;
    const deleted = this.#trim(log, budget);
    if (deleted === budget) this.#due.add(room);
    else if (log.first > log.head) this.#dropUnused(log);
    return Math.max(deleted, LOOK_ROWS);
  }

  /** Lets a room go that nobody uses. */
  #dropUnused(log: Log): void {
    const before = this.#clock.now() - UNUSED_MS;
    if (log.feed !== undefined) return;
    if (this.#sql.isUnused.get(log.id, before) === undefined) return;
    this.#transaction(() => this.#logs.drop(log))();
  }

  /** Moves the start of a log, then deletes what is before it. */
  #trim(log: Log, budget: number): number {
    const now = this.#clock.now();
    const { messages, ms } = this.#retention;
    const young = ms > 0 ? seqSince(this.#sql, log, now - ms) : 0;
    const first = Math.max(log.first, log.head - messages + 1, young);
    if (first > log.first) {
      this.#sql.setFirst.run(first, this.#logs.newest(log.id).at, log.id);
      log.first = first;
      log.feed?.trimmed(first);
    }
    // A row stays as long as a repeat of it must be known.
    const { changes } = this.#sql.trim.run(
      log.id,
      first,
      budget,
      now - DEDUPE_MS,
    );
    return Number(changes);
  }
}
