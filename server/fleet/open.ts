/**
 * Which fleet a store's address means. Adapters are loaded only when they are
 * asked for.
 */

import { newId } from "../ids.ts";
import { Alone } from "./alone.ts";
import type { Fleet } from "./fleet.ts";

/** Joins the nodes that share a store. */
export function openFleet(): Fleet {
  return new Alone({ random: Math.random, newId });
}
