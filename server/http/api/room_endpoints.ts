/** The list of rooms: those with a history, and those that people are in. */

import { HubbubError } from "../../../protocol/errors.ts";
import { AUDIT_ROOM } from "../../moderation/audit_log.ts";
import { compareCodePoints } from "../../runtime/code_points.ts";
import { jsonBytes } from "../../runtime/json_size.ts";
import type { RoomSummary } from "../../store/store.ts";
import { readWhole } from "./body.ts";
import { type Call, json, type Tools } from "./call.ts";

/** Rooms of a page when no number is asked for, and at most. */
const PAGE = 100;
const MOST = 1_000;
/** Rooms that are looked at for one page, where most of them may not be read. */
const MOST_LOOKED_AT = 4 * MOST;
/** Bytes of a room in a page beside its name, about. */
const ENTRY = 80;
/** Characters of the name, or of the cursor, that a page begins behind. */
const MOST_NAME = 256;
const MOST_CURSOR = 512;

/** What rooms that were looked at count as, in requests. */
function costOfRooms(looked: number): number {
  return Math.max(1, Math.ceil(looked / PAGE));
}

/** A room in the list. */
interface Listed {
  readonly room: string;
  readonly head: number;
  readonly at: number | null;
}

/**
 * Returns which part of the list a request asks for. It begins behind a room
 * that the sender may read, or behind a cursor that an earlier page gave: to
 * begin behind any name would tell, by whether more follows, what hidden rooms
 * are called.
 *
 * @throws {HubbubError} `bad_field` or `forbidden`.
 */
function rangeOf(
  { cursors }: Tools,
  { url, permissions }: Call,
): { after: string; limit: number } {
  const limit = Math.min(readWhole(url, "limit") ?? PAGE, MOST);
  if (limit === 0) {
    throw new HubbubError("bad_field", {
      message: '"limit" must be at least 1',
    });
  }
  const cursor = url.searchParams.get("cursor");
  if (cursor !== null) {
    const after = cursor.length > MOST_CURSOR
      ? undefined
      : cursors.open(cursor);
    if (after !== undefined) return { after, limit };
    throw new HubbubError("bad_field", {
      message: '"cursor" must come from "next" of an earlier page',
    });
  }
  const after = url.searchParams.get("after") ?? "";
  if (after.length > MOST_NAME) {
    throw new HubbubError("bad_field", {
      message: '"after" must be the name of a room',
    });
  }
  if (after !== "" && !permissions.allows("read", after)) {
    throw new HubbubError("forbidden", {
      message: '"after" must be a room that you may read. Follow "next" of ' +
        "an earlier page, or leave it out",
    });
  }
  return { after, limit };
}

/**
 * Puts rooms that people are in, and that nobody has written to, among those
 * that are stored.
 *
 * @param stored A part of the list in the store.
 * @param people All rooms that people are in.
 * @param part Behind which name the part begins, and the last name it can have;
 * no limit when it is the end of the list.
 */
function merge(
  stored: readonly RoomSummary[],
  people: Iterable<string>,
  { after, last }: { after: string; last: string | undefined },
): Listed[] {
  const known = new Set(stored.map(({ room }) => room));
  const isIn = (room: string) =>
    compareCodePoints(room, after) > 0 &&
    (last === undefined || compareCodePoints(room, last) <= 0);
  const fresh = [...people].filter((room) => !known.has(room) && isIn(room))
    .map((room) => ({ room, head: 0, at: null }));
  return [...stored, ...fresh]
    .sort((a, b) => compareCodePoints(a.room, b.room));
}

/**
 * Answers with a page of the rooms that the sender may read, in order of their
 * names, and where to go on from there. A page may have fewer rooms than were
 * asked for, and others behind it: the link tells. It names no room that the
 * page does not list.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @throws {HubbubError} `bad_field`, `forbidden` or `store_unavailable`.
 */
export async function listRooms(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { hub, storage, cursors, rates } = tools;
  const { permissions, base, address } = call;
  const { after, limit } = rangeOf(tools, call);
  const { people } = hub.occupancy;
  const reads = storage.of(address);
  const rooms: Listed[] = [];
  const most = storage.pageBytes;
  let bytes = 0;
  const step = Math.max(limit, PAGE);
  let behind = after;
  let more = true;
  let isFull = false;
  let looked = 0;
  for (; more && looked < MOST_LOOKED_AT; looked += step) {
    rates.settle(address, {
      expected: costOfRooms(looked),
      actual: costOfRooms(looked + step),
    });
    const stored = await reads.rooms({ after: behind, limit: step });
    more = stored.length === step;
    const last = more ? stored.at(-1)?.room : undefined;
    for (const room of merge(stored, people.keys(), { after: behind, last })) {
      const { room: name } = room;
      if (name === AUDIT_ROOM || !permissions.allows("read", name)) continue;
      isFull ||= rooms.length === limit || bytes > most;
      if (isFull) {
        more = true;
        break;
      }
      rooms.push(room);
      bytes += jsonBytes(name) + ENTRY;
    }
    if (isFull) break;
    // Where a page is full, only another visible room makes a next one.
    behind = last ?? behind;
  }
  const listed = rooms.at(-1)?.room;
  const from = isFull && listed !== undefined
    ? `after=${encodeURIComponent(listed)}`
    : `cursor=${cursors.seal(behind)}`;
  return json({
    rooms: rooms.map((room) => ({
      ...room,
      online: people.get(room.room) ?? 0,
    })),
    next: more ? `${base}/api/rooms?${from}&limit=${limit}` : null,
  });
}
