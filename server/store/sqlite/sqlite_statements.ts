/**
 * Every statement of the SQLite store, and the conversion between rows and
 * messages.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { marked } from "../marks.ts";
import type { StoredMessage } from "../store.ts";

/** Rows per insert, largest first: a tick is split into a few of these.
 * Single-row inserts reach 0.63 of the speed at 640 messages. */
const ROWS = [64, 16, 4, 1] as const;

/** What a column holds. */
export type Value = string | number | null;

/** A row as SQLite gives it. */
export type Row = Record<string, Value>;

/** The statements, prepared. */
export type Statements =
  & Readonly<Record<keyof typeof SQL, StatementSync>>
  & {
    /** One for each of `ROWS`, in that order, and how many values it
     * takes. */
    readonly inserts: readonly { length: number; statement: StatementSync }[];
  };

/** Values of one row of an insert. */
const COLUMNS = 7;

function insertRows(rows: number): string {
  return `INSERT INTO messages (room, seq, at, author, sender, text, cid) VALUES ${
    Array(rows).fill(`(${Array(COLUMNS).fill("?").join(", ")})`).join(", ")
  }`;
}

/** Appends the values of one row, in the order of an insert. */
export function pushRow(
  values: Value[],
  room: number,
  { seq, at, author, from, text, cid }: StoredMessage,
): void {
  values.push(room, seq, at, author, from, text, cid ?? null);
}

const SQL = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  readOne: "SELECT author, cid FROM messages WHERE room = ? AND seq = ?",
  readCids: `
    SELECT count(*) AS rows, max(seq) AS last, max(at) AS at,
      json_group_array(seq || ' ' || author || ' ' || cid)
        FILTER (WHERE cid IS NOT NULL) AS cids
    FROM (
      SELECT seq, at, author, cid FROM messages
      WHERE room = ? AND seq >= ? ORDER BY seq LIMIT ?
    )`,
  nextAt: `
    SELECT seq, at FROM messages WHERE room = ? AND seq >= ?
    ORDER BY seq LIMIT 1`,
  newest: `
    SELECT seq, at FROM messages WHERE room = ? ORDER BY seq DESC LIMIT 1`,
  setFirst: "UPDATE rooms SET first = ?, at = ? WHERE id = ?",
  findRoom: "SELECT id, epoch, first FROM rooms WHERE name = ?",
  addRoom: "INSERT INTO rooms (name, epoch) VALUES (?, ?)",
  countRooms: "SELECT count(*) AS count FROM rooms",
  isUnused: `
    SELECT 1 FROM rooms WHERE id = ? AND at < ?
      AND NOT EXISTS (SELECT 1 FROM messages WHERE room = rooms.id)`,
  dropRoom: "DELETE FROM rooms WHERE id = ?",
  roomAfter: "SELECT name FROM rooms WHERE name > ? ORDER BY name LIMIT 1",
  // In one statement: one a room takes five times as long.
  rooms: `
    SELECT name, first, rooms.at, messages.seq AS newest,
      messages.at AS newestAt
    FROM rooms LEFT JOIN messages ON messages.room = rooms.id
      AND messages.seq = (SELECT max(seq) FROM messages WHERE room = rooms.id)
    WHERE name > ? ORDER BY name LIMIT ?`,
  readAfter: `
    SELECT seq, at, author, sender, text, cid, mark FROM messages
    WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?`,
  readBefore: `
    SELECT seq, at, author, sender, text, cid, mark FROM messages
    WHERE room = ? AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?`,
  // Looks at no more than it may delete: what is young would be read again in
  // every step.
  trim: `
    WITH oldest AS (
      SELECT seq, at FROM messages WHERE room = ?1 AND seq < ?2
      ORDER BY seq LIMIT ?3
    )
    DELETE FROM messages WHERE room = ?1
      AND seq IN (SELECT seq FROM oldest WHERE at < ?4)`,
  // Writes the log of changes into the file and empties it.
  checkpoint: "PRAGMA main.wal_checkpoint(TRUNCATE)",
  setMark: "UPDATE messages SET mark = ? WHERE room = ? AND seq = ?",
  blank: `
    UPDATE messages SET text = '', mark = 0 WHERE room = ? AND seq = ?`,
  keep: "INSERT OR REPLACE INTO kept (key, document) VALUES (?, ?)",
  unkeep: "DELETE FROM kept WHERE key = ?",
  allKept: "SELECT key, document FROM kept",
  getMeta: "SELECT value FROM meta WHERE key = ?",
  touch: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, CAST(? AS BLOB))",
  fill: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, zeroblob(?))",
  setMeta: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
  renewMeta: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
} as const;

/** A message out of a row. */
export function messageOf(room: string, row: Row): StoredMessage {
  const { cid } = row;
  const message = {
    room,
    seq: Number(row["seq"]),
    from: String(row["sender"]),
    text: String(row["text"]),
    at: Number(row["at"]),
    ...(cid !== null && { cid: String(cid) }),
    author: String(row["author"]),
  };
  return marked(message, row["mark"] as number | null);
}

/** Prepares all statements, once for the life of the database. */
export function prepare(db: DatabaseSync): Statements {
  const plain = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)]),
  ) as Record<keyof typeof SQL, StatementSync>;
  const inserts = ROWS.map((rows) => ({
    length: rows * COLUMNS,
    statement: db.prepare(insertRows(rows)),
  }));
  return { ...plain, inserts };
}
