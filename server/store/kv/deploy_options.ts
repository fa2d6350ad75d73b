/**
 * Selects the store on Deno Deploy: the app's database, if it has one. Detects
 * that, since the platform does not report it.
 */

import type { Clock } from "../../runtime/clock.ts";
import { KvStore } from "./kv_store.ts";
import { MemoryStore } from "../memory_store.ts";
import { openStore } from "../open_store.ts";
import { type Retention, type Store, StoreOpenError } from "../store.ts";

/** A store, and whether its data outlives this instance. */
export interface OpenedStore {
  readonly store: Store;
  readonly lasts: boolean;
}

/**
 * Newer Denos obey it: they open no local database when the app has none
 * (https://github.com/denoland/deno/pull/35671).
 */
const NO_LOCAL_DATABASE = "DENO_KV_REQUIRES_DISTRIBUTED_DATABASE";

/**
 * A local database counts its commits, which stay below this limit. Deno Deploy
 * uses a clock of a million steps per second
 * (https://apple.github.io/foundationdb/developer-guide.html), far above it.
 */
const MOST_COMMITS = 2n ** 32n;

/**
 * Opens a store on Deno Deploy.
 *
 * @param address The configured address; empty for the app's database, or
 * memory without one.
 * @param options Options of every adapter.
 * @throws {StoreOpenError} When the configured store cannot be opened.
 */
export async function openDeployStore(
  address: string,
  options: { retention: Retention; clock: Clock; maxRooms?: number },
): Promise<OpenedStore> {
  if (address !== "" && address !== "kv:") {
    const store = await openStore(address, options);
    return { store, lasts: address !== "memory:" };
  }
  if (Deno.env.get(NO_LOCAL_DATABASE) === undefined) {
    Deno.env.set(NO_LOCAL_DATABASE, "error");
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
 * Returns whether a database is shared by several instances, and not the local
 * one that older Denos open instead.
 *
 * @param versionstamp Versionstamp of a commit: 20 hexadecimal digits, of which
 * 16 count.
 */
export function countsTime(versionstamp: string): boolean {
  return BigInt(`0x${versionstamp.slice(0, 16)}`) > MOST_COMMITS;
}
