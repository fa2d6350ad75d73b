/**
 * The store interface: keeps the rooms' logs, numbers messages, drops repeats,
 * and feeds stored messages to followers. tests/store/contract.ts tests the
 * contract for every adapter.
 */

import type { Message } from "../../protocol/message.ts";

/** A message to store. */
export interface Draft {
  readonly room: string;
  readonly from: string;
  readonly text: string;
  /** The permanent identity of the sender; `cid` is unique per author. */
  readonly author: string;
  readonly cid?: string | undefined;
  /** Seq of a message of the same room, whose text the store deletes in the
   * same step. */
  readonly removes?: number | undefined;
  readonly announcement?: true | undefined;
  /** Whether it may create its room: `never`; or `always`, even above the limit
   * of rooms. */
  readonly makesRoom?: "never" | "always" | undefined;
}

/** A stored message. */
export interface StoredMessage extends Message {
  readonly author: string;
}

/** Result of one draft. */
export interface Receipt {
  /** Its seq in the log; 0 when it was rejected. */
  readonly seq: number;
  /** Whether it was a repeat; then `seq` is that of the original. */
  readonly duplicate: boolean;
  /** Why it was rejected, while others of its tick could be stored. */
  readonly refused?: Error;
}

/** Returns the receipt of a rejected draft. */
export function refusedFor(reason: unknown): Receipt {
  const refused = reason instanceof Error ? reason : new Error(String(reason));
  return { seq: 0, duplicate: false, refused };
}

/**
 * Checks that all drafts of an append were stored.
 *
 * @param receipts Their receipts.
 * @throws The reason of the first rejected one.
 */
export function mustBeStored(receipts: readonly Receipt[]): void {
  for (const { refused } of receipts) if (refused !== undefined) throw refused;
}

/** The state of a room's log. */
export interface LogState {
  readonly epoch: string;
  /** Oldest seq still kept; `head + 1` when none is. */
  readonly first: number;
  /** Newest seq; 0 in an empty room. */
  readonly head: number;
}

/** The state of a log that is not known yet. */
export const NO_LOG: LogState = { epoch: "", first: 1, head: 0 };

/** The part of a log to read. */
export type Range =
  /** The oldest messages with a larger seq. */
  | { readonly after: number; readonly limit: number }
  /** The newest messages with a smaller seq; `Infinity` for the newest of all. */
  | { readonly before: number; readonly limit: number };

/** A part of a log, ascending, with the log's state. */
export interface Page extends LogState {
  readonly messages: readonly StoredMessage[];
}

/** An entry in the list of rooms. */
export interface RoomSummary {
  readonly room: string;
  readonly head: number;
  /** When the newest message was stored, even if it is deleted. */
  readonly at: number;
}

/** The part of the room list to read. */
export interface RoomsRange {
  /** Rooms after this name; all rooms if empty. */
  readonly after: string;
  readonly limit: number;
}

/** Receives the stored messages of one room, in order, each once. A feed that
 * throws affects nobody else; its `failed` is called. */
export interface Feed {
  /** Called with the next messages: seqs are contiguous. */
  append(messages: readonly StoredMessage[]): void;
  /** The store has deleted messages older than `first`. */
  trimmed(first: number): void;
  /**
   * The feed cannot continue from its position: the log was lost and restarts
   * with this state, or this node was disconnected for longer than messages are
   * kept (same epoch). It continues at the state's `head`.
   */
  reset(state: LogState): void;
  /** Called when one of the above has thrown: the feed may lack messages. */
  failed?(error: unknown): void;
}

/** Documents to store by key; null deletes. */
export type KeptChanges = ReadonlyMap<string, string | null>;

/** Receives all documents, by key, after each change. */
export type KeptWatcher = (documents: ReadonlyMap<string, string>) => void;

/** Stores the logs. Methods may be called concurrently. */
export interface Store {
  /**
   * Stores the drafts of one tick in one atomic step. Where the engine limits a
   * step (Deno KV), a larger tick takes several, in order.
   *
   * A draft that cannot be stored, because of itself or its room, is rejected
   * alone: its receipt has the reason, and the others are stored. A draft whose
   * `(room, author, cid)` was stored within the last 10 minutes, even by an
   * earlier process, is not stored again; one stored more than 20 minutes ago
   * is. Changing the system clock affects this only for an earlier process'
   * messages. Each room's messages get contiguous seqs in the order of the
   * drafts. When this resolves, the messages survive a `kill -9`, and local
   * feeds have received them.
   *
   * A `from` or text is stored as well-formed Unicode without NUL, which not
   * every engine supports (`storable()` of drafts.ts). A room, author or cid
   * with other characters is rejected, since identities are never changed.
   *
   * A draft that `removes` a message deletes its text in the same step: it then
   * reads as {@linkcode blank} returns it. A message that is no longer kept
   * does not change.
   *
   * @returns One receipt per draft, in order.
   * @throws When the engine stores nothing. After a network error the result
   * may be unknown: retry with the same `cid`.
   */
  append(drafts: readonly Draft[]): Promise<Receipt[]>;

