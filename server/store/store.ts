/**
 * The store interface: keeps the rooms' logs, numbers messages, drops repeats,
 * and feeds stored messages to followers. tests/store/contract.ts tests the
 * contract for every adapter.
 */

import type { Message } from "../../protocol/message.ts";

/** A message on its way into the store. */
export interface Draft {
  readonly room: string;
  readonly from: string;
  readonly text: string;
  /** Who sent it, in the long run: what `cid` is unique for. */
  readonly author: string;
  readonly cid?: string | undefined;
  /** Seq of a message of the same room, whose text the store forgets in the
   * same step. */
  readonly removes?: number | undefined;
  readonly announcement?: true | undefined;
  /** Whether it makes its room, where nobody has written to it before:
   * `never`; `always`, also where there are as many rooms as there may be. */
  readonly makesRoom?: "never" | "always" | undefined;
}

/** A message as the store has it. */
export interface StoredMessage extends Message {
  readonly author: string;
}

/** What became of one draft. */
export interface Receipt {
  /** Its place in the log; 0 when it was refused. */
  readonly seq: number;
  /** It was a repeat; `seq` is that of the first. */
  readonly duplicate: boolean;
  /** Why this one was not stored, while others of its tick could be. */
  readonly refused?: Error;
}

/** The receipt of a draft that was not stored. */
export function refusedFor(reason: unknown): Receipt {
  const refused = reason instanceof Error ? reason : new Error(String(reason));
  return { seq: 0, duplicate: false, refused };
}

/**
 * Makes sure that all drafts of an append were stored.
 *
 * @param receipts What came of them.
 * @throws The reason why the first one that was refused was.
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

/** What is told of a room before anything is known of it. */
export const NO_LOG: LogState = { epoch: "", first: 1, head: 0 };

/** Which part of a log to read. */
export type Range =
  /** The oldest messages with a larger seq. */
  | { readonly after: number; readonly limit: number }
  /** The newest messages with a smaller seq; `Infinity` for the newest of all. */
  | { readonly before: number; readonly limit: number };

/** A part of a log, ascending, with the state it was read in. */
export interface Page extends LogState {
  readonly messages: readonly StoredMessage[];
}

/** What a list of rooms says of each. */
export interface RoomSummary {
  readonly room: string;
  readonly head: number;
  /** When the newest message was stored, also when it is no longer kept. */
  readonly at: number;
}

/** Which part of the list of rooms to read. */
export interface RoomsRange {
  /** The rooms behind this name; all of them behind an empty one. */
  readonly after: string;
  readonly limit: number;
}

/** Gets what was stored in one room, in order, each message once. A feed that
 * throws harms nobody else: it is told so. */
export interface Feed {
  /** The next messages: the first one's seq is the last one's before, plus 1. */
  append(messages: readonly StoredMessage[]): void;
  /** The store no longer keeps what is older than `first`. */
  trimmed(first: number): void;
  /**
   * The feed cannot go on from where it was: the log was lost and this is the
   * state of its next life, or this node was away for longer than messages are
   * kept, and the epoch is the same. It goes on from the state's `head`.
   */
  reset(state: LogState): void;
  /** One of the above has thrown: it may lack messages from now on. */
  failed?(error: unknown): void;
}

/** Small documents to be kept, by key; null: none any more. */
export type KeptChanges = ReadonlyMap<string, string | null>;

/** Gets all kept documents, by key, whenever one of them has changed. */
export type KeptWatcher = (documents: ReadonlyMap<string, string>) => void;

/** Keeps the logs. All methods may be called before earlier calls have ended. */
export interface Store {
  /**
   * Stores what one tick brought, in one atomic step. Where an engine bounds
   * what a step may hold (Deno KV), a larger tick takes several, in the order of
   * the drafts. A draft that cannot be stored (what is wrong may be its own or
   * its room's) is refused alone: its receipt says why, nothing of it is stored,
   * and the others are stored as if it had not been there. A draft
   * whose `(room, author, cid)` was stored within the last 10 minutes,
   * also by an earlier process, is not stored again; one that was stored more
   * than 20 minutes ago is. A clock that is set changes that only where an
   * earlier process' dates are all there is to go by. Each room's messages get
   * the next seqs without a hole, in the order of the drafts. When this
   * resolves the messages survive a `kill -9`, and a local feed has had them.
   *
   * A `from` or text is stored as well-formed Unicode without NUL, which not
   * every engine takes (`storable()` of drafts.ts); a room, an author or a cid that
   * is not is refused, since what tells people apart is never changed.
   *
   * A draft that `removes` a message takes its text away in the same step: from
   * then on that one reads as {@linkcode blank} makes it. One that is no longer
   * kept stays as it is.
   *
   * @returns One receipt a draft, in the same order.
   * @throws When the engine takes nothing at all. A network may leave open
   * whether it did: a repeat with the same `cid` tells.
   */
  append(drafts: readonly Draft[]): Promise<Receipt[]>;

