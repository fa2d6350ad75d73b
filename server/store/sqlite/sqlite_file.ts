/**
 * Opens a database file without changing files of other programs. Errors are
 * one clear line.
 */

import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beginAnew } from "./sqlite_copy.ts";
import { checkParts, DatabaseLock, secureFiles } from "./sqlite_lock.ts";
import { type DatabaseFault, databaseFault, wordsOf } from "./sqlite_errors.ts";
import { inspect, migrate } from "./sqlite_schema.ts";
import { StoreOpenError } from "../store.ts";

/** Time to wait for another program's lock in milliseconds. It blocks the event
 * loop, so it is short; senders are asked to retry. */
const BUSY_MS = 50;

/** A database, and what keeps other servers from it until it is closed. */
export interface OpenDatabase {
  readonly db: DatabaseSync;
  readonly lock: DatabaseLock;
  /** What is not as it should be, in words for the log. */
  readonly warnings: readonly string[];
  /** Whether a text that was removed is perhaps still in the log of changes. */
  readonly toErase: boolean;
}

/**
 * Opens a file, makes it and its folder where there are none, and brings it up
 * to date.
 *
 * @param path Where it is.
 * @returns The database, in WAL mode.
 * @throws {StoreOpenError} With one line that says what to do; a file that is
 * not ours is as it was.
 */
export function openDatabase(path: string): OpenDatabase {
  let db: DatabaseSync | undefined;
  let lock: DatabaseLock | undefined;
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
    if (isSpecial(path)) {
      throw new StoreOpenError(
        `Cannot open "${path}": it is no file. Choose another one with --store`,
      );
    }
    lock = DatabaseLock.take(path);
    checkParts(path);
    if (isThere(path)) {
      // Whoever opens a file to write also closes it so: the WAL of another
      // program that crashed would be merged into its file.
      db = new DatabaseSync(path, { readOnly: true });
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
      inspect(db, path);
      db.close();
    }
    db = new DatabaseSync(path);
    // What is deleted is overwritten: a text that was removed is not in the file.
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA secure_delete = ON`);
    migrate(db, path);
    beginAnew(db);
    // NORMAL in WAL mode survives the end of the process at any time; only a
    // power cut may cost the last commits (https://sqlite.org/wal.html).
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    // A process that was killed right after a text was removed has left it in
    // the log of changes. The retention does so again, should it be busy now.
    const erased = db.prepare("PRAGMA main.wal_checkpoint(TRUNCATE)").get();
    return {
      ...{ db, lock, warnings: secureFiles(path) },
      toErase: erased?.["busy"] !== 0,
    };
  } catch (error) {
    if (db?.isOpen) db.close();
    lock?.close();
    if (error instanceof StoreOpenError) throw error;
    throw cannotOpenFile(error, { path });
  }
}

/**
 * Whether there is a file with something in it; throws where it may not be
 * written to, which SQLite tells no sooner than it has to. Nothing has it open
 * here yet: closing a second handle would let go of SQLite's locks.
 */
export function isThere(path: string): boolean {
  try {
    using file = Deno.openSync(path, { write: true });
    return file.statSync().size > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether it is a device, a pipe or a socket. */
function isSpecial(path: string): boolean {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return !isFile && !isDirectory;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return path.endsWith("/") || Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** The part of a path that is a symbolic link, if there is one: SQLite opens
 * what it leads to, which permissions for the path do not cover. */
function linkIn(path: string): string | undefined {
  for (let part = path; part !== dirname(part); part = dirname(part)) {
    try {
      if (Deno.lstatSync(part).isSymlink) return part;
    } catch {
      // Not there, or not to be looked at.
    }
  }
  return undefined;
}

/** Bytes that are tried where a disk may be full: more than SQLite takes at
 * once. */
const PROBE_BYTES = 65_536;

/** Whether nothing fits beside a file any more: tried with another one. */
function isFull(path: string): boolean {
  const probe = `${path}.probe`;
  try {
    Deno.writeFileSync(probe, new Uint8Array(PROBE_BYTES), { createNew: true });
    return false;
  } catch (error) {
    return /No space left|quota|too large/i.test(wordsOf(error));
  } finally {
    try {
      Deno.removeSync(probe);
    } catch {
      // It was never there.
    }
  }
}

/**
 * Why a file could not be opened, read or written, and what to do.
 *
 * @param error What the system or SQLite threw.
 * @param path The file.
 */
export function explain(error: unknown, path: string): DatabaseFault {
  const lasting = (words: string) => ({ words, lasting: true });
  if (error instanceof Deno.errors.IsADirectory || isFolder(path)) {
    const file = join(path, "hubbub.db");
    return lasting(
      `it is a folder. Name a file in it, such as "${file}", with --store`,
    );
  }
  if (error instanceof Deno.errors.NotCapable) {
    const link = linkIn(path);
    if (link !== undefined) {
      return lasting(
        `"${link}" is a link, and the server may use only what is in ./data ` +
          "itself. Mount the disk at that path (mount --bind), or add the " +
          "link's target to --allow-read and --allow-write of the task start " +
          "in deno.json",
      );
    }
    return lasting(
      "the server may write only below ./data. Use a path there, such as " +
        `data/hubbub.db, or run deno run with --allow-read and --allow-write ` +
        `for "${dirname(path)}"`,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return lasting(
      "the server's user may not write there. Give it the file and its " +
        "folder with chown, or choose another place with --store",
    );
  }
  if (
    error instanceof Deno.errors.AlreadyExists ||
    error instanceof Deno.errors.NotADirectory
  ) {
    return lasting(
      `"${dirname(path)}" is no folder, and none can be made in its ` +
        "place. Choose another place with --store",
    );
  }
  if (error instanceof Deno.errors.NotFound) {
    return lasting(
      "it is a link to a place that does not exist. Make its folder, or " +
        "choose another place with --store",
    );
  }
  return databaseFault(error, () => isFull(path)) ??
    { words: wordsOf(error), lasting: false };
}

/** The error of a file that cannot be opened, in one line. */
export function cannotOpenFile(
  error: unknown,
  { path, name = path }: { path: string; name?: string },
): StoreOpenError {
  const { words, lasting } = explain(error, path);
  return new StoreOpenError(`Cannot open "${name}": ${words}`, {
    cause: error,
    lasting,
  });
}
