/**
 * Explains SQLite's result codes to operators, with what to do about each
 * (https://sqlite.org/rescode.html). Pure.
 */

/** Why a database cannot be used. */
export interface DatabaseFault {
  /** What is wrong and what to do, without a full stop at the end. */
  readonly words: string;
  /**
   * Whether somebody must change something, so that a restart does not help.
   */
  readonly lasting: boolean;
}

/** The meaning of a code. */
interface Meaning extends DatabaseFault {
  /** Text of `sqlite3_errstr()` for a primary code. The runtime throws some
   * errors without a code. */
  readonly says?: RegExp;
}

const ELSEWHERE = "or choose another place with --store";

const lasting = (words: string, says?: RegExp): Meaning => ({
  words,
  lasting: true,
  ...(says && { says }),
});
const passing = (words: string, says?: RegExp): Meaning => ({
  words,
  lasting: false,
  ...(says && { says }),
});

const DAMAGED = "it is damaged. Bring back a backup, or save what can be " +
  "saved with sqlite3 and its command .recover";
const FULL = "the disk is full. Make room there";
const LOCKED = "another program has locked it. Stop that program first";
const MEMORY = "there is not enough memory. Give the server more, or stop " +
  "other programs";
const NO_LOCKS = "its file system cannot lock files, as some network drives " +
  `cannot. Move it to a disk of this machine, ${ELSEWHERE}`;
const NOT_ALLOWED = "the server's user may not use it. Give it the file and " +
  `its folder with chown, ${ELSEWHERE}`;
const READ_ONLY = "nothing can be written there. Let it be written to, " +
  ELSEWHERE;
const IS_FOLDER = 'it is a folder. Name a file in it, such as "hubbub.db", ' +
  "with --store";
const CHANGED =
  "another program has changed, moved or deleted its file. Stop " +
  "that program, and start the server again";
const DISK = "the disk or its file system fails. Look for its faults in the " +
  "log of the system, such as journalctl -k, and keep a backup";

/** By primary code. All others are bugs of this program. */
const PRIMARY: Readonly<Record<number, Meaning>> = {
  /** SQLITE_PERM */ 3: lasting(NOT_ALLOWED, /access permission denied/),
  /** SQLITE_BUSY */ 5: passing(LOCKED, /database is locked|\bbusy\b/),
  /** SQLITE_LOCKED */ 6: passing(LOCKED, /table is locked/),
  /** SQLITE_NOMEM */ 7: passing(MEMORY, /out of memory/),
  /** SQLITE_READONLY */ 8: lasting(READ_ONLY, /read-?only/i),
  /** SQLITE_IOERR */ 10: passing(DISK, /disk I\/O error/),
  /** SQLITE_CORRUPT */ 11: lasting(DAMAGED, /malformed/),
  /** SQLITE_FULL */ 13: passing(FULL, /disk is full|No space left|quota/i),
  /** SQLITE_CANTOPEN */ 14: passing(
    "it cannot be opened, or a file beside it cannot. Let the server's user " +
      "write to its folder, and raise the limit of open files (ulimit -n)",
    /unable to open database/,
  ),
  /** SQLITE_PROTOCOL */ 15: passing(LOCKED, /locking protocol/),
  /** SQLITE_TOOBIG */ 18: passing(
    "a row is larger than SQLite allows. Lower --max-text",
    /string or blob too big/,
  ),
  /** SQLITE_NOLFS */ 22: lasting(
    "it is too large for its file system. Move it to another one, and choose " +
      "that with --store",
    /large file support is disabled/,
  ),
  /** SQLITE_AUTH */ 23: lasting(NOT_ALLOWED, /authorization denied/),
  /** SQLITE_FORMAT */ 24: lasting(DAMAGED),
  /** SQLITE_NOTADB */ 26: lasting(
    "it is not a database. Choose another file with --store",
    /not a database/,
  ),
};

