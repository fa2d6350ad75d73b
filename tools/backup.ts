/**
 * `deno task backup`: a copy of the database of a server that runs, as it is at
 * one moment, without stopping anybody.
 */

import { backup, DatabaseSync } from "node:sqlite";
import { markCopy } from "../server/store/sqlite_copy.ts";

const USAGE = `Copies the database of a Hubbub server, which may be running.

Usage: deno task backup FILE [DATABASE]

  FILE      the copy; it must not exist
  DATABASE  default data/hubbub.db`;

function fail(message: string, code: 1 | 2): never {
  console.error(`backup: ${message}`);
  Deno.exit(code);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const [copy, database = "data/hubbub.db", ...more] = Deno.args;
if (copy === "--help") {
  console.log(USAGE);
  Deno.exit(0);
}
if (copy === undefined || more.length > 0 || copy.startsWith("-")) {
  fail("Say where the copy is to be. --help tells more", 2);
}
// SQLite would make an empty database, and copy that.
if (!exists(database)) fail(`There is no "${database}"`, 1);
if (exists(copy)) fail(`"${copy}" exists. Choose another name`, 1);
try {
  using db = new DatabaseSync(database);
  // In one step: between two, the server would change what was copied, and
  // the copy would begin again. Whoever writes to a WAL is not held up.
  await backup(db, copy, { rate: -1 });
  markCopy(copy);
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  fail(`"${database}" cannot be copied: ${words}`, 1);
}
console.log(`Copied "${database}" to "${copy}"`);
