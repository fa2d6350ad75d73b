/**
 * `deno task backup`: a copy of the database of a server that runs, as it is at
 * one moment, without stopping anybody.
 */

import { backup, DatabaseSync } from "node:sqlite";
import { dirname, join } from "node:path";
import { withoutPassword } from "../server/store/addresses.ts";
import { markCopy } from "../server/store/sqlite/sqlite_copy.ts";
import { inspect } from "../server/store/sqlite/sqlite_schema.ts";
import { StoreOpenError } from "../server/store/store.ts";
import { complain, print } from "./print.ts";

const USAGE = `Copies the database of a Hubbub server, which may be running.

Usage: deno task backup [PLACE] [DATABASE]

  PLACE     a file, which must not exist, or a folder, where the copy's name
            gets the date (default: the folder backups beside the database)
  DATABASE  default: that of HUBBUB_STORE, or data/hubbub.db`;

const DEFAULT_STORE = "sqlite:./data/hubbub.db";
const SCHEME = "sqlite:";

function fail(message: string, code: 1 | 2 = 1): never {
  complain("backup", message);
  Deno.exit(code);
}

/** Undefined where nothing is, or nothing may be looked at. */
function isFolder(path: string): boolean | undefined {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return undefined;
  }
}

/** The database that the server with the same settings uses. */
function databaseOf(store: string): string {
  if (store.startsWith(SCHEME)) return store.slice(SCHEME.length);
  fail(
    `HUBBUB_STORE is "${withoutPassword(store)}", which is no SQLite file. ` +
      "Back that up with its own tools, or name a database",
    2,
  );
}

/** Where the copy goes. */
function copyOf(database: string, place: string | undefined): string {
  if (place !== undefined && !isFolder(place)) return place;
  const folder = place ?? join(dirname(database), "backups");
  const date = new Date().toISOString().replaceAll(/[:.]/g, "-").slice(0, 23);
  return join(folder, `hubbub-${date}.db`);
}

/** Makes the file of the copy, for its owner alone. */
function make(copy: string): void {
  try {
    const options = { write: true, createNew: true, mode: 0o600 };
    Deno.openSync(copy, options).close();
  } catch (error) {
    fail(`"${copy}" cannot be written: ${words(error)}`);
  }
}

/** What went wrong, in a line. */
function words(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? "";
}

/** Opens the database to be copied, if it is one of this server. */
function open(database: string): DatabaseSync {
  // SQLite would make an empty database, and copy that.
  if (isFolder(database) === undefined) {
    fail(`There is no database "${database}". Name the one to copy`);
  }
  try {
    // To look, only: whoever opens a file to write changes it on closing.
    using db = new DatabaseSync(database, { readOnly: true });
    inspect(db, database);
    return new DatabaseSync(database);
  } catch (error) {
    if (error instanceof StoreOpenError) fail(error.message);
    fail(`"${database}" cannot be read: ${words(error)}`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return print("backup", USAGE);
  const [place, named, ...more] = args;
  const unknown = args.find((arg) => arg.startsWith("-") || arg === "");
  if (unknown !== undefined || more.length > 0) {
    fail(`What is "${unknown ?? more[0]}"? --help tells more`, 2);
  }
  const database = named ??
    databaseOf(Deno.env.get("HUBBUB_STORE") || DEFAULT_STORE);
  const copy = copyOf(database, place);
  if (isFolder(copy) !== undefined) {
    fail(`"${copy}" exists. Choose another name, or name a folder`);
  }
  using db = open(database);
  const folder = dirname(copy);
  if (place === undefined) {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } else if (isFolder(folder) !== true) {
    fail(`There is no folder "${folder}". Make it, or choose another place`);
  }
  make(copy);
  try {
    // In one step: between two, the server would change what was copied, and
    // the copy would begin again. Whoever writes to a WAL is not held up.
    await backup(db, copy, { rate: -1 });
    markCopy(copy);
  } catch (error) {
    Deno.removeSync(copy);
    fail(`"${copy}" cannot be written, and is gone: ${words(error)}`);
  }
  print("backup", `Copied "${database}" to "${copy}"`);
}

await main(Deno.args);
