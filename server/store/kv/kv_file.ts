/**
 * Opens a file as Deno KV without changing any other SQLite database: Deno
 * would create its tables in it.
 */

import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cannotOpenFile, isThere } from "../sqlite/sqlite_file.ts";
import { makeFile, secureFiles } from "../sqlite/sqlite_lock.ts";
import { StoreOpenError } from "../store.ts";

/** The table that every database of Deno KV has. */
const TABLE = "data_version";

/**
 * Opens a file; creates it and its folder if missing.
 *
 * @param path The file.
 * @throws {StoreOpenError} With one line that says what to do; a file of
 * another kind stays unchanged.
 */
export async function openKvFile(path: string): Promise<Deno.Kv> {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
    if (isThere(path)) inspect(path);
    else makeFile(path);
    const kv = await Deno.openKv(path);
    secureFiles(path);
    return kv;
  } catch (error) {
    if (error instanceof StoreOpenError) throw error;
    throw cannotOpenFile(error, { path, name: `kv:${path}` });
  }
}

function inspect(path: string): void {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema").all();
    if (tables.length === 0 || tables.some(({ name }) => name === TABLE)) {
      return;
    }
  } finally {
    db.close();
  }
  throw new StoreOpenError(
    `"${path}" is no database of Deno KV. Choose another file with --store; ` +
      "one that was made with sqlite: is opened with sqlite:",
  );
}