/** Extended codes whose meaning differs from the primary one. */
const EXTENDED: Readonly<Record<number, Meaning>> = {
  /** SQLITE_READONLY_RECOVERY */ 264: lasting(READ_ONLY),
  /** SQLITE_READONLY_DBMOVED */ 1032: passing(CHANGED),
  /** SQLITE_CANTOPEN_ISDIR */ 526: lasting(IS_FOLDER),
  /** SQLITE_CANTOPEN_SYMLINK */ 1550: lasting(
    "it is a symbolic link. Name the file itself with --store",
  ),
  /** SQLITE_IOERR_UNLOCK */ 2058: lasting(NO_LOCKS),
  /** SQLITE_IOERR_RDLOCK */ 2314: lasting(NO_LOCKS),
  /** SQLITE_IOERR_NOMEM */ 3082: passing(MEMORY),
  /** SQLITE_IOERR_ACCESS */ 3338: lasting(NOT_ALLOWED),
  /** SQLITE_IOERR_CHECKRESERVEDLOCK */ 3594: lasting(NO_LOCKS),
  /** SQLITE_IOERR_LOCK */ 3850: lasting(NO_LOCKS),
  /** SQLITE_IOERR_SHMOPEN */ 4618: lasting(
    "the file -shm beside it cannot be opened. Let the server's user write to " +
      "the folder",
  ),
  // The -shm grows before anything is written.
  /** SQLITE_IOERR_SHMSIZE */ 4874: passing(FULL),
  /** SQLITE_IOERR_SHMLOCK */ 5130: lasting(NO_LOCKS),
  /** SQLITE_IOERR_SHMMAP */ 5386: lasting(
    "its file system cannot share memory, as some network drives cannot. " +
      `Move it to a disk of this machine, ${ELSEWHERE}`,
  ),
  /** SQLITE_IOERR_DELETE_NOENT */ 5898: passing(CHANGED),
  /** SQLITE_IOERR_VNODE */ 6922: passing(CHANGED),
  /** SQLITE_IOERR_AUTH */ 7178: lasting(NOT_ALLOWED),
  /** SQLITE_IOERR_DATA */ 8202: lasting(DAMAGED),
  /** SQLITE_IOERR_CORRUPTFS */ 8458: lasting(
    "its file system is damaged. Check the disk with fsck, and bring back a " +
      "backup",
  ),
};

/**
 * Returns SQLite's primary result code.
 *
 * @param error An error of SQLite, or of Deno KV on top of it.
 * @returns Undefined for other errors. Errors without a code are recognized by
 * their text.
 */
export function primaryCode(error: unknown): number | undefined {
  const { errcode, code } = (error ?? {}) as Record<string, unknown>;
  if (typeof errcode === "number") return errcode & 0xff;
  const message = wordsOf(error);
  const found = Object.entries(PRIMARY)
    .find(([, { says }]) => says?.test(message));
  if (found !== undefined) return Number(found[0]);
  return code === "ERR_SQLITE_ERROR" ? 1 : undefined;
}

/**
 * Explains an error of SQLite.
 *
 * @param error An error from opening, reading or writing a database.
 * @param isFull Returns whether the disk is full; called when SQLite gives no
 * reason.
 * @returns Undefined for other errors.
 */
export function databaseFault(
  error: unknown,
  isFull: () => boolean = () => false,
): DatabaseFault | undefined {
  const primary = primaryCode(error);
  if (primary === undefined) return undefined;
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  const extended = EXTENDED[Number(errcode)];
  // The -shm, which is created before any write, fails in many ways.
  if ((primary === 10 || primary === 14) && isFull()) return passing(FULL);
  if (extended !== undefined) return extended;
  const meaning = PRIMARY[primary];
  if (primary === 10 && meaning !== undefined && Number(errcode) > 10) {
    return { ...meaning, words: `${meaning.words} (SQLite's code ${errcode})` };
  }
  return meaning ?? passing(
    `SQLite fails (${wordsOf(error)}). Start the server again; if that does ` +
      "not help, bring back a backup",
  );
}

/** Returns the first line of an error: the runtime appends the statement. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return (words.split("\n", 1)[0] ?? "").trim();
}
