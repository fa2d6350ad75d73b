/**
 * Lists and counts rooms in Deno KV, and computes the state of unwritten rooms.
 */

import { EPOCH_BASE, type Head, ROOM_COUNT, ROOMS } from "./kv_wire.ts";
import type { LogState, RoomsRange, RoomSummary } from "../store.ts";
import { newBase, unwritten, unwrittenEpoch } from "../unwritten.ts";

/** Added to a KV counter to decrement it: it wraps at 2^64. */
const ONE_LESS = 2n ** 64n - 1n;

/** What has to be known to make rooms, as one commit finds it. */
export interface RoomsSituation {
  readonly base: Deno.KvEntry<string>;
  /** How many there are. */
  readonly count: number;
}

/** Reads what epochs are computed from, and makes it where there is none. */
export async function readBase(kv: Deno.Kv): Promise<Deno.KvEntry<string>> {
  while (true) {
    const known = await kv.get<string>(EPOCH_BASE);
    if (known.value !== null) return known;
    await kv.atomic().check(known).set(EPOCH_BASE, newBase()).commit();
  }
}

/** The state of a room that nobody has written to. */
export async function readUnwritten(
  kv: Deno.Kv,
  room: string,
): Promise<LogState> {
  return unwritten(unwrittenEpoch((await readBase(kv)).value, room));
}

/** Reads what has to be known to make rooms. */
export async function readRoomsSituation(
  kv: Deno.Kv,
): Promise<RoomsSituation> {
  const base = await readBase(kv);
  while (true) {
    const known = await kv.get<Deno.KvU64>(ROOM_COUNT);
    if (known.value !== null) return { base, count: Number(known.value.value) };
    // A database that nobody has counted in yet.
    let count = 0n;
    for await (const { value } of kv.list<Head>({ prefix: ROOMS })) {
      if (value.head > 0) count++;
    }
    await kv.atomic().check(known).set(ROOM_COUNT, new Deno.KvU64(count))
      .commit();
  }
}

/** Counts rooms that a commit makes, and makes sure that their epochs are none
 * that they have had. */
export function countMade(
  commit: Deno.AtomicOperation,
  { base }: RoomsSituation,
  made: number,
): void {
  if (made > 0) commit.check(base).sum(ROOM_COUNT, BigInt(made));
}

/** Takes a room away in a commit: it must not begin again with an epoch that
 * it has had. */
export function removeRoom(
  commit: Deno.AtomicOperation,
  { key, value }: Deno.KvEntry<Head>,
): void {
  commit.delete(key).set(EPOCH_BASE, newBase());
  // Servers before this one made rooms for those who only joined.
  if (value.head > 0) commit.sum(ROOM_COUNT, ONE_LESS);
}

/** Rooms that have had a message, in order of their names. */
export async function listRooms(
  kv: Deno.Kv,
  { after, limit }: RoomsRange,
): Promise<RoomSummary[]> {
  const rooms: RoomSummary[] = [];
  // Behind a name come those that begin with it and a character more.
  const start = after === "" ? {} : { start: [...ROOMS, `${after}\0`] };
  const list = kv.list<Head>({ prefix: ROOMS, ...start }, {
    batchSize: Math.min(limit + 1, 500),
  });
  for await (const { key, value: { head, at } } of list) {
    if (head === 0) continue;
    if (rooms.length === limit) break;
    rooms.push({ room: String(key.at(-1)), head, at });
  }
  return rooms;
}
