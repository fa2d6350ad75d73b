/**
 * The public types of a room: its messages, events and methods. Import
 * `hubbub.ts` instead of this module.
 */

import type { Recovered } from "../../protocol/events.ts";
import type { Cursor, Message } from "../../protocol/message.ts";
import type { PresenceChanges } from "../../protocol/presence.ts";
import type { ModerationRequest } from "../../protocol/requests.ts";
import type { Right } from "../../protocol/rights.ts";
import type { ClientError } from "../errors.ts";

/** A message as a room's listener gets it: in order, each seq once. */
export interface RoomMessage extends Message {
  /** Whether the message was stored before the client joined the room. */
  readonly replay: boolean;
  /**
   * Whether this user sent the message: from this session (also under an
   * earlier name or before a reload), or from any client with the same `sub`.
   */
  readonly mine: boolean;
}

/** The state of a published message. */
export type OutgoingState =
  | { readonly phase: "pending" }
  | { readonly phase: "sent"; readonly seq: number }
  | { readonly phase: "failed"; readonly error: ClientError };

/** A message that this client publishes. */
export interface Outgoing {
  /** The client's id for the message; the room's message has the same. */
  readonly cid: string;
  readonly room: string;
  readonly text: string;
  /** When it was published, milliseconds since 1970. */
  readonly at: number;
  readonly state: OutgoingState;
  /**
   * Resolves when the message is sent or has failed; never rejects. If `phase`
   * is `failed`, `error` says why. A message over `ConnectOptions.outboxLimit`
   * fails at once with `outbox_full` and is not sent. `retry()` replaces this
   * promise: read the property again.
   */
  readonly done: Promise<OutgoingState>;
}

/** A range of messages that the server has deleted before this client read it. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** The number of messages in the range. */
  readonly missed: number;
}

/** The result of a join, or of a rejoin after a reconnect. */
export interface Joined {
  /** Whether this client had joined the room before. */
  readonly again: boolean;
  readonly recovered: Recovered;
  /** The number of messages after the cursor that the server has deleted. */
  readonly missed: number;
  /** The server replays the messages with a seq over `after`, up to `head`. */
  readonly after: number;
  readonly head: number;
}

/** This user's rights in a room, and the limits for users without the right to
 * moderate. */
export interface Rules {
  readonly rights: readonly Right[];
  /** Whether only moderators can write. */
  readonly locked: boolean;
  /** Slow mode: the least time between two messages of a user, milliseconds; 0
   * is off. */
  readonly slowMs: number;
  /** The slow-mode wait left when the room was joined, milliseconds; absent
   * after the rules have changed. */
  readonly waitMs?: number;
}

/**
 * A moderation action: `remove`, `kick`, `ban`, `unban`, `lock`, `slow` or
 * `announce`. It applies to this room, or to all rooms with `room: "*"`. Every
 * user can remove their own messages.
 */
export type Moderation = ModerationRequest extends infer R
  ? R extends ModerationRequest ? Omit<R, "id" | "room"> & { room?: "*" }
  : never
  : never;

/** A change of a room's members. */
export interface Presence extends PresenceChanges {
  /**
   * Whether the server sent the full list (after a join, or because this reader
   * was slow). A user interface should then not report each name.
   */
  readonly snapshot: boolean;
  /** The number of members. */
  readonly count: number;
}

/** A page of a room's history. */
export interface HistoryPage {
  /** Ascending by seq. */
  readonly messages: readonly RoomMessage[];
  /** The oldest seq that the server keeps; `head + 1` if it keeps none. */
  readonly first: number;
  readonly head: number;
  /** Whether the server keeps messages older than this page. */
  readonly older: boolean;
}

/** Selects a page: older than `before`, newer than `after`, or the newest. */
export interface HistoryOptions {
  readonly before?: number;
  readonly after?: number;
  /** The number of messages; the server has an upper limit. */
  readonly limit?: number;
}

/** The events of a room, by name. */
export interface RoomEvents {
  /** The client joined or rejoined the room; messages follow. */
  joined: Joined;
  /** The server rejected the join, or removed this user from the room. The
   * client does not try again. */
  refused: ClientError;
  /** The next message, in order, each seq once. A message with `removes` is the
   * removal of an earlier one; the `removed` event precedes it. */
  message: RoomMessage;
  /** A message was removed; stop showing its text. */
  removed: { readonly seq: number };
  /** The rules or this user's rights changed. Also emitted after `joined`. */
  rules: Rules;
  /** The replay is complete; new messages follow. */
  live: undefined;
  /** The server has deleted some messages. Precedes the next message. */
  gap: Gap;
  /**
   * The room's log was reset (wiped or lost): messages received before are no
   * longer part of it. Precedes `joined`.
   */
  reset: undefined;
  /** `members` or `count` changed. */
  presence: Presence;
  /** A member is typing. */
  typing: { readonly from: string };
  /** A published message is new, or changed its state. */
  outgoing: Outgoing;
}

/** A room that the client has joined or is joining. */
export interface Room {
  /** The room's normalized name. */
  readonly name: string;
  /** `joining` also while the client is disconnected. */
  readonly phase: "joining" | "joined" | "refused" | "left";
  /** The position of the last message read; undefined before the first join. */
  readonly cursor: Cursor | undefined;
  /** The members' names, sorted; empty if there are too many to list. */
  readonly members: readonly string[];
  /** The number of members; 0 before the first join. */
  readonly count: number;
  /** This user's rights and the room's limits; undefined before the first
   * join. */
  readonly rules: Rules | undefined;
  /** Pending and failed messages of this room, in the order of publishing. */
  readonly outgoing: readonly Outgoing[];
  /**
   * Publishes a message, now or after the next connect. The client retries with
   * the same cid until the server acks or rejects the message; the server
   * deduplicates by cid.
   *
   * @param text The message.
   * @returns The message and its state. If the outbox is full, the message has
   * failed with `outbox_full`; it is not sent and not in `outgoing`.
   */
  publish(text: string): Outgoing;
  /**
   * Publishes a failed message again, with the same cid.
   *
   * @returns Whether a failed message with this cid existed.
   */
  retry(cid: string): boolean;
  /**
   * Deletes a failed message from the outbox.
   *
   * @returns Whether a failed message with this cid existed.
   */
  discard(cid: string): boolean;
  /**
   * Reads a page of history.
   *
   * @throws {ClientError} Rejects with the server's error, or `disconnected`.
   */
  history(options?: HistoryOptions): Promise<HistoryPage>;
  /**
   * Performs a moderation action.
   *
   * @param act Such as `{ type: "kick", name: "Eve" }`.
   * @returns The server's description of the result, if the room gets no
   * message about it.
   * @throws {ClientError} Rejects with `forbidden`, `not_found`, `disconnected`
   * and others.
   */
  moderate(act: Moderation): Promise<string | undefined>;
  /** Sends a typing event to the other members, at most every 2 seconds. */
  typing(): void;
  /** Leaves the room; its pending messages fail with `closed`. */
  leave(): void;
  /**
   * Adds a listener.
   *
   * @returns A function that removes the listener.
   */
  on<E extends keyof RoomEvents>(
    event: E,
    listener: (value: RoomEvents[E]) => void,
  ): () => void;
}
