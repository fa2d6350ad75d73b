/**
 * What users of the client see of a room: its messages, events and methods.
 * Types only; `hubbub.ts` is the module to import.
 */

import type { Recovered } from "../../protocol/events.ts";
import type { Cursor, Message } from "../../protocol/message.ts";
import type { PresenceChanges } from "../../protocol/presence.ts";
import type { ModerationRequest } from "../../protocol/requests.ts";
import type { Right } from "../../protocol/rights.ts";
import type { ClientError } from "../errors.ts";

/** A message as a room's listener gets it: in order, each seq once. */
export interface RoomMessage extends Message {
  /** Whether it is older than the moment of joining. */
  readonly replay: boolean;
  /**
   * Whether one has sent it oneself: with this session, also under another
   * name or before a reload; or as the user of the same token, from anywhere.
   */
  readonly mine: boolean;
}

/** How far one publish has got. */
export type OutgoingState =
  | { readonly phase: "pending" }
  | { readonly phase: "sent"; readonly seq: number }
  | { readonly phase: "failed"; readonly error: ClientError };

/** One message on its way from here. */
export interface Outgoing {
  /** Its id; comes back with the room's message. */
  readonly cid: string;
  readonly room: string;
  readonly text: string;
  /** When it was published, milliseconds since 1970. */
  readonly at: number;
  readonly state: OutgoingState;
  /**
   * Resolves when it is sent or has failed, and never rejects: look at `phase`,
   * and at `error` where that is `failed`. A message beyond
   * `ConnectOptions.outboxLimit` fails at once, with `outbox_full`; it is sent
   * only when it is tried again. After `retry()` read it anew: there is a new
   * one.
   */
  readonly done: Promise<OutgoingState>;
}

/** Messages that are no longer kept and so will never come. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** How many there were. */
  readonly missed: number;
}

/** A room was joined, for the first time or again. */
export interface Joined {
  /** Whether this room had been joined before in this client's life. */
  readonly again: boolean;
  readonly recovered: Recovered;
  /** How many messages since the last one seen are no longer kept. */
  readonly missed: number;
  /** Messages behind `after` up to `head` follow as replay. */
  readonly after: number;
  readonly head: number;
}

/** What one may do in a room, and what holds there for those who may not
 * moderate. */
export interface Rules {
  readonly rights: readonly Right[];
  /** Nobody else can write. */
  readonly locked: boolean;
  /** Everybody else can write once in so many milliseconds; 0: at any time. */
  readonly slowMs: number;
  /** How long one had to wait for one's turn when the room was joined,
   * milliseconds; absent when other rules came later. */
  readonly waitMs?: number;
}

/**
 * What keeps order: `remove` (also messages of one's own), `kick`, `ban`,
 * `unban`, `lock`, `slow` or `announce`. It is about this room, but where it
 * says `room: "*"`: about all of them.
 */
export type Moderation = ModerationRequest extends infer R
  ? R extends ModerationRequest ? Omit<R, "id" | "room"> & { room?: "*" }
  : never
  : never;

/** Who came and went. */
export interface Presence extends PresenceChanges {
  /**
   * Set when everything that was known has been replaced (on joining, or after
   * having been slow): not worth a line for each name.
   */
  readonly snapshot: boolean;
  /** How many people are here now. */
  readonly count: number;
}

/** A page of a room's history. */
export interface HistoryPage {
  /** Ascending by seq. */
  readonly messages: readonly RoomMessage[];
  /** Oldest seq the room still keeps; `head + 1` when it keeps none. */
  readonly first: number;
  readonly head: number;
  /** Whether there is something older than this page. */
  readonly older: boolean;
}

/** Which page: older than `before`, newer than `after`, or the newest. */
export interface HistoryOptions {
  readonly before?: number;
  readonly after?: number;
  /** How many messages; the server has its own upper limit. */
  readonly limit?: number;
}

/** What a room tells its listeners, by name of the event. */
export interface RoomEvents {
  /** Joined, at first or again; messages follow. */
  joined: Joined;
  /** Joining was refused for good, or one has had to go: see the error. */
  refused: ClientError;
  /** The next message, in order, each seq once. One with `removes` says that an
   * earlier one is gone, of which `removed` is told first. */
  message: RoomMessage;
  /** The text of this message is gone, and must not be shown any more. */
  removed: { readonly seq: number };
  /** Other rules hold, or one may do something else. Also after `joined`. */
  rules: Rules;
  /** All messages up to the head at the time of joining have come. */
  live: undefined;
  /** Some messages will never come. Precedes the next message. */
  gap: Gap;
  /**
   * The room's log began anew (wiped or lost): what was shown belongs to
   * another life of the room. Precedes `joined`.
   */
  reset: undefined;
  /** `members` or `count` changed. */
  presence: Presence;
  /** Somebody is typing, as of now. */
  typing: { readonly from: string };
  /** A publish changed its state; also once when it is new. */
  outgoing: Outgoing;
}

/** One room, as one reader sees it. */
export interface Room {
  /** The room's one spelling. */
  readonly name: string;
  /** `joining` also while the connection is away. */
  readonly phase: "joining" | "joined" | "refused" | "left";
  /** The last message seen; undefined before the first joining. */
  readonly cursor: Cursor | undefined;
  /** Who is here, sorted; empty when there are too many to list. */
  readonly members: readonly string[];
  /** How many are here; 0 before joining. */
  readonly count: number;
  /** What one may do here; nothing is known of it before joining. */
  readonly rules: Rules | undefined;
  /** Pending and failed publishes of this room, in the order of publishing. */
  readonly outgoing: readonly Outgoing[];
  /**
   * Sends a message, now or as soon as there is a connection, again and again
   * with the same cid until the server has it.
   *
   * @param text The message.
   * @returns What became of it. When too many wait already it has failed with
   * `outbox_full` and was never sent; it is not in `outgoing` then.
   */
  publish(text: string): Outgoing;
  /**
   * Tries a failed publish again, under the same cid.
   *
   * @returns Whether there was such a failed publish.
   */
  retry(cid: string): boolean;
  /**
   * Forgets a failed publish.
   *
   * @returns Whether there was such a failed publish.
   */
  discard(cid: string): boolean;
  /**
   * Reads a page of history.
   *
   * @throws {ClientError} As a rejection: the server's, or `disconnected`.
   */
  history(options?: HistoryOptions): Promise<HistoryPage>;
  /**
   * Keeps order.
   *
   * @param act Such as `{ type: "kick", name: "Eve" }`.
   * @returns What was done in the server's words, where the room is not told.
   * @throws {ClientError} As a rejection: `forbidden`, `not_found`,
   * `disconnected` and others.
   */
  moderate(act: Moderation): Promise<string | undefined>;
  /** Tells the others that one is typing; at most once in two seconds. */
  typing(): void;
  /** Leaves the room; its pending publishes fail with `closed`. */
  leave(): void;
  /**
   * Listens.
   *
   * @returns Stops listening.
   */
  on<E extends keyof RoomEvents>(
    event: E,
    listener: (value: RoomEvents[E]) => void,
  ): () => void;
}
