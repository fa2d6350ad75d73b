/**
 * Appends to Deno KV with optimistic locking: each commit checks the heads of
 * its rooms and that its cids are new, and is retried on conflict.
 */

import { newHead } from "./kv_log.ts";
import {
  countMade,
  readRoomsSituation,
  type RoomsSituation,
} from "./kv_rooms.ts";
import { marked, markOf, REMOVED } from "../marks.ts";
import {
  cidKey,
  decode,
  type Encoded,
  encodeParts,
  type Head,
  type KnownCid,
  messageKey,
  roomKey,
} from "./kv_wire.ts";
import {
  DEDUPE_MS,
  type Draft,
  type Receipt,
  refusedFor,
  type StoredMessage,
  whyNotMade,
} from "../store.ts";
import { unwrittenEpoch } from "../unwritten.ts";

/** Maximum attempts before an append fails. */
const TRIES = 30;
/** Maximum pause between attempts in milliseconds. All pauses together are
 * shorter than a sender's timeout. */
const MOST_PAUSE_MS = 200;
/** Most keys of one read. */
const GET_MANY = 10;

/** A room after a commit. */
export interface Change {
  readonly room: string;
  readonly head: Head;
  readonly versionstamp: string;
  /** What is new in it. */
  readonly messages: readonly StoredMessage[];
}

/** What became of some drafts. */
export interface Appended {
  /** One for each, in order. */
  readonly receipts: Receipt[];
  /** What became of their rooms: of a room perhaps more than one, in order. */
  readonly changes: Change[];
}

/** The contents of one commit. */
interface Plan {
  readonly commit: Deno.AtomicOperation;
  readonly receipts: Receipt[];
  readonly changes: Omit<Change, "versionstamp">[];
}

/** What a commit depends on. */
interface Situation {
  readonly heads: ReadonlyMap<string, Deno.KvEntryMaybe<Head>>;
  /** A cid that is missing here is not known. */
  readonly cids: ReadonlyMap<string, Deno.KvEntryMaybe<KnownCid>>;
  /** Parts of messages to remove. They change only together with the head: a
   * removal adds a message, the retention moves the start. */
  readonly targets: ReadonlyMap<Draft, readonly Deno.KvEntry<Uint8Array>[]>;
  /** Read when rooms have to be created. */
  readonly rooms: RoomsSituation | undefined;
}

/** How drafts are stored. */
export interface AppendOptions {
  /** The time, in milliseconds since 1970. */
  readonly at: number;
  /** Maximum number of rooms. */
  readonly maxRooms: number;
  /** Returns the last known head of a room: if it is current, no read is
   * needed. */
  readonly known: (room: string) => Deno.KvEntryMaybe<Head> | undefined;
  /** Returns the epoch announced to followers of an unwritten room. */
  readonly told: (room: string) => string | undefined;
}

/** A room whose head was not written by this program. */
class DamagedRoomError extends Error {
  override name = "DamagedRoomError";
}

/** Errors that KV throws for one draft or room: a key too long, a value too
 * large, an invalid head or message. */
const OF_ONE = [TypeError, RangeError, SyntaxError, DamagedRoomError];
/**
 * Maximum commits to find the invalid drafts: each costs money on Deno Deploy.
 */
const MOST_PARTS = 64;

/**
 * Stores drafts that fit into one commit. If one of them makes the commit fail,
 * stores each half separately, until only the invalid drafts remain.
 *
 * @param kv The database.
 * @param batch The drafts.
 * @param options See {@linkcode appendBatch}.
 * @returns A receipt for each draft, and the changes of their rooms.
 * @throws When nothing can be stored.
 */
export async function appendApart(
  kv: Deno.Kv,
  batch: readonly Encoded[],
  options: AppendOptions,
  tries = { left: MOST_PARTS },
): Promise<Appended> {
  tries.left--;
  try {
    return await appendBatch(kv, batch, options);
  } catch (error) {
    const ofOne = OF_ONE.some((kind) => error instanceof kind);
    if (!ofOne && tries.left === MOST_PARTS - 1) throw error;
    if (!ofOne || batch.length === 1 || tries.left <= 0) {
      return { receipts: batch.map(() => refusedFor(error)), changes: [] };
    }
  }
  const middle = batch.length >> 1;
  const one = await appendApart(kv, batch.slice(0, middle), options, tries);
  const other = await appendApart(kv, batch.slice(middle), options, tries);
  return {
    receipts: [...one.receipts, ...other.receipts],
    changes: [...one.changes, ...other.changes],
  };
}

