/**
 * A store in a file, for tests that start a second server on the first one's
 * messages: the default store, or Deno KV on the Deno that Deno Deploy runs,
 * where SQLite is not offered.
 */

import { systemClock } from "../../../server/runtime/clock.ts";
import { openStore } from "../../../server/store/open_store.ts";
import type { Store } from "../../../server/store/store.ts";
import type { TempFolder } from "../temp.ts";

/** Deno 2.5.0 cannot see that another server has the file. */
const hasLocks = "tryLockSync" in Deno.FsFile.prototype;

/** Its address, as `--store` takes it. */
export function lastingAddress(folder: TempFolder): string {
  return hasLocks
    ? `sqlite:${folder.file("hubbub.db")}`
    : `kv:${folder.file("kv")}`;
}

/** Opens it. */
export function lastingStore(folder: TempFolder): Promise<Store> {
  return openStore(lastingAddress(folder), {
    retention: { messages: 10_000, ms: 0 },
    clock: systemClock,
  });
}