  /**
   * Starts to feed a room. The feed receives every message after the returned
   * `head`, and none before this resolves. One feed per room. Does not create a
   * room.
   */
  follow(room: string, feed: Feed): Promise<LogState>;

  /** Stops feeding a room. */
  unfollow(room: string): void;

  /**
   * Reads a part of a room's log. An unwritten room reads as empty and is not
   * created; its epoch is the one it will be created with.
   *
   * @returns At most `limit` messages, or fewer if their texts exceed
   * {@linkcode PAGE_CHARACTERS}: then those nearest to the given end of the
   * range, at least one. `first` is the oldest seq still kept.
   */
  read(room: string, range: Range): Promise<Page>;

  /**
   * Lists written rooms, ordered by the code points of their names.
   *
   * @param range The part to read; the first {@linkcode ROOMS_PAGE} by default.
   * The cost of a page does not depend on the number of rooms.
   */
  rooms(range?: RoomsRange): Promise<RoomSummary[]>;

  /**
   * Deletes a small part of what the retention allows to delete, and notifies
   * followers. A room without kept messages, without writes for
   * {@linkcode UNUSED_MS} and without known followers is deleted. If it is
   * created again, it gets a new epoch.
   *
   * @returns Whether to call it again soon rather than after a second.
   */
  trim(): Promise<boolean>;

  /**
   * Checks whether messages could be stored now, without storing any.
   *
   * @throws When they could not: {@linkcode OutOfReachError} if perhaps only
   * this node is affected.
   */
  check(): Promise<void>;

  /**
   * Stores small documents of about 1,000 characters by key, in one step. For
   * the little data that all nodes must know. When this resolves, the documents
   * survive a `kill -9`, and the local watcher has received them.
   *
   * @param changes By key, of at most 200 characters; null deletes. At most
   * {@linkcode MOST_KEPT}.
   */
  keep(changes: KeptChanges): Promise<void>;

  /**
   * Watches the documents. One watcher per store. Other nodes' changes may be
   * reported twice.
   *
   * @returns All current documents.
   */
  watchKept(changed: KeptWatcher): Promise<ReadonlyMap<string, string>>;

  /** Returns 32 random bytes, the same after restarts and on every node. */
  secret(): Promise<Uint8Array<ArrayBuffer>>;

  /** Flushes and frees everything. No calls are allowed afterwards. */
  close(): Promise<void>;
}

/** Rooms per page by default. */
export const ROOMS_PAGE = 1_000;

/** How long an empty room is kept after its last message in milliseconds:
 * returning clients learn how many messages they missed. */
export const UNUSED_MS = 24 * 60 * 60_000;

/** The message would create a room above the limit. */
export class RoomsFullError extends Error {
  override name = "RoomsFullError";

  /** @param most Maximum number of rooms. */
  constructor(readonly most: number) {
    super(`There are ${most} rooms already`);
  }
}

/**
 * The message would create a room and must not ({@linkcode Draft.makesRoom}).
 */
export class RoomNotMadeError extends Error {
  override name = "RoomNotMadeError";
}

/**
 * Returns why a message may not create a room.
 *
 * @param draft The message.
 * @param rooms The number of rooms and the limit.
 * @returns Undefined when it may.
 */
export function whyNotMade(
  { makesRoom }: Pick<Draft, "makesRoom">,
  { count, most }: { count: number; most: number },
): Error | undefined {
  if (makesRoom === "never") return new RoomNotMadeError("Nobody has written");
  if (makesRoom === "always" || count < most) return undefined;
  return new RoomsFullError(most);
}

/** How much of a log to keep. */
export interface Retention {
  /** Messages per room; at least 1. */
  readonly messages: number;
  /** Maximum age of a message in milliseconds; 0 means forever. */
  readonly ms: number;
}

/** Maximum characters of text per read, unless a single message is longer:
 * concurrent reads are in memory at the same time. */
export const PAGE_CHARACTERS = 256 * 1024;

/** Maximum documents per step, a limit of Deno KV. */
export const MOST_KEPT = 500;

/** Minimum time for which repeats are detected, in milliseconds; the maximum is
 * twice that. */
export const DEDUPE_MS = 10 * 60_000;

/** The shared engine does not answer this node. Other nodes may still reach it:
 * the network may be the cause. */
export class OutOfReachError extends Error {
  override name = "OutOfReachError";
}

/** A store that cannot be opened, explained in one line. */
export class StoreOpenError extends Error {
  override name = "StoreOpenError";
  /**
   * Whether somebody must change something, so that a restart does not help.
   */
  readonly lasting: boolean;

  /**
   * @param message What is wrong and what to do.
   * @param options The cause, and whether it is lasting (the default).
   */
  constructor(
    message: string,
    { lasting = true, ...options }: ErrorOptions & { lasting?: boolean } = {},
  ) {
    super(message, options);
    this.lasting = lasting;
  }
}