/**
 * Stores drafts that fit into one commit.
 *
 * @param kv The database.
 * @param batch The drafts.
 * @param options How to store them.
 * @returns A receipt for each draft, and the changes of their rooms.
 * @throws When every attempt ended in a conflict.
 */
export async function appendBatch(
  kv: Deno.Kv,
  batch: readonly Encoded[],
  options: AppendOptions,
): Promise<Appended> {
  const rooms = [...new Set(batch.map(({ draft }) => draft.room))];
  // Most attempts succeed at once: no cid is known, and no head has changed.
  let heads = await readHeads(kv, rooms, options.known);
  let cids: Situation["cids"] = new Map();
  let targets = await readTargets(kv, batch);
  let making = await readMaking(kv, heads);
  for (let tries = 1; tries <= TRIES; tries++) {
    const { commit, receipts, changes } = plan(kv, batch, options, {
      ...{ heads, cids, targets, rooms: making },
    });
    if (changes.length === 0) return { receipts, changes: [] };
    const result = await commit.commit();
    if (result.ok) {
      const { versionstamp } = result;
      return {
        receipts,
        changes: changes.map((change) => ({ ...change, versionstamp })),
      };
    }
    await pause(Math.random() * Math.min(2 ** tries, MOST_PAUSE_MS));
    // Targets are read last, so that changes since the heads were read are
    // detected.
    [heads, cids] = await Promise.all([
      readHeads(kv, rooms),
      readCids(kv, batch),
    ]);
    targets = await readTargets(kv, batch);
    making = await readMaking(kv, heads);
  }
  throw new Error("Every attempt ended in a conflict with another node");
}

function plan(
  kv: Deno.Kv,
  batch: readonly Encoded[],
  { at, maxRooms, told }: AppendOptions,
  { heads, cids, targets, rooms }: Situation,
): Plan {
  const commit = kv.atomic();
  const fresh = new Map<string, number>();
  const news = new Map<string, { head: Head; messages: StoredMessage[] }>();
  let made = 0;
  const receipts = batch.map(({ draft, parts }): Receipt => {
    const { room, from, text, author, cid } = draft;
    const name = cidName(draft);
    const known = name === undefined ? undefined : cids.get(name);
    const repeated = name === undefined
      ? undefined
      : seqOfRepeat(known, at) ?? fresh.get(name);
    if (repeated !== undefined) return { seq: repeated, duplicate: true };
    let log = news.get(room);
    if (log === undefined) {
      let head = heads.get(room)?.value ?? null;
      // One of head 0 was made by an earlier server for who only joined.
      if ((head?.head ?? 0) === 0 && rooms !== undefined) {
        const count = rooms.count + made;
        const why = whyNotMade(draft, { count, most: maxRooms });
        if (why !== undefined) return refusedFor(why);
        made++;
        head ??= newHead(
          told(room) ?? unwrittenEpoch(rooms.base.value, room),
        );
      }
      if (head === null) throw new DamagedRoomError(`Room "${room}" is gone`);
      if (!Number.isSafeInteger(head.head)) {
        throw new DamagedRoomError(`Room "${room}" has a damaged head`);
      }
      log = { head, messages: [] };
      news.set(room, log);
    }
    const seq = log.head.head + 1;
    log.head = { ...log.head, head: seq, at };
    const message = {
      ...{ room, seq, from, text, at, author },
      ...(cid !== undefined && { cid }),
    };
    log.messages.push(marked(message, markOf(draft)));
    removeTarget(commit, targets.get(draft) ?? []);
    for (const [part, bytes] of parts.entries()) {
      commit.set(messageKey(room, seq, part || undefined), bytes);
    }
    if (name !== undefined && cid !== undefined) {
      fresh.set(name, seq);
      const key = cidKey(draft, cid);
      commit.check({ key, versionstamp: known?.versionstamp ?? null });
      commit.set(key, { seq, at }, { expireIn: DEDUPE_MS });
    }
    return { seq, duplicate: false };
  });
  if (rooms !== undefined) countMade(commit, rooms, made);
  const changes = Array.from(news, ([room, { head, messages }]) => {
    const key = roomKey(room);
    const versionstamp = heads.get(room)?.versionstamp ?? null;
    commit.check({ key, versionstamp }).set(key, head);
    return { room, head, messages };
  });
  return { commit, receipts, changes };
}

