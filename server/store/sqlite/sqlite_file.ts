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

/** A database with its lock. */
export interface OpenDatabase {
  readonly db: DatabaseSync;
  readonly lock: DatabaseLock;
  /** Warnings for the log. */
  readonly warnings: readonly string[];
  /** Whether the WAL may still contain a removed text. */
  readonly toErase: boolean;
}

/**
 * Opens a database file. Creates it and its folder if missing, and migrates it.
 *
 * @param path The file.
 * @returns The database, in WAL mode.
 * @throws {StoreOpenError} With one line that says what to do; a file of
 * another program stays unchanged.
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
      // Read-only: closing a writable handle would merge the WAL of another
      // program that crashed into its file.
      db = new DatabaseSync(path, { readOnly: true });
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
      inspect(db, path);
      db.close();
    }
    db = new DatabaseSync(path);
    // Deleted data is overwritten, so removed texts are not in the file.
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA secure_delete = ON`);
    migrate(db, path);
    beginAnew(db);
    // NORMAL in WAL mode survives the end of the process at any time; only a
    // power failure may lose the last commits (https://sqlite.org/wal.html).
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    // A process killed right after a removal leaves the text in the WAL. If the
    // database is busy, the retention retries.
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
 * Returns whether a non-empty file exists. Throws if it is not writable, which
 * SQLite reports late. Call it before the file is open in this process: closing
 * a second handle would release SQLite's locks.
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

/** Returns whether it is a device, a pipe or a socket. */
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

/** Returns the symbolic link in a path, if any: SQLite opens its target, which
 * permissions for the path do not cover. */
function linkIn(path: string): string | undefined {
  for (let part = path; part !== dirname(part); part = dirname(part)) {
    try {
      if (Deno.lstatSync(part).isSymlink) return part;
    } catch {
      // It is missing or not readable.
    }
  }
  return undefined;
}

/** Bytes to write when testing for a full disk: more than SQLite writes at
 * once. */
const PROBE_BYTES = 65_536;

/** Returns whether the disk is full, by writing another file. */
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
      // It was never created.
    }
  }
}

/**
 * Explains why a file could not be opened, read or written, and what to do.
 *
 * @param error An error of the system or SQLite.
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

/** Returns the one-line error for a file that cannot be opened. */
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
