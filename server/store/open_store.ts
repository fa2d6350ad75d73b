/**
 * Selects the adapter for a store's address. Adapters are loaded on demand, so
 * startup does not load unused libraries.
 */

import type { Clock } from "../runtime/clock.ts";
import { STORE_ADDRESSES, withoutPassword } from "./addresses.ts";
import { type Retention, type Store, StoreOpenError } from "./store.ts";

/**
 * Opens a store.
 *
 * @param address One of {@linkcode STORE_ADDRESSES}.
 * @param options What every adapter needs.
 * @throws {StoreOpenError} With one line that says what is wrong.
 */
export async function openStore(
  address: string,
  options: {
    retention: Retention;
    clock: Clock;
    maxRooms?: number;
    warn?: (words: string) => void;
  },
): Promise<Store> {
  const [scheme, rest] = split(address);
  switch (scheme) {
    case "memory": {
      const { MemoryStore } = await import("./memory_store.ts");
      return new MemoryStore(options);
    }
    case "sqlite": {
      const { SqliteStore } = await import("./sqlite/sqlite_store.ts");
      return SqliteStore.open({ path: rest, ...options });
    }
    case "redis":
    case "rediss":
    case "redis-sentinel":
    case "rediss-sentinel": {
      const { RedisStore } = await import("./redis/redis_store.ts");
      return await RedisStore.open({ address, ...options });
    }
    case "kv": {
      const { KvStore } = await import("./kv/kv_store.ts");
      return await KvStore.open(rest, options);
    }
    default:
      throw new StoreOpenError(
        `Unknown store "${withoutPassword(address)}". Use ${STORE_ADDRESSES}`,
      );
  }
}

function split(address: string): [scheme: string, rest: string] {
  const colon = address.indexOf(":");
  return [address.slice(0, colon), address.slice(colon + 1)];
}