  /**
   * Starts to feed a room. Every message with a seq beyond the returned `head`
   * comes to the feed, none before this resolves. One feed a room. A room that
   * nobody has written to is not made by this: nothing of it is in the store.
   */
  follow(room: string, feed: Feed): Promise<LogState>;

  /** Stops to feed a room. */
  unfollow(room: string): void;

  /**
   * Reads a part of a room's log. A room that nobody has written to reads as
   * empty and is not made; its epoch is the one that it will be made with.
   *
   * @returns At most `limit` messages, and fewer when their texts come to more
   * than {@linkcode PAGE_CHARACTERS}: then those nearest to the given end of the
   * range, at least one. `first` tells what is no longer kept.
   */
  read(room: string, range: Range): Promise<Page>;

  /**
   * The rooms that somebody has written to, in the order of their names'
   * characters (code points).
   *
   * @param range Which of them; the first {@linkcode ROOMS_PAGE} if it is not
   * said. A page costs no more where there are more rooms.
   */
  rooms(range?: RoomsRange): Promise<RoomSummary[]>;

  /**
   * Forgets a small part of what the retention no longer wants, and tells those
   * who follow the room. A room of which nothing is kept, to which nobody has
   * written for {@linkcode UNUSED_MS}, and which nobody follows as far as is
   * known, goes as a whole. When it is made again, it has another epoch.
   *
   * @returns Whether so much is left that it should be called again soon, not
   * in a second only.
   */
  trim(): Promise<boolean>;

  /**
   * Tries whether messages could be stored now, without storing any.
   *
   * @throws When they could not: {@linkcode OutOfReachError} when perhaps this
   * node alone cannot.
   */
  check(): Promise<void>;

  /**
   * Keeps small documents, of some 1,000 characters, in place of those there
   * were under their keys, in one step. For what all nodes must know: there are
   * few of these. When this resolves they survive a `kill -9`, and a local
   * watcher has had them.
   *
   * @param changes By key, of at most 200 characters; null to keep none. At
   * most {@linkcode MOST_KEPT}.
   */
  keep(changes: KeptChanges): Promise<void>;

  /**
   * Begins to tell of the kept documents. One watcher a store. What another
   * node keeps is told as soon as this one hears of it, sometimes twice.
   *
   * @returns All there are now.
   */
  watchKept(changed: KeptWatcher): Promise<ReadonlyMap<string, string>>;

  /** 32 random bytes that are the same in every life and on every node. */
  secret(): Promise<Uint8Array<ArrayBuffer>>;

  /** Flushes and frees everything. No method is called afterwards. */
  close(): Promise<void>;
}

/** Rooms of a page when no number is asked for. */
export const ROOMS_PAGE = 1_000;

/** How long a room of which nothing is kept is remembered after its last
 * message, milliseconds: who comes back within that time is told how much is
 * gone. */
export const UNUSED_MS = 24 * 60 * 60_000;

/** There are as many rooms as there may be, and this message would make one. */
export class RoomsFullError extends Error {
  override name = "RoomsFullError";

  /** @param most How many there may be. */
  constructor(readonly most: number) {
    super(`There are ${most} rooms already`);
  }
}

/** A message that would make a room and must not ({@linkcode Draft.makesRoom}). */
export class RoomNotMadeError extends Error {
  override name = "RoomNotMadeError";
}

/**
 * Why a message may not make a room.
 *
 * @param draft The message.
 * @param rooms How many there are, and may be.
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

/** How much of a log is kept. */
export interface Retention {
  /** Messages a room; at least 1. */
  readonly messages: number;
  /** Milliseconds a message; 0 is for ever. */
  readonly ms: number;
}

/** Characters of text that one read gives, unless a single message has more:
 * many readers may read at once, and what they read is in memory at once. */
export const PAGE_CHARACTERS = 256 * 1024;

/** Documents that are kept in one step: Deno KV takes no more. */
export const MOST_KEPT = 500;

/** For how long a repeat is known as one at least, milliseconds; twice as long
 * at most. */
export const DEDUPE_MS = 10 * 60_000;

/** The engine that a store shares with those of other nodes is not answered by,
 * and nothing tells that they are not answered either: it may be the way to it
 * that is broken. */
export class OutOfReachError extends Error {
  override name = "OutOfReachError";
}

/** A store that cannot be opened, told in one line to who starts the server. */
export class StoreOpenError extends Error {
  override name = "StoreOpenError";
  /** Whether it stays so until somebody changes something: to start again is of
   * no use then. */
  readonly lasting: boolean;

  /**
   * @param message What is wrong and what to do.
   * @param options Its cause, and whether it lasts, which is the default.
   */
  constructor(
    message: string,
    { lasting = true, ...options }: ErrorOptions & { lasting?: boolean } = {},
  ) {
    super(message, options);
    this.lasting = lasting;
  }
}
