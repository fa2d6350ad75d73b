/**
 * The schema version of shared data in Redis or Deno KV. All nodes of a store
 * must have the same version, or they would corrupt each other's data. SQLite
 * has its own version (sqlite_schema.ts). Pure.
 */

import { StoreOpenError } from "./store.ts";

/** The version that this program reads and writes. Increase it with any change
 * that nodes of the previous version do not support. */
export const SCHEMA_VERSION = 1;

/** The version of data that was written before versions were. */
export const UNMARKED_VERSION = 1;

/**
 * Checks the version that is written in a store.
 *
 * @param found What is written there.
 * @param store What the user calls the store, such as `this Redis`.
 * @throws {StoreOpenError} With one line that says what to do, if it is not
 * {@linkcode SCHEMA_VERSION}.
 */
export function checkSchema(found: unknown, store: string): void {
  const version = Number(found);
  if (version === SCHEMA_VERSION) return;
  throw new StoreOpenError(
    `The data in ${store} has schema version ${String(found)}, and this ` +
      `server uses version ${SCHEMA_VERSION}. ` +
      (version > SCHEMA_VERSION
        ? "Upgrade all nodes, or stop them and restore a backup from before " +
          "the upgrade"
        : "Start the version of Hubbub that wrote it, or use another database"),
  );
}
