/**
 * `deno task backup`: makes a consistent copy of a database while the server
 * runs.
 */

import { backup, DatabaseSync } from "node:sqlite";
import { dirname, join } from "node:path";
import { readWords, store } from "../server/config/parsers.ts";
import { SETTINGS } from "../server/config/schema.ts";
import { withoutPassword } from "../server/store/addresses.ts";
import { markCopy } from "../server/store/sqlite/sqlite_copy.ts";
import { primaryCode, wordsOf } from "../server/store/sqlite/sqlite_errors.ts";
import { explain } from "../server/store/sqlite/sqlite_file.ts";
import { inspect } from "../server/store/sqlite/sqlite_schema.ts";
import { StoreOpenError } from "../server/store/store.ts";
import { orFail, readArguments } from "./arguments.ts";
import { complain, print } from "./print.ts";

const USAGE =
  `Backs up the SQLite database of a Hubbub server, also while it runs.

Usage: deno task backup [PLACE] [DATABASE]

  PLACE     a new file, or a folder, where the file name contains the date. A
            path that ends with / is a folder and is created if it is missing
            (default: backups/ next to the database)
  DATABASE  the database, as a path or as sqlite:PATH (default: that of
            HUBBUB_STORE, or data/hubbub.db)`;

const SCHEME = "sqlite:";
/** The prefixes of store addresses. */
const ADDRESS = /^(?:sqlite|memory|kv|rediss?(?:-sentinel)?):/;
/** SQLite's codes of what is wrong with a database that is read: locked,
 * damaged, not one. */
const OF_DATABASE = [5, 6, 11, 26];

function fail(message: string, code: 1 | 2 = 1): never {
  complain("backup", message);
  Deno.exit(code);
}

/** What is wrong with a file and what to do; the server's own words name a flag
 * that there is not here. */
function why(error: unknown, path: string): string {
  return explain(error, path).words.replaceAll(" with --store", "");
}

/** Returns whether a path is a folder; undefined if it does not exist. */
function isFolder(path: string): boolean | undefined {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    fail(
      `"${path}" cannot be read: ${wordsOf(error)}. Choose another one`,
    );
  }
}

/** The path in the address of a store, which `--store` takes too.
 *
 * @param name What says so: a variable, or an argument.
 * @param address Its words. */
function pathOf(name: string, address: string): string {
  const checked = orFail(
    () => readWords(name, address, { parse: store, show: withoutPassword }),
    (message) => fail(message, 2),
  );
  if (checked.startsWith(SCHEME)) return checked.slice(SCHEME.length);
  fail(
    `${name} is "${withoutPassword(checked)}", which is not a SQLite file. ` +
      "Back that up with its own tools, or name a database",
    2,
  );
}

/** Returns the database of a server with the same settings. */
function configuredDatabase(): string {
  const address = Deno.env.get("HUBBUB_STORE") ?? SETTINGS.store.fallback;
  return pathOf("HUBBUB_STORE", address);
}

/** The database of an argument: a path, or an address as `--store` takes it. */
function namedDatabase(words: string): string {
  return ADDRESS.test(words) ? pathOf("DATABASE", words) : words;
}

/** Makes the folder of copies, for its owner alone; not those above it, which
 * may be a disk that is not there. */
function makeFolder(folder: string): void {
  const above = dirname(folder.replace(/\/+$/, ""));
  if (isFolder(above) !== true) {
    fail(`There is no folder "${above}". Make it, or choose another place`);
  }
  try {
    Deno.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    fail(`"${folder}" cannot be created: ${why(error, folder)}`);
  }
}

/** Returns the path of the copy, in an existing folder. */
function copyOf(database: string, place: string | undefined): string {
  const folder = place ?? join(dirname(database), "backups/");
  const found = isFolder(folder);
  if (!folder.endsWith("/") && found !== true) {
    if (isFolder(dirname(folder)) !== true) {
      fail(
        `There is no folder "${
          dirname(folder)
        }". Make it, or choose another place`,
      );
    }
    return folder;
  }
  if (found === false) {
    fail(`"${folder}" is not a folder. Choose another place`);
  }
  if (found === undefined) makeFolder(folder);
  const date = new Date().toISOString().replaceAll(/[:.]/g, "-").slice(0, 23);
  return join(folder, `hubbub-${date}.db`);
}

/** Creates the copy's file, readable by its owner only. */
function make(copy: string): void {
  try {
    const options = { write: true, createNew: true, mode: 0o600 };
    Deno.openSync(copy, options).close();
  } catch (error) {
    fail(
      `"${copy}" cannot be written: ${wordsOf(error)}. Choose another place`,
    );
  }
}

/** Opens the database to copy; it must be a Hubbub database. */
function open(database: string): DatabaseSync {
  // SQLite would create an empty database and copy it.
  const folder = isFolder(database);
  if (folder === undefined) {
    fail(`There is no database "${database}". Name the one to copy`);
  }
  if (folder) {
    fail(
      `"${database}" is a folder. Name the database in it, such as ` +
        `"${join(database, "hubbub.db")}"`,
    );
  }
  try {
    // Open read-only: SQLite changes a writable file when it closes it.
    using db = new DatabaseSync(database, { readOnly: true });
    inspect(db, database);
    if (db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) {
      fail(`"${database}" is empty. Name a database that a server has used`);
    }
    return new DatabaseSync(database);
  } catch (error) {
    if (error instanceof StoreOpenError) fail(error.message);
    fail(`"${database}" cannot be read: ${why(error, database)}`);
  }
}

async function main(): Promise<void> {
  const args = orFail(
    () => readArguments(Deno.args, { others: 2 }),
    (message) => fail(message, 2),
  );
  if (args === "help") return print("backup", USAGE);
  const [place, named] = args.others;
  const database = named === undefined
    ? configuredDatabase()
    : namedDatabase(named);
  if (place !== undefined && ADDRESS.test(place)) {
    fail(
      `"${withoutPassword(place)}" is a database, not a place for the copy. ` +
        "Name the place first, then the database",
      2,
    );
  }
  if (place !== undefined && isFolder(place) === false) {
    fail(
      place.endsWith("/")
        ? `"${place}" is not a folder. Choose another place`
        : `"${place}" exists. Choose another name, or name a folder`,
    );
  }
  using db = open(database);
  const copy = copyOf(database, place);
  make(copy);
  try {
    // Copy in one step: a write by the server between two steps restarts the
    // copy. In WAL mode, the copy does not block writers.
    await backup(db, copy, { rate: -1 });
    markCopy(copy);
  } catch (error) {
    const ofDatabase = OF_DATABASE.includes(primaryCode(error) ?? 0);
    const words = why(error, ofDatabase ? database : copy);
    Deno.removeSync(copy);
    fail(
      ofDatabase
        ? `"${database}" cannot be copied: ${words}`
        : `"${copy}" cannot be written and was deleted: ${words}`,
    );
  }
  print("backup", `Copied "${database}" to "${copy}"`);
}

await main();
