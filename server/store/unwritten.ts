/**
 * Epochs of rooms without messages. Such a room is not stored, but a cursor in
 * it must stay valid: a client that joined the empty room later gets everything
 * from the first message. So the room's future epoch is computed in advance,
 * equal on all nodes, from its name and random bytes of the store. These bytes
 * change when a room is deleted, so that it does not reuse an epoch. Followers
 * of an empty room then learn the new epoch, once, and miss nothing. Pure.
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
