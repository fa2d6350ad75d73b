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
/** Cost of checking a room, in deleted rows. */
const LOOK_ROWS = 10;
/** New messages after which a room is checked in the next step. */
const GROWN = 100;

/** Options of a {@linkcode SqliteRetention}. */
export interface SqliteRetentionOptions {
  readonly sql: Statements;
  readonly logs: SqliteLogs;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Runs a function in one transaction. */
  readonly transaction: <T>(work: () => T) => T;
}

/** The retention of one file. */
export class SqliteRetention {
  readonly #sql: Statements;
  readonly #logs: SqliteLogs;
  readonly #retention: Retention;
  readonly #clock: Clock;
  readonly #transaction: <T>(work: () => T) => T;
  /** Rooms that have grown or have more to delete. */
  readonly #due = new Set<string>();
  /** The last room checked in this round; empty at the start. */
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

  /** Records new messages of a room. */
  grown(log: Log, by: number): void {
    log.untrimmed += by;
    if (log.untrimmed >= GROWN) this.#due.add(log.name);
  }

  /**
   * Runs one step.
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

  /** Deletes up to `budget` rows of a room; returns the cost. */
  #look(room: string, budget: number): number {
    const log = this.#logs.open(room);
    log.untrimmed = 0;
    const deleted = this.#trim(log, budget);
    if (deleted === budget) this.#due.add(room);
    else if (log.first > log.head) this.#dropUnused(log);
    return Math.max(deleted, LOOK_ROWS);
  }

  /** Deletes a room that is unused. */
  #dropUnused(log: Log): void {
    const before = this.#clock.now() - UNUSED_MS;
    if (log.feed !== undefined) return;
    if (this.#sql.isUnused.get(log.id, before) === undefined) return;
    this.#transaction(() => this.#logs.drop(log))();
  }

  /** Moves the start of a log, then deletes older messages. */
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
    // A row is kept as long as its repeats must be detected.
    const { changes } = this.#sql.trim.run(
      log.id,
      first,
      budget,
      now - DEDUPE_MS,
    );
    return Number(changes);
  }
}
