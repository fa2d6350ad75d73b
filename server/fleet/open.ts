/**
 * Which fleet a store's address means. Adapters are loaded only when they are
 * asked for.
 */

import type { Clock } from "../clock.ts";
import { newId } from "../ids.ts";
import type { Logger } from "../log.ts";
import { readRedisAddress } from "../store/addresses.ts";
import { Alone } from "./alone.ts";
import type { Fleet } from "./fleet.ts";
import { LEASE_MS } from "./node.ts";

/** What {@linkcode openFleet} needs. */
export interface OpenFleetOptions {
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
  { clock, log, leaseMs = LEASE_MS }: OpenFleetOptions,
): Promise<Fleet> {
  const { random } = Math;
  if (readRedisAddress(address) !== undefined) {
    const { joinRedis } = await import("./redis.ts");
    const node = newId();
    const options = { node, clock, log, random, newId, leaseMs };
    return await joinRedis(address, options);
  }
  return new Alone({ random, newId });
}
