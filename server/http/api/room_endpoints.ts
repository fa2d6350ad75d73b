/** Lists rooms: those with a history and those with members. */

import { HubbubError } from "../../../protocol/errors.ts";
import { nameKey } from "../../../protocol/names.ts";
import { AUDIT_ROOM } from "../../moderation/audit_log.ts";
import { compareCodePoints } from "../../runtime/code_points.ts";
import { jsonBytes } from "../../runtime/json_size.ts";
import type { RoomSummary } from "../../store/store.ts";
import { readWhole } from "./body.ts";
import { type Call, json, type Tools } from "./call.ts";
import { costOfPreviews, MOST_PREVIEWS, previewOf } from "./room_previews.ts";

/** Rooms per page, by default and at most. */
const PAGE = 100;
const MOST = 1_000;
/** Maximum rooms scanned per page, when most of them are not readable. */
const MOST_LOOKED_AT = 4 * MOST;
/** Approximate bytes of a list entry besides the room name. */
const ENTRY = 80;
/** Maximum characters of a name or cursor that a page starts after, or of a
 * search. */
const MOST_NAME = 256;
const MOST_CURSOR = 512;

/** Returns the cost of scanning rooms, in requests. */
function costOfRooms(looked: number): number {
  return Math.max(1, Math.ceil(looked / PAGE));
}

/** A list entry. */
interface Listed {
  readonly room: string;
  readonly head: number;
  readonly at: number | null;
}

/**
 * Parses the requested range. A page starts after a room that the sender may
 * read, or after a cursor of an earlier page. Starting after an arbitrary name
 * would reveal the names of hidden rooms.
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

/** What a page of the list is to have. */
interface Wanted {
  /** Part of the names, as {@linkcode nameKey}; empty for all rooms. */
  readonly search: string;
  /** Whether each room comes with its newest message. */
  readonly previews: boolean;
}

/**
 * Parses which rooms are wanted, and what of them.
 *
 * @throws {HubbubError} `bad_field`.
 */
function wantedOf({ searchParams }: URL): Wanted {
  const search = searchParams.get("search") ?? "";
  if (search.length > MOST_NAME) {
    throw new HubbubError("bad_field", {
      message: `"search" may have at most ${MOST_NAME} characters`,
    });
  }
  const previews = searchParams.get("previews") ?? "false";
  if (previews !== "true" && previews !== "false") {
    throw new HubbubError("bad_field", {
      message: '"previews" must be true or false',
    });
  }
  return { search: nameKey(search.trim()), previews: previews === "true" };
}

/** Returns the query of the next page. */
function nextQuery({ search, previews }: Wanted, limit: number): string {
  return `limit=${limit}` +
    (search === "" ? "" : `&search=${encodeURIComponent(search)}`) +
    (previews ? "&previews=true" : "");
}

/**
 * Merges occupied rooms without a history into a part of the stored list.
 *
 * @param stored A part of the stored list.
 * @param people All occupied rooms.
 * @param part The name that the part starts after, and the last name it may
 * contain; no limit at the end of the list.
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
 * Returns a page of the rooms that the sender may read, ordered by name, with a
 * link to the next page. A page may be short although more pages follow. The
 * link never names a room that the page does not list. `?search=` lists only
 * rooms whose names contain a text, `?previews=true` adds newest messages.
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
  const wanted = wantedOf(call.url);
  const { search, previews } = wanted;
  const range = rangeOf(tools, call);
  const { after } = range;
  const limit = previews ? Math.min(range.limit, MOST_PREVIEWS) : range.limit;
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
      if (search !== "" && !nameKey(name).includes(search)) continue;
      isFull ||= rooms.length === limit || bytes > most;
      if (isFull) {
        more = true;
        break;
      }
      rooms.push(room);
      bytes += jsonBytes(name) + ENTRY;
    }
    if (isFull) break;
    // After a full page, only another visible room makes a next page.
    behind = last ?? behind;
  }
  const listed = rooms.at(-1)?.room;
  const from = isFull && listed !== undefined
    ? `after=${encodeURIComponent(listed)}`
    : `cursor=${cursors.seal(behind)}`;
  if (previews) {
    rates.settle(address, {
      expected: 0,
      actual: costOfPreviews(rooms.length),
    });
  }
  const newest = previews
    ? await Promise.all(rooms.map(({ room }) => previewOf(tools, call, room)))
    : [];
  return json({
    rooms: rooms.map((room, index) => ({
      ...room,
      online: people.get(room.room) ?? 0,
      ...(newest[index] && { last: newest[index] }),
    })),
    next: more ? `${base}/api/rooms?${from}&${nextQuery(wanted, limit)}` : null,
  });
}
