/**
 * Every statement the SQLite store runs, and how rows and messages become one
 * another.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { marked } from "./marks.ts";
import type { StoredMessage } from "./store.ts";

/** Rows of one insert, the largest first: a tick is cut into few of these. One
 * by one 640 messages are stored at 0.63 of the speed. */
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
const COLUMNS = 6;

function insertRows(rows: number): string {
  return `INSERT INTO messages (id, at, author, sender, text, cid) VALUES ${
    Array(rows).fill(`(${Array(COLUMNS).fill("?").join(", ")})`).join(", ")
  }`;
}

/** Appends the values of one row, in the order of an insert. */
export function pushRow(
  values: Value[],
  room: number,
  { seq, at, author, from, text, cid }: StoredMessage,
): void {
  values.push(idOf(room, seq), at, author, from, text, cid ?? null);
}

const SQL = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  readOne: "SELECT author, cid FROM messages WHERE id = ?",
  readCids: `
    SELECT count(*) AS rows, max(id) AS last, max(at) AS at,
      json_group_array(id || ' ' || author || ' ' || cid)
        FILTER (WHERE cid IS NOT NULL) AS cids
    FROM (
      SELECT id, at, author, cid FROM messages
      WHERE id >= ? AND id < ? ORDER BY id LIMIT ?
    )`,
  nextAt: `
    SELECT id, at FROM messages WHERE id >= ? AND id < ? ORDER BY id LIMIT 1`,
  newest: `
    SELECT id, at FROM messages WHERE id > ? AND id < ?
    ORDER BY id DESC LIMIT 1`,
  setFirst: "UPDATE rooms SET first = ?, at = ? WHERE id = ?",
  findRoom: "SELECT id, epoch, first FROM rooms WHERE name = ?",
  addRoom: "INSERT INTO rooms (name, epoch) VALUES (?, ?)",
  roomAfter: "SELECT name FROM rooms WHERE name > ? ORDER BY name LIMIT 1",
  // In one statement: one a room takes five times as long.
  rooms: `
    SELECT name, first, rooms.at, messages.id AS newest,
      messages.at AS newestAt
    FROM rooms LEFT JOIN messages ON messages.id = (
      SELECT max(id) FROM messages
      WHERE id > rooms.id << 32 AND id < (rooms.id + 1) << 32
    )
    ORDER BY name`,
  readAfter: `
    SELECT id, at, author, sender, text, cid, mark FROM messages
    WHERE id > ? AND id < ? ORDER BY id LIMIT ?`,
  readBefore: `
    SELECT id, at, author, sender, text, cid, mark FROM messages
    WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT ?`,
  // Looks at no more than it may delete: what is young would be read again in
  // every step.
  trim: `
    WITH oldest AS (
      SELECT id, at FROM messages WHERE id > ? AND id < ?
      ORDER BY id LIMIT ?
    )
    DELETE FROM messages WHERE id IN (SELECT id FROM oldest WHERE at < ?)`,
  // Writes the log of changes into the file and empties it.
  checkpoint: "PRAGMA wal_checkpoint(TRUNCATE)",
  setMark: "UPDATE messages SET mark = ? WHERE id = ?",
  blank: "UPDATE messages SET text = '', mark = 0 WHERE id = ?",
  keep: "INSERT OR REPLACE INTO kept (key, document) VALUES (?, ?)",
  unkeep: "DELETE FROM kept WHERE key = ?",
  allKept: "SELECT key, document FROM kept",
  getMeta: "SELECT value FROM meta WHERE key = ?",
  touch: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, CAST(? AS BLOB))",
  fill: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, zeroblob(?))",
  setMeta: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
} as const;

/** More messages than a room will ever have: at a million a second it would
 * take an hour, at a thousand seven weeks, at ten eleven years. */
const MOST_SEQS = 2 ** 32;

/**
 * The id of a message.
 *
 * @param room The room's number in the file, below 2^21.
 * @param seq From 0, which no message has, to {@linkcode MOST_SEQS}.
 */
export function idOf(room: number, seq: number): number {
  return room * MOST_SEQS + seq;
}

/** The seq in an id. */
export function seqOf(id: number): number {
  return id % MOST_SEQS;
}

/** A message out of a row. */
export function messageOf(room: string, row: Row): StoredMessage {
  const { cid } = row;
  const message = {
    room,
    seq: seqOf(Number(row["id"])),
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
