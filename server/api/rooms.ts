/** The list of rooms: those with a history, and those that people are in. */

import { AUDIT_ROOM } from "../audit.ts";
import { type Call, json, type Tools } from "./call.ts";

/**
 * Answers with all rooms that the sender may read, in order of their names.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @throws {HubbubError} `store_unavailable`.
 */
export async function listRooms(
  { hub, storage }: Tools,
  { grant }: Call,
): Promise<Response> {
  const kept = await storage.rooms();
  const { people } = hub.census;
  const known = new Set(kept.map(({ room }) => room));
  const fresh = [...people.keys()].filter((room) => !known.has(room))
    .map((room) => ({ room, head: 0, at: null }));
  const rooms = [...kept, ...fresh]
    .filter(({ room }) => room !== AUDIT_ROOM && grant.allows("read", room))
    .map((room) => ({ ...room, online: people.get(room.room) ?? 0 }))
    .sort((a, b) => (a.room < b.room ? -1 : 1));
  return json({ rooms });
}
