/** Selects the fleet for a store's address. Adapters are loaded on demand. */

import type { Clock } from "../runtime/clock.ts";
import { newId } from "../runtime/ids.ts";
import type { Logger } from "../runtime/logger.ts";
import { readRedisAddress } from "../store/addresses.ts";
import type { Store } from "../store/store.ts";
import { SingleNode } from "./single_node.ts";
import type { Fleet } from "./fleet.ts";
import { LEASE_MS } from "./node.ts";

/** What {@linkcode openFleet} needs. */
export interface OpenFleetOptions {
  /** The store that is open. */
  readonly store: Store;
  /** Whether several processes may share a Deno KV: a local one is for one. */
  readonly shared: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a node is believed to live after its last sign of life. */
  readonly leaseMs?: number;
}

/**
 * Joins the nodes that share a store.
 *
 * @param address The store's.
 * @param options What every adapter needs.
 * @throws {StoreOpenError} With one line that says what is wrong.
 */
export async function openFleet(
  address: string,
  { store, shared, clock, log, leaseMs = LEASE_MS }: OpenFleetOptions,
): Promise<Fleet> {
  const { random } = Math;
  const node = newId();
  const options = { node, clock, log, random, newId, leaseMs };
  if (readRedisAddress(address) !== undefined) {
    const { joinRedis } = await import("./redis/redis_fleet.ts");
    return await joinRedis(address, options);
  }
  if (shared) {
    const { KvStore } = await import("../store/kv/kv_store.ts");
    const { joinKv } = await import("./kv/kv_fleet.ts");
    if (store instanceof KvStore) return await joinKv(store.database, options);
  }
  return new SingleNode({ random, newId });
}
