/** Reads one room's log from Deno KV and deletes its old part. Stateless. */

import type { EnginePage } from "../follower.ts";
import { decode, type Head, messageKey, roomKey, seqOf } from "./kv_wire.ts";
import { takePage } from "../page_size.ts";
import { readUnwritten, removeRoom } from "./kv_rooms.ts";
import {
  type LogState,
  PAGE_CHARACTERS,
  type Range,
  type Retention,
  type StoredMessage,
  UNUSED_MS,
} from "../store.ts";

/** Maximum reads when the retention deletes messages meanwhile. */
const READ_TRIES = 5;
/** Entries that are deleted in one commit: their keys must fit into it. */
const DELETE = 200;

/** The head of a room, as it is now. */
async function readHead(
  kv: Deno.Kv,
  room: string,
): Promise<Deno.KvEntryMaybe<Head>> {
  return await kv.get<Head>(roomKey(room));
}

/** The state of a room's log, as it is or will be. */
export async function readState(kv: Deno.Kv, room: string): Promise<LogState> {
  const { value } = await readHead(kv, room);
  return value ?? await readUnwritten(kv, room);
}

/** The head of a log that begins. */
export function newHead(epoch: string): Head {
  return { epoch, first: 1, head: 0, at: 0, lowest: 1 };
}

/** Reads a part of a log. */
export async function readLog(
  kv: Deno.Kv,
  room: string,
  range: Range,
): Promise<EnginePage> {
  for (let tries = 0; tries < READ_TRIES; tries++) {
    const { value } = await readHead(kv, room);
    if (value === null) {
      return { ...await readUnwritten(kv, room), born: 0, messages: [] };
    }
    const { epoch, first, head } = value;
    const messages = await readMessages(kv, room, range, value);
    if (messages !== null) return { epoch, first, head, born: 0, messages };
  }
  throw new Error(`Room "${room}" changes faster than it can be read`);
}

/** @returns Null when messages were deleted before they could be read. */
async function readMessages(
  kv: Deno.Kv,
  room: string,
  range: Range,
  { first, head }: Head,
): Promise<StoredMessage[] | null> {
  const forward = "after" in range;
  const from = forward ? Math.max(range.after + 1, first) : first;
  const to = forward ? head : Math.min(range.before - 1, head);
  const { limit } = range;
  if (from > to || limit === 0) return [];
  const span = { room, from, to, limit };
  const { messages, more } = await collect(list(kv, span, forward), limit);
  const start = forward ? from : to;
  const end = forward ? to : from;
  if (messages[0]?.seq !== start) return null;
  if (!more && messages.at(-1)?.seq !== end) return null;
  const page = takePage(messages);
  return forward ? page : page.reverse();
}

/** Takes what is asked for, or a little more than makes a page. */
async function collect(
  list: AsyncIterable<StoredMessage>,
  limit: number,
): Promise<{ messages: StoredMessage[]; more: boolean }> {
  const messages: StoredMessage[] = [];
  let characters = 0;
  for await (const message of list) {
    messages.push(message);
    characters += message.text.length;
    if (messages.length === limit || characters > PAGE_CHARACTERS) {
      return { messages, more: true };
    }
  }
  return { messages, more: false };
}

/** The messages `from` up to and including `to`, put together of their parts. */
async function* list(
  kv: Deno.Kv,
  { room, from, to, limit }: {
    room: string;
    from: number;
    to: number;
    limit: number;
  },
  forward: boolean,
): AsyncGenerator<StoredMessage> {
  const entries = kv.list<Uint8Array>({
    start: messageKey(room, from),
    end: messageKey(room, to + 1),
  }, { reverse: !forward, batchSize: Math.min(limit, 100) });
  let seq = 0;
  let parts: Uint8Array[] = [];
  for await (const { key, value } of entries) {
    if (seqOf(key) !== seq && parts.length > 0) {
      yield decode(room, seq, parts);
      parts = [];
    }
    seq = seqOf(key);
    if (forward) parts.push(value);
    else parts.unshift(value);
  }
  if (parts.length > 0) yield decode(room, seq, parts);
}

/**
 * Moves the start of a log and deletes what is before it, a small part. A room
 * that nobody uses goes as a whole.
 *
 * @param now For the retention.
 * @param followed Whether somebody is known to follow it.
 * @returns The head it has now, and whether there may be more to do; null when
 * there was nothing to do, or somebody else changed the room meanwhile.
 */
export async function applyRetention(
  kv: Deno.Kv,
  room: string,
  { retention, now, followed }: {
    retention: Retention;
    now: number;
    followed: boolean;
  },
): Promise<{ head: Head; more: boolean } | null> {
  const known = await readHead(kv, room);
  const was = known.value;
  if (was === null) return null;
  const { head: newest, first: oldest, lowest: deleteFrom } = was;
  const isEmpty = oldest > newest && deleteFrom === oldest;
  if (isEmpty && !followed && was.at < now - UNUSED_MS) {
    const change = kv.atomic().check(known);
    removeRoom(change, known);
    await change.commit();
    return null;
  }
  if (newest === 0) return null;
  const first = await firstKept(kv, room, was, { retention, now });
  const moved = first > was.first;
  if (!moved && was.lowest === first) return null;
  const change = kv.atomic().check(known);
  let deleted = 0;
  let lowest = first;
  const gone = kv.list({
    start: messageKey(room, was.lowest),
    end: messageKey(room, first),
  }, { limit: DELETE });
  for await (const { key } of gone) {
    change.delete(key);
    deleted++;
    lowest = seqOf(key);
  }
  // Of the last one there may be another part.
  const more = deleted === DELETE;
  const head = { ...was, first, lowest: more ? lowest : first };
  const { ok } = await change.set(known.key, head).commit();
  return ok ? { head, more } : null;
}

/** The oldest seq that the retention keeps. */
async function firstKept(
  kv: Deno.Kv,
  room: string,
  { first: was, head, at }: Head,
  { retention: { messages, ms }, now }: { retention: Retention; now: number },
): Promise<number> {
  const first = Math.max(was, head - messages + 1);
  if (ms === 0 || first > head) return first;
  if (at < now - ms) return head + 1;
  const span = { room, from: first, to: head, limit: DELETE };
  for await (const message of list(kv, span, true)) {
    const kept = message.at >= now - ms;
    if (kept || message.seq === first + DELETE) return message.seq;
  }
  return first;
}