/** Takes a message's text away, given its parts. */
function removeTarget(
  commit: Deno.AtomicOperation,
  parts: readonly Deno.KvEntry<Uint8Array>[],
): void {
  const [first, ...others] = parts;
  if (first === undefined) return;
  const { from, author, at, cid } = decode(
    "",
    0,
    parts.map(({ value }) => value),
  );
  const blank = { room: "", from, text: "", author, at, cid };
  // Too short to have more parts than one.
  for (const bytes of encodeParts(blank, REMOVED)) commit.set(first.key, bytes);
  for (const { key } of others) commit.delete(key);
}

/** KV deletes expired keys late. The expiry is only for cleanup: a clock
 * changed by minutes does not make a repeat new. */
function seqOfRepeat(
  known: Deno.KvEntryMaybe<KnownCid> | undefined,
  at: number,
): number | undefined {
  const value = known?.value ?? null;
  return value !== null && value.at >= at - 2 * DEDUPE_MS
    ? value.seq
    : undefined;
}

function cidName({ room, author, cid }: Draft): string | undefined {
  return cid === undefined ? undefined : JSON.stringify([room, author, cid]);
}

async function readHeads(
  kv: Deno.Kv,
  rooms: readonly string[],
  known: (room: string) => Deno.KvEntryMaybe<Head> | undefined = () =>
    undefined,
): Promise<Map<string, Deno.KvEntryMaybe<Head>>> {
  const heads = new Map<string, Deno.KvEntryMaybe<Head>>();
  const unknown = rooms.filter((room) => {
    const head = known(room);
    if (head !== undefined) heads.set(room, head);
    return head === undefined;
  });
  const entries = await getAll<Head>(kv, unknown.map(roomKey));
  for (const [index, room] of unknown.entries()) {
    heads.set(room, entries[index]!);
  }
  return heads;
}

/** What has to be known where some of the rooms are to be made. */
async function readMaking(
  kv: Deno.Kv,
  heads: Situation["heads"],
): Promise<RoomsSituation | undefined> {
  const isNew = [...heads.values()].some(({ value }) => !value?.head);
  return isNew ? await readRoomsSituation(kv) : undefined;
}

async function readCids(
  kv: Deno.Kv,
  batch: readonly Encoded[],
): Promise<Map<string, Deno.KvEntryMaybe<KnownCid>>> {
  const keys = new Map<string, Deno.KvKey>();
  for (const { draft } of batch) {
    const name = cidName(draft);
    if (name !== undefined && draft.cid !== undefined) {
      keys.set(name, cidKey(draft, draft.cid));
    }
  }
  const entries = await getAll<KnownCid>(kv, [...keys.values()]);
  return new Map(
    [...keys.keys()].map((name, index) => [name, entries[index]!]),
  );
}

async function readTargets(
  kv: Deno.Kv,
  batch: readonly Encoded[],
): Promise<Situation["targets"]> {
  const targets = new Map<Draft, Deno.KvEntry<Uint8Array>[]>();
  for (const { draft } of batch) {
    const { room, removes } = draft;
    if (removes === undefined) continue;
    const parts = kv.list<Uint8Array>({
      start: messageKey(room, removes),
      end: messageKey(room, removes + 1),
    });
    targets.set(draft, await Array.fromAsync(parts));
  }
  return targets;
}

async function getAll<T>(
  kv: Deno.Kv,
  keys: readonly Deno.KvKey[],
): Promise<Deno.KvEntryMaybe<T>[]> {
  const reads = [];
  for (let start = 0; start < keys.length; start += GET_MANY) {
    const some = keys.slice(start, start + GET_MANY);
    reads.push(kv.getMany<T[]>(some));
  }
  return (await Promise.all(reads)).flat();
}

/** Real time, not the server's clock: this waits for the database. */
function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
