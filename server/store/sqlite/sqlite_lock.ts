/**
 * Protects a database file: locks out other servers, and other users of the
 * machine by file permissions.
 */

import { basename, dirname, join } from "node:path";
import { StoreOpenError } from "../store.ts";

/** Owner only, as for keys: messages are private. */
const OWNER_ONLY = 0o600;
/** Permission bits of everybody except the owner and its group. */
const OTHERS = 0o007;

/** Suffixes of a database's files. */
const PARTS = ["", "-wal", "-shm", ".lock"] as const;

/** The locks of one database, until it is closed. */
export class DatabaseLock {
  readonly #files: readonly Deno.FsFile[];

  private constructor(files: readonly Deno.FsFile[]) {
    this.#files = files;
  }

  /**
   * Locks a database; creates the file if missing.
   *
   * Two servers on one file would both assign the next seq. On Linux the file
   * itself is locked, whatever its name (flock(2), which is independent of
   * SQLite's own locks). A second lock file serves systems where locking the
   * file would lock out SQLite, and servers of an earlier version. The system
   * releases both when the process ends.
   *
   * @param path The database.
   * @throws {StoreOpenError} When another server holds the lock, or locking
   * fails.
   */
  static take(path: string): DatabaseLock {
    const files: Deno.FsFile[] = [];
    const lock = (file: Deno.FsFile) => {
      files.push(file);
      if (!file.tryLockSync(true)) throw inUse(path);
    };
    try {
      // Checked first: otherwise this process would open and close the file of
      // a database that it already uses.
      lock(openLock(`${realPath(path)}.lock`));
      const file = openFile(path);
      if (Deno.build.os === "linux") lock(file);
      else file.close();
      return new DatabaseLock(files);
    } catch (error) {
      for (const file of files) file.close();
      throw error;
    }
  }

  /** Releases a closed database: closing a handle of an open one would release
   * SQLite's locks. */
  close(): void {
    for (const file of this.#files) file.close();
  }
}

/** Resolves symbolic links of a path, even if the file is missing. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return join(Deno.realPathSync(dirname(path)), basename(path));
  }
}

/**
 * Creates an empty file that only its owner may read, if missing.
 *
 * @param path The file; its folder exists.
 */
export function makeFile(path: string): void {
  openFile(path).close();
}

function openFile(path: string): Deno.FsFile {
  const options = { read: true, write: true, create: true, mode: OWNER_ONLY };
  return Deno.openSync(path, options);
}

/** Opens an empty lock file; everybody who can read it can lock it. */
function openLock(path: string): Deno.FsFile {
  try {
    return openFile(path);
  } catch (denied) {
    if (!(denied instanceof Deno.errors.PermissionDenied)) throw denied;
    try {
      return Deno.openSync(path, { read: true });
    } catch (error) {
      // The folder is not writable.
      if (error instanceof Deno.errors.NotFound) throw denied;
      throw notOurs(path);
    }
  }
}

/**
 * Checks that a database's other files are writable: with files of another
 * user, SQLite opens the database but cannot write. Call it before opening.
 *
 * @param path The database, locked.
 * @throws {StoreOpenError} With what to do.
 */
export function checkParts(path: string): void {
  const real = realPath(path);
  for (const file of [`${real}-wal`, `${real}-shm`]) {
    try {
      Deno.openSync(file, { write: true }).close();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      if (error instanceof Deno.errors.PermissionDenied) throw notOurs(file);
      throw error;
    }
  }
}

function notOurs(path: string): StoreOpenError {
  return new StoreOpenError(
    `Cannot open "${path}": it belongs to another user, as after a start as ` +
      "root. Stop that server if it runs, and give all files of the database " +
      "to this server's user with chown",
  );
}

function inUse(path: string): StoreOpenError {
  return new StoreOpenError(
    `"${path}" is in use by another server. Stop that one, or choose another file with --store`,
    // The other server may be about to stop.
    { lasting: false },
  );
}

/**
 * Removes permissions of everybody except owner and group. A group with read
 * access was granted it on purpose.
 *
 * @param path An open database.
 * @returns Warnings for the log.
 */
export function secureFiles(path: string): string[] {
  if (Deno.build.os === "windows") return [];
  const real = Deno.realPathSync(path);
  const warnings: string[] = [];
  if ((Deno.statSync(real).nlink ?? 1) > 1) {
    warnings.push(
      `"${path}" has several names (hard links). Always start the server with ` +
        "the same one: what was written last stands beside that name",
    );
  }
  for (const file of PARTS.map((part) => real + part)) {
    try {
      const { mode } = Deno.statSync(file);
      if (((mode ?? 0) & OTHERS) !== 0) Deno.chmodSync(file, OWNER_ONLY);
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound;
      // A lock file contains nothing.
      if (isGone || file.endsWith(".lock")) continue;
      warnings.push(
        `Everybody on this machine can read "${file}". Its owner can change ` +
          "that with chmod 600",
      );
    }
  }
  return warnings;
}
