/**
 * What the retention deletes when: some rows in each step, room by room, so
 * that nobody waits long for it.
 */

import type { Clock } from "../clock.ts";
import type { Log, SqliteLogs } from "./sqlite_logs.ts";
import { idOf, seqOf, type Statements } from "./sqlite_statements.ts";
import { DEDUPE_MS, type Retention } from "./store.ts";

/** Rows that one step of the retention deletes at most. */
const TRIM_ROWS = 500;

/** What a {@linkcode SqliteRetention} needs. */
export interface SqliteRetentionOptions {
  readonly sql: Statements;
  readonly logs: SqliteLogs;
  readonly retention: Retention;
  readonly clock: Clock;
}

/** The retention of one file. */
export class SqliteRetention {
  readonly #sql: Statements;
  readonly #logs: SqliteLogs;
  readonly #retention: Retention;
  readonly #clock: Clock;
  /** Rooms that still have to be looked at in this round. */
  #toTrim: string[] = [];

  constructor({ sql, logs, retention, clock }: SqliteRetentionOptions) {
    this.#sql = sql;
    this.#logs = logs;
    this.#retention = retention;
    this.#clock = clock;
  }

  /** Does a small part. */
  step(): void {
    if (this.#toTrim.length === 0) this.#toTrim = this.#logs.names();
    let budget = TRIM_ROWS;
    while (budget > 0) {
      const room = this.#toTrim.at(-1);
      if (room === undefined) return;
      const deleted = this.#trimRoom(this.#logs.open(room), budget);
      this.#logs.forgetUnfollowed(room);
      // A room that had more to delete is gone on with at the next step.
      if (deleted < budget) this.#toTrim.pop();
      budget -= Math.max(deleted, 1);
    }
  }

  /** Moves the start of a log, then deletes what is before it. */
  #trimRoom(log: Log, budget: number): number {
    const now = this.#clock.now();
    const { messages, ms } = this.#retention;
    let first = Math.max(log.first, log.head - messages + 1);
    if (ms > 0) {
      const row = this.#sql.firstSince.get(
        idOf(log.id, first),
        idOf(log.id + 1, 0),
        now - ms,
      );
      first = row === undefined ? log.head + 1 : seqOf(Number(row["id"]));
    }
    if (first > log.first) {
      this.#sql.setFirst.run(first, this.#logs.newest(log.id).at, log.id);
      log.first = first;
      log.feed?.trimmed(first);
    }
    // A row stays as long as a repeat of it must be known.
    const { changes } = this.#sql.trim.run(
      idOf(log.id, 0),
      idOf(log.id, first),
      now - DEDUPE_MS,
      budget,
    );
    return Number(changes);
  }
}
