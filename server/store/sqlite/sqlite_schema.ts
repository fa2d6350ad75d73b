/**
 * The versioned schema of a database file, and how to recognize Hubbub's files
 * before changing them.
 */

import type { DatabaseSync } from "node:sqlite";
import { primaryCode, wordsOf } from "./sqlite_errors.ts";
import { differences, rehearse, shapeMadeBy, shapeOf } from "./sqlite_shape.ts";
import { StoreOpenError } from "../store.ts";

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
  `
  -- Room and seq in one number left place for 2^21 rooms, and anybody can make
  -- rooms. The messages are written anew: it takes some seconds a million, and
  -- for that time room for three more such files on the disk.
  CREATE TABLE placed (
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    cid TEXT,
    mark INTEGER,
    PRIMARY KEY (room, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO placed (room, seq, at, author, sender, text, cid, mark)
    SELECT id >> 32, id & 4294967295, at, author, sender, text, cid, mark
    FROM messages ORDER BY id;
  DROP TABLE messages;
  ALTER TABLE placed RENAME TO messages;

  -- Rooms that somebody has joined and nobody has written to.
  DELETE FROM rooms WHERE first = 1
    AND NOT EXISTS (SELECT 1 FROM messages WHERE room = rooms.id);
  `,
];

/**
 * Version 1 as the first servers made it, before a message had one number as
 * its key. Files of it were given version 2 too, by servers that could not use
 * them afterwards.
 */
const EARLY = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    first INTEGER NOT NULL DEFAULT 1,
    head INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE messages (
    room INTEGER NOT NULL REFERENCES rooms (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    cid TEXT,
    PRIMARY KEY (room, seq)
  ) STRICT, WITHOUT ROWID;
`;
/** Of version 2, which nothing was ever written to. */
const MARK_COLUMN = "ALTER TABLE messages ADD COLUMN mark INTEGER";
/** The versions that a file of {@linkcode EARLY} may say it has. */
const EARLY_VERSIONS = [1, 2];

/** Makes of {@linkcode EARLY} what version 1 became. */
const FROM_EARLY = `
  DROP INDEX IF EXISTS messages_cid;
  ALTER TABLE messages RENAME TO early_messages;
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    cid TEXT
  ) STRICT;
  INSERT INTO messages (id, at, author, sender, text, cid)
    SELECT room * 4294967296 + seq, at, author, sender, text, cid
    FROM early_messages ORDER BY room, seq;
  UPDATE rooms SET first = max(first, head + 1)
    WHERE id NOT IN (SELECT room FROM early_messages);
  DROP TABLE early_messages;
  ALTER TABLE rooms DROP COLUMN head;
`;

/** What is to be done to a database to make it one of the newest version. */
type Steps = readonly string[];

function pragma(db: DatabaseSync, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get() ?? {};
  return Number(Object.values(row)[0]);
}

function refused(path: string, words: string, cause?: unknown): StoreOpenError {
  return new StoreOpenError(`"${path}" ${words}`, { cause });
}

/**
 * Makes sure that a database is ours, or empty, not of a newer version, and
 * that it can be brought up to date. Only reads.
 *
 * @param db An open database.
 * @param path For words.
 * @returns The steps that bring it to the newest version.
 * @throws {StoreOpenError} When it is anything else.
 */
export function inspect(db: DatabaseSync, path: string): Steps {
  const version = pragma(db, "user_version");
  const isEmpty = db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  if (isEmpty) return MIGRATIONS;
  if (pragma(db, "application_id") !== APPLICATION_ID) {
    throw refused(
      path,
      "is a database of another program. Choose another file with --store",
    );
  }
  if (version > MIGRATIONS.length) {
    throw refused(
      path,
      `has version ${version}, this server knows up to ${MIGRATIONS.length}. ` +
        "Start the newer server it was made by",
    );
  }
  const is = shapeOf(db);
  const unknown = differences(is, shapeMadeBy(MIGRATIONS.slice(0, version)));
  if (unknown.length === 0 && version > 0) {
    return rehearsed(db, path, MIGRATIONS.slice(version));
  }
  const early = [EARLY, ...MIGRATIONS.slice(1, version)];
  if (
    EARLY_VERSIONS.includes(version) &&
    differences(is, shapeMadeBy(early)).length === 0
  ) {
    const again = version < 2 ? "" : MARK_COLUMN;
    return rehearsed(db, path, [
      FROM_EARLY,
      again,
      ...MIGRATIONS.slice(version),
    ]);
  }
  throw refused(
    path,
    `is not as this server makes it (${unknown.join(", ")}). Start the ` +
      "server it was made by, or choose another file with --store",
  );
}

/** The steps, if they work. */
function rehearsed(db: DatabaseSync, path: string, steps: Steps): Steps {
  if (steps.length === 0) return steps;
  let shape;
  try {
    shape = rehearse(db, steps);
  } catch (error) {
    throw cannotUpdate(path, error);
  }
  const wrong = differences(shape, shapeMadeBy(MIGRATIONS));
  if (wrong.length === 0) return steps;
  throw cannotUpdate(path, new Error(`${wrong.join(", ")} would be wrong`));
}

/** What no other server would do better with: locked, read-only, a fault of the
 * disk, damaged, full, and so on. */
const OF_THE_MACHINE = new Set([3, 5, 6, 7, 8, 10, 11, 13, 14, 15, 26]);

function cannotUpdate(path: string, error: unknown): unknown {
  if (OF_THE_MACHINE.has(primaryCode(error) ?? 0)) return error;
  return refused(
    path,
    `cannot be brought up to date (${
      wordsOf(error)
    }) and is as it was. Start the ` +
      "server it was made by, or choose another file with --store",
    error,
  );
}

/**
 * Brings a database to the newest version, all at once or not at all.
 *
 * @param db An open database.
 * @param path For words.
 * @throws {StoreOpenError} When that cannot be; the file is as it was.
 */
export function migrate(db: DatabaseSync, path: string): void {
  const steps = inspect(db, path);
  if (steps.length === 0) return;
  // Whatever other programs have it open, between looking and changing.
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const sql of steps) db.exec(sql);
    db.exec(`
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${MIGRATIONS.length};
      COMMIT;
    `);
  } catch (error) {
    rollBack(db);
    throw cannotUpdate(path, error);
  }
}

/** SQLite has done so itself where a disk is full. */
function rollBack(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // There is no transaction any more.
  }
}
