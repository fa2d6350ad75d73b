/**
 * Opening a database file: without harm to one that is not ours, and with one
 * clear line when it cannot be done.
 */

import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beginAnew } from "./sqlite_copy.ts";
import { checkParts, DatabaseLock, secureFiles } from "./sqlite_lock.ts";
import { inspect, migrate } from "./sqlite_schema.ts";
import { StoreOpenError } from "../store.ts";

/** How long a write waits for another program's lock, milliseconds. The event
 * loop waits with it, so this is short: the sender is told to try again. */
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
    throw new StoreOpenError(
      `Cannot open "${path}": ${reason(error, path)}`,
      { cause: error },
    );
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

/**
 * Why a file could not be opened, and what to do.
 *
 * @param error What the system or SQLite threw.
 * @param path The file.
 */
export function reason(error: unknown, path: string): string {
  if (error instanceof Deno.errors.IsADirectory || isFolder(path)) {
    const file = join(path, "hubbub.db");
    return `it is a folder. Name a file in it, such as "${file}", with --store`;
  }
  if (error instanceof Deno.errors.NotCapable) {
    return "the server may write only below ./data. Use a path there, such as " +
      `data/hubbub.db, or run deno run with --allow-read and --allow-write ` +
      `for "${dirname(path)}"`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "the server's user may not write there. Give it the file and its " +
      "folder with chown, or choose another place with --store";
  }
  if (
    error instanceof Deno.errors.AlreadyExists ||
    error instanceof Deno.errors.NotADirectory
  ) {
    return `"${dirname(path)}" is no folder, and none can be made in its ` +
      "place. Choose another place with --store";
  }
  const words = error instanceof Error ? error.message : String(error);
  if (/not a database/.test(words)) {
    return "it is not a database. Choose another file with --store";
  }
  if (/malformed/.test(words)) {
    return "it is damaged. Bring back a backup, or save what can be saved with " +
      "sqlite3 and its command .recover";
  }
  if (/is full|No space left/.test(words)) {
    return "the disk is full. Make room there";
  }
  if (/read-?only/i.test(words)) {
    return "nothing can be written there. Let it be written to, or choose " +
      "another place with --store";
  }
  if (/No such file/.test(words)) {
    return "it is a link to a place that does not exist. Make its folder, or " +
      "choose another place with --store";
  }
  if (/locked|busy/.test(words)) {
    return "another program has locked it. Stop that program first";
  }
  const [line = ""] = words.split("\n");
  return line;
}
