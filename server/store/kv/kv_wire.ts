/**
 * The data format in Deno KV: keys, messages as values of bounded size, and
 * batches that fit into one commit. Pure.
 *
 * Rooms, messages and cids have a prefix each. A message is JSON in UTF-8,
 * split into parts if it is longer than a value may be: the first part has the
 * key `[…, seq]`, the next ones `[…, seq, 1]`, `[…, seq, 2]`.
 */

import { createHash } from "node:crypto";
import { marked, markOf } from "../marks.ts";
import type { Draft, LogState, StoredMessage } from "../store.ts";

/** What stands under a room's key. */
export interface Head extends LogState {
  /** When the newest message was stored. */
  readonly at: number;
  /** Nothing older than this is there: what is older than `first` and not
   * than this is still to be deleted. */
  readonly lowest: number;
}

/** What stands under a cid's key. */
export interface KnownCid {
  readonly seq: number;
  readonly at: number;
}

/** Everything that Hubbub writes. */
export const ALL: Deno.KvKey = ["hubbub"];
/** The version of the data (schema_version.ts), a number. */
export const SCHEMA: Deno.KvKey = [...ALL, "schema"];
/** All rooms: room to {@linkcode Head}. */
export const ROOMS: Deno.KvKey = ["hubbub", "room"];
/** The fleet's 32 bytes. */
export const SECRET: Deno.KvKey = ["hubbub", "secret"];
/** What the epochs of rooms that nobody has written to are computed from
 * (unwritten.ts). */
export const EPOCH_BASE: Deno.KvKey = ["hubbub", "epochs"];
/** How many rooms there are, as a `Deno.KvU64`. */
export const ROOM_COUNT: Deno.KvKey = ["hubbub", "room count"];
/** The small documents that all nodes know: key to text. */
export const KEPT: Deno.KvKey = ["hubbub", "kept"];
/** Changes whenever one of these does, to be watched. */
export const KEPT_CHANGED: Deno.KvKey = ["hubbub", "kept changed"];
/** Written to see whether writing works. */
export const CHECKED: Deno.KvKey = ["hubbub", "checked"];

/** The key of a room's head. */
export function roomKey(room: string): Deno.KvKey {
  return [...ROOMS, room];
}

/** The key of a message, or of one of its further parts. */
export function messageKey(
  room: string,
  seq: number,
  part?: number,
): Deno.KvKey {
  const key = ["hubbub", "message", room, seq];
  return part === undefined ? key : [...key, part];
}

/** The seq in a message's key. */
export function seqOf(key: Deno.KvKey): number {
  return Number(key[3]);
}

/** Characters of an author in a key, which may have 2 KiB in all: a token can
 * name its user as long as it likes. */
const MOST_AUTHOR = 256;

/** The key of a cid. */
export function cidKey({ room, author }: Draft, cid: string): Deno.KvKey {
  const who = author.length <= MOST_AUTHOR
    ? author
    : `#${createHash("sha256").update(author).digest("hex")}`;
  return ["hubbub", "cid", room, who, cid];
}

/** Bytes of a value; one may have 64 KiB with its own encoding around it. */
const PART_BYTES = 60_000;

/** What KV takes in one commit (https://docs.deno.com/deploy/kv/manual/transactions),
 * with something to spare for what its encodings add. */
const LIMITS: Readonly<Cost> = {
  checks: 99,
  mutations: 900,
  keyBytes: 70 * 1024,
  bytes: 700 * 1024,
};

interface Cost {
  checks: number;
  mutations: number;
  keyBytes: number;
  bytes: number;
}

/** A draft as it will be stored, but for its seq. */
export interface Encoded {
  readonly draft: Draft;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/** Encodes a draft that is stored at `at`. */
export function encode(draft: Draft, at: number): Encoded {
  return { draft, parts: encodeParts({ ...draft, at }, markOf(draft)) };
}

/** Encodes a message, but for its room and seq. */
export function encodeParts(
  { from, text, author, at, cid }: Draft & { readonly at: number },
  mark: number | undefined,
): Uint8Array<ArrayBuffer>[] {
  const fields = [from, text, author, at, cid];
  if (mark !== undefined) fields.push(mark);
  const bytes = new TextEncoder().encode(JSON.stringify(fields));
  const parts = [];
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    parts.push(bytes.slice(start, start + PART_BYTES));
  }
  return parts;
}

/** The message of which these are all parts. */
export function decode(
  room: string,
  seq: number,
  parts: readonly Uint8Array[],
): StoredMessage {
  const decoder = new TextDecoder();
  const json = parts.map((part) => decoder.decode(part, { stream: true }))
    .join("");
  const [from, text, author, at, cid, mark] = JSON.parse(json);
  const message = { room, seq, from, text, at, author };
  // Where there is none, JSON has null.
  return marked(cid ? { ...message, cid } : message, mark);
}

/**
 * Cuts a tick into runs that fit into one commit each.
 *
 * @param drafts In order.
 * @returns The same, in order.
 */
export function batches(drafts: readonly Encoded[]): Encoded[][] {
  const all: Encoded[][] = [];
  let rooms = new Set<string>();
  let total: Cost = { checks: 0, mutations: 0, keyBytes: 0, bytes: 0 };
  for (const encoded of drafts) {
    const { room } = encoded.draft;
    let next = sum(total, costOf(encoded, rooms.has(room)));
    if (all.length === 0 || exceeds(next)) {
      all.push([]);
      rooms = new Set();
      next = costOf(encoded, false);
    }
    total = next;
    rooms.add(room);
    all.at(-1)?.push(encoded);
  }
  return all;
}

/** Parts that a message can have: the longest text, as badly as JSON can write
 * it. */
const MOST_PARTS = 8;

function costOf({ draft, parts }: Encoded, roomIsIn: boolean): Cost {
  const { room, author, cid, removes } = draft;
  // Three bytes a unit of UTF-16, and what stands around it.
  const keyBytes = 3 * room.length + 40;
  const cost = {
    checks: 0,
    mutations: parts.length,
    keyBytes: keyBytes * parts.length,
    bytes: parts.reduce((bytes, part) => bytes + part.length + 20, 0),
  };
  if (cid !== undefined) {
    cost.checks++;
    cost.mutations++;
    cost.keyBytes += keyBytes + 3 * (author.length + cid.length);
    cost.bytes += 50;
  }
  if (removes !== undefined) {
    cost.mutations += MOST_PARTS;
    cost.keyBytes += keyBytes * MOST_PARTS;
    cost.bytes += 3 * (author.length + draft.from.length) + 1000;
  }
  if (!roomIsIn) {
    cost.checks++;
    cost.mutations++;
    cost.keyBytes += keyBytes;
    cost.bytes += 200;
  }
  cost.bytes += cost.keyBytes;
  return cost;
}

function sum(a: Cost, b: Cost): Cost {
  return {
    checks: a.checks + b.checks,
    mutations: a.mutations + b.mutations,
    keyBytes: a.keyBytes + b.keyBytes,
    bytes: a.bytes + b.bytes,
  };
}

function exceeds(cost: Cost): boolean {
  return cost.checks > LIMITS.checks || cost.mutations > LIMITS.mutations ||
    cost.keyBytes > LIMITS.keyBytes || cost.bytes > LIMITS.bytes;
}
