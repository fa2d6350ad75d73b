/** Which adapter a store's address means. */

import type { Clock } from "../clock.ts";
import { MemoryStore } from "./memory.ts";
import { SqliteStore } from "./sqlite.ts";
import { type Retention, type Store, StoreOpenError } from "./store.ts";

/**
 * Opens a store.
 *
 * @param address `sqlite:PATH` or `memory:`.
 * @param options What every adapter needs.
 * @throws {StoreOpenError} With one line that says what is wrong.
 */
export function openStore(
  address: string,
  options: { retention: Retention; clock: Clock },
): Store {
  const [scheme, rest] = split(address);
  switch (scheme) {
    case "memory":
      return new MemoryStore(options);
    case "sqlite":
      return SqliteStore.open({ path: rest, ...options });
    default:
      throw new StoreOpenError(
        `Unknown store "${address}". Use sqlite:PATH or memory:`,
      );
  }
}

function split(address: string): [scheme: string, rest: string] {
  const colon = address.indexOf(":");
  return [address.slice(0, colon), address.slice(colon + 1)];
}
