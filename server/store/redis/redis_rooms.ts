/** The list of rooms in Redis: returns pages of it, and rebuilds it when
 * incomplete. */

import type { RedisLink, Reply } from "./redis_link.ts";
import {
  ADD_NAMES,
  LIST_ROOMS,
  NAMES_KEY,
  ROOM_LIST_KEYS,
  ROOMS_KEY,
} from "./redis_scripts.ts";
import type { RoomsRange, RoomSummary } from "../store.ts";

/** Rooms that are looked at in one step. */
const STEP_ROOMS = 1_000;

/** Reads a part of the list of rooms. */
export async function listRooms(
  link: RedisLink,
  { after, limit }: RoomsRange,
): Promise<RoomSummary[]> {
  const reply = await link.run(LIST_ROOMS, ROOM_LIST_KEYS, [after, limit]);
  const [names, known] = reply as [string[], (string | null)[]];
  return names.map((room, index) => {
    const [head = 0, at = 0] = (known[index] ?? "").split(" ").map(Number);
    return { room, head, at };
  });
}

/** Lists the rooms that servers before this one have made. Others go on to do
 * so while they run beside it: the retention adds them when it comes to them. */
export async function completeList(link: RedisLink): Promise<void> {
  const [rooms, names] = await Promise.all([
    link.call("HLEN", ROOMS_KEY),
    link.call("ZCARD", NAMES_KEY),
  ]);
  if (Number(rooms) <= Number(names)) return;
  let cursor = "0";
  do {
    const reply: Reply = await link.call(
      ...["HSCAN", ROOMS_KEY, cursor, "COUNT", String(STEP_ROOMS)],
    );
    const [next, fields] = reply as [string, string[]];
    cursor = next;
    const some = fields.filter((_, index) => index % 2 === 0);
    if (some.length > 0) await link.run(ADD_NAMES, [NAMES_KEY], some);
  } while (cursor !== "0");
}
