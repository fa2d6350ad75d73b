/**
 * The shape of a database file, in versions, and how to tell one of ours from
 * anything else before touching it.
 */

import type { DatabaseSync } from "node:sqlite";
import { StoreOpenError } from "./store.ts";

/** Marks a file as ours: "hubb" (https://sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x68756262;

/** Each brings a file from the version before it to its own: version 1 first.
 * Released ones are never changed. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    -- Oldest seq that is still kept; the newest is that of the newest message,
    -- or when none is kept the one before this.
    first INTEGER NOT NULL DEFAULT 1,
    -- When the newest message was stored, once none is kept.
    at INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- Room and seq in one number, room * 2^32 + seq: a plain rowid table takes
  -- appends 1.3 times as fast as one with a key of two columns.
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    cid TEXT
  ) STRICT;
  `,
  `
  -- What is special about a message (marks.ts): 0 its text was removed, above
  -- 0 it removes the one of this seq, -1 an announcement; NULL nothing.
  ALTER TABLE messages ADD COLUMN mark INTEGER;

  -- Small documents that outlive the process, such as who is banned.
  CREATE TABLE kept (key TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
];

function pragma(db: DatabaseSync, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get() ?? {};
  return Number(Object.values(row)[0]);
}

/**
 * Makes sure that a database is ours, or empty, and not of a newer version.
 * Only reads.
 *
 * @param db An open database.
 * @param path For words.
 * @returns The version it has; 0 when it is empty.
 * @throws {StoreOpenError} When it is not ours or of a newer version.
 */
export function inspect(db: DatabaseSync, path: string): number {
  const version = pragma(db, "user_version");
  const tables = Number(
    db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"],
  );
  if (pragma(db, "application_id") !== APPLICATION_ID && tables > 0) {
    throw new StoreOpenError(
      `"${path}" is a database of another program. Choose another file with --store`,
    );
  }
  if (version > MIGRATIONS.length) {
    throw new StoreOpenError(
      `"${path}" has version ${version}, this server knows up to ${MIGRATIONS.length}. ` +
        "Start the newer server it was made by",
    );
  }
  return version;
}

/**
 * Brings a database to the newest version.
 *
 * @param db An open database.
 * @param path For words.
 * @throws {StoreOpenError} When it is not ours or of a newer version; the file
 * is as it was.
 */
export function migrate(db: DatabaseSync, path: string): void {
  const version = inspect(db, path);
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.exec(`
      BEGIN IMMEDIATE;
      ${sql}
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${index + 1};
      COMMIT;
    `);
  }
}
