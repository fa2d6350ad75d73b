/**
 * Where messages are kept on Deno Deploy: its database, as long as the app has
 * one. Owns telling whether it has, which the platform does not.
 */

import type { Clock } from "../../runtime/clock.ts";
import { KvStore } from "./kv_store.ts";
import { MemoryStore } from "../memory_store.ts";
import { openStore } from "../open_store.ts";
import { type Retention, type Store, StoreOpenError } from "../store.ts";

/** A store, and whether what is in it outlives the instance that opened it. */
export interface OpenedStore {
  readonly store: Store;
  readonly lasts: boolean;
}

/**
 * Newer Denos obey it: they open no database of the instance's own where the
 * app has none (https://github.com/denoland/deno/pull/35671).
 */
const NO_STOPGAP = "DENO_KV_REQUIRES_DISTRIBUTED_DATABASE";

/**
 * The commits that a database counts are few; one that tells them apart by a
 * clock, as Deno Deploy's does, a million steps a second
 * (https://apple.github.io/foundationdb/developer-guide.html), is far beyond.
 */
const MOST_COMMITS = 2n ** 32n;

/**
 * Opens a store on Deno Deploy.
 *
 * @param address What was chosen; empty for the app's database, or memory where
 * it has none.
 * @param options What every adapter needs.
 * @throws {StoreOpenError} When what was chosen cannot be opened.
 */
export async function openDeployStore(
  address: string,
  options: { retention: Retention; clock: Clock; maxRooms?: number },
): Promise<OpenedStore> {
  if (address !== "" && address !== "kv:") {
    const store = await openStore(address, options);
    return { store, lasts: address !== "memory:" };
  }
  if (Deno.env.get(NO_STOPGAP) === undefined) {
    Deno.env.set(NO_STOPGAP, "error");
  }
  try {
    const store = await KvStore.open("", options);
    return { store, lasts: countsTime(await store.newVersion()) };
  } catch (error) {
    if (address !== "" || !(error instanceof StoreOpenError)) throw error;
    return { store: new MemoryStore(options), lasts: false };
  }
}

/**
 * Whether a database is one that several instances share, rather than a
 * stopgap that older Denos open in its place.
 *
 * @param versionstamp Of a commit: 20 hexadecimal digits, of which 16 count.
 */
export function countsTime(versionstamp: string): boolean {
  return BigInt(`0x${versionstamp.slice(0, 16)}`) > MOST_COMMITS;
}
