/**
 * Protects a database file: locks out other servers, and other users of the
 * machine by file permissions.
 */

import { basename, dirname, join } from "node:path";
import { StoreOpenError } from "../store.ts";

/** Owner only, as for keys: messages are private. */
const OWNER_ONLY = 0o600;
/** The bits of everybody who is neither the owner nor in its group. */
const OTHERS = 0o007;

/** What a database is made of, by what stands behind its name. */
const PARTS = ["", "-wal", "-shm", ".lock"] as const;

/** The locks of one database, until it is closed. */
export class DatabaseLock {
  readonly #files: readonly Deno.FsFile[];

  private constructor(files: readonly Deno.FsFile[]) {
    this.#files = files;
  }

  /**
   * Locks a database, and makes the file where there is none.
   *
   * Two servers on one file would both give out the next seq. On Linux the
   * file itself is locked, whatever names it has (flock(2), which SQLite's own
   * locks know nothing of). A second lock stands beside it, for systems where
   * locking the file would lock out SQLite, and for servers of an earlier
   * version. Both go with the process, however that ends.
   *
   * @param path The database.
   * @throws {StoreOpenError} When another server has it, or a lock cannot be had.
   */
  static take(path: string): DatabaseLock {
    const files: Deno.FsFile[] = [];
    const lock = (file: Deno.FsFile) => {
      files.push(file);
      if (!file.tryLockSync(true)) throw inUse(path);
    };
    try {
      // First, or this process would open and close the file of a database
      // that it has open itself.
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

  /** Lets go of the database, which is closed: closing a handle of an open one
   * would let go of SQLite's locks. */
  close(): void {
    for (const file of this.#files) file.close();
  }
}

/** Where a file is, behind symbolic links, whether or not it is there yet. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return join(Deno.realPathSync(dirname(path)), basename(path));
  }
}

/**
 * Makes an empty file that its owner alone may read, where there is none.
 *
 * @param path Where; its folder is there.
 */
export function makeFile(path: string): void {
  openFile(path).close();
}

function openFile(path: string): Deno.FsFile {
  const options = { read: true, write: true, create: true, mode: OWNER_ONLY };
  return Deno.openSync(path, options);
}

/** A file that says nothing; whoever can read it can lock it. */
function openLock(path: string): Deno.FsFile {
  try {
    return openFile(path);
  } catch (denied) {
    if (!(denied instanceof Deno.errors.PermissionDenied)) throw denied;
    try {
      return Deno.openSync(path, { read: true });
    } catch (error) {
      // It is the folder that may not be written to.
      if (error instanceof Deno.errors.NotFound) throw denied;
      throw notOurs(path);
    }
  }
}

/**
 * Makes sure that what stands beside a database may be written to: with files
 * of another user SQLite opens it and takes no message. Nothing has it open.
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
    // That one may be about to stop.
    { lasting: false },
  );
}

/**
 * Takes the files of a database from everybody but owner and group. A group
 * that may read them was let in on purpose.
 *
 * @param path An open database.
 * @returns What is not as it should be, in words for the log.
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
      // A lock says nothing.
      if (isGone || file.endsWith(".lock")) continue;
      warnings.push(
        `Everybody on this machine can read "${file}". Its owner can change ` +
          "that with chmod 600",
      );
    }
  }
  return warnings;
}
