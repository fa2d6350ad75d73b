/**
 * Every statement the SQLite store runs, and how rows and messages become one
 * another.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StoredMessage } from "./store.ts";

/** Rows of one {@linkcode Statements.insertRows}. One by one a tick of 640
 * messages is stored at 0.63 of the speed. */
export const ROWS = 16;

/** A row as SQLite gives it. */
export type Row = Record<string, string | number | null>;

/** The statements, prepared. */
export type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

function insertRows(rows: number): string {
  return `INSERT INTO messages (room, seq, at, author, sender, text, cid) VALUES ${
    Array(rows).fill("(?, ?, ?, ?, ?, ?, ?)").join(", ")
  }`;
}

/** Appends the values of one row, in the order of {@linkcode insertRows}. */
export function pushRow(
  values: (string | number | null)[],
  room: number,
  { seq, at, author, from, text, cid }: StoredMessage,
): void {
  values.push(room, seq, at, author, from, text, cid ?? null);
}

const SQL = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  insert: insertRows(1),
  insertRows: insertRows(ROWS),
  readOne: "SELECT author, cid FROM messages WHERE room = ? AND seq = ?",
  readRecent: `
    SELECT seq, at, author, cid FROM messages
    WHERE room = ? AND seq > ? ORDER BY seq`,
  lastBefore: `
    SELECT seq FROM messages WHERE room = ? AND at < ?
    ORDER BY seq DESC LIMIT 1`,
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

/** A message out of a row. */
export function messageOf(room: string, row: Row): StoredMessage {
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

/** Prepares all statements, once for the life of the database. */
export function prepare(db: DatabaseSync): Statements {
  return Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)]),
  ) as Statements;
}
