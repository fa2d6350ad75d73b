/**
 * Rooms that nobody has written to. Nothing of them is in a store, and yet a
 * cursor in one must be good later: whoever was there when it was empty gets all
 * that is written first. So the epoch that such a room will be made with is
 * known beforehand, the same on every node: computed from its name and some
 * random bytes that belong to the store. These change whenever a room goes,
 * since it must not begin again with an epoch that it has had. Who follows an
 * empty room then, and another node that does not writes there first, is told the
 * new one, once, and misses nothing. Pure.
 */

import { createHash } from "node:crypto";
import type { LogState } from "./store.ts";

/** Characters of an epoch: 48 bits and a dash. */
const LENGTH = [8, 4] as const;

/**
 * The epoch of a room that nobody has written to.
 *
 * @param base The store's random bytes, as text.
 * @param room The room's name.
 */
export function unwrittenEpoch(base: string, room: string): string {
  const digits = createHash("sha1").update(`${base} ${room}`).digest("hex");
  return `${digits.slice(0, LENGTH[0])}-${
    digits.slice(LENGTH[0], LENGTH[0] + LENGTH[1])
  }`;
}

/**
 * The state of a room that nobody has written to.
 *
 * @param epoch The one it will be made with.
 */
export function unwritten(epoch: string): LogState {
  return { epoch, first: 1, head: 0 };
}

/** Makes random bytes for a store, as text. */
export function newBase(): string {
  return crypto.randomUUID();
}
