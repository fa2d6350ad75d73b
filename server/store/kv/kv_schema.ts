/** Reads the schema version of the data in Deno KV, or writes it if missing. */

import {
  checkSchema,
  SCHEMA_VERSION,
  UNMARKED_VERSION,
} from "../schema_version.ts";
import { ALL, SCHEMA } from "./kv_wire.ts";

/**
 * Claims a database for this schema version. When nodes with different versions
 * start at the same time, one succeeds.
 *
 * @param kv The database.
 * @param name Its name in messages.
 * @throws {StoreOpenError} If its data has another version.
 */
export async function claimKvSchema(kv: Deno.Kv, name: string): Promise<void> {
  let known = await kv.get<number>(SCHEMA);
  while (known.value === null) {
    const some = await Array.fromAsync(kv.list({ prefix: ALL }, { limit: 1 }));
    const version = some.length > 0 ? UNMARKED_VERSION : SCHEMA_VERSION;
    await kv.atomic().check(known).set(SCHEMA, version).commit();
    known = await kv.get<number>(SCHEMA);
  }
  checkSchema(known.value, name);
}
