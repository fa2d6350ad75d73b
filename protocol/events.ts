/**
 * The events that the server sends; requests.ts has the requests. `hubbub.v1`
 * sends these objects, one JSON line each.
 */

import type { ErrorCode } from "./errors.ts";
import type { Message } from "./message.ts";
import type { RequestId } from "./requests.ts";
import type { Right } from "./rights.ts";

/** Part of every event that can answer a request. */
interface Reply {
  readonly id?: RequestId | undefined;
}

/** Limits of the server, so that a client can check its input first. */
export interface Limits {
  /** Most characters (code points) of a message. */
  readonly text: number;
  /** Messages a second; 0 is no limit. */
  readonly rate: number;
  /** Most messages of one history page. */
  readonly history: number;
  /** Idle timeout: seconds without a sign of life. */
  readonly idleSeconds: number;
}

/** Dialect `text` only: asks for a name. */
export interface NameWantedEvent {
  readonly type: "name_wanted";
  /** Set when the name that was given was rejected. */
  readonly again?: true;
}

export interface WelcomeEvent extends Reply {
  readonly type: "welcome";
  /** Public name of the session; not a secret. */
  readonly session: string;
  readonly name: string;
  /** The resume token: send it in the next hello to resume. */
  readonly token: string;
  /** The guest's secret: send it in every hello of the same person, on any
   * device. Absent with an access token that names a user. */
  readonly guest?: string;
  /** The name that the token states, where somebody else's token states it too:
   * `name` is a free one like it. */
  readonly taken?: string;
  /** Whether the session was resumed within its grace period. */
  readonly resumed: boolean;
  readonly limits: Limits;
}

/** How much of the missed messages a reader gets after a reconnect. */
export type Recovered = "full" | "partial" | "none";

export interface JoinedEvent extends Reply {
  readonly type: "joined";
  readonly room: string;
  readonly epoch: string;
  /** Seq of the newest message; 0 when there is none. */
  readonly head: number;
  /** The first message that follows is this + 1. */
  readonly after: number;
  readonly recovered: Recovered;
  /** Number of messages after the cursor that are no longer kept. */
  readonly missed: number;
  readonly count: number;
  /** Names of all members; absent in a large room. */
  readonly members?: readonly string[];
  /** The client's rights in the room. */
  readonly rights: readonly Right[];
  /** Only moderators can write. */
  readonly locked?: true;
  /** Slow mode: milliseconds between two messages of a client. */
  readonly slowMs?: number;
  /** Remaining wait of slow mode, milliseconds from now. */
  readonly waitMs?: number;
}

/** The rules of a room have changed. */
export interface RulesEvent {
  readonly type: "rules";
  readonly room: string;
  readonly locked: boolean;
  /** 0: no slow mode. */
  readonly slowMs: number;
  /** Set when the client's rights may have changed. */
  readonly rights?: readonly Right[];
}

/** The replay is complete: all messages up to the head at joining are sent. */
export interface LiveEvent {
  readonly type: "live";
  readonly room: string;
}

export interface LeftEvent extends Reply {
  readonly type: "left";
  readonly room: string;
  /** Set when the client did not ask to leave: `banned` or `forbidden`. */
  readonly code?: ErrorCode;
  readonly message?: string;
  /** When the client may join again, milliseconds from now. */
  readonly retryAfterMs?: number | undefined;
}

export interface MessageEvent extends Message {
  readonly type: "message";
  /** Set on messages stored before the reader joined. */
  readonly replay?: true;
}

/**
 * A run of messages that were stored together, for clients that ask for
 * `batch`. The first has seq `first`, the next `first + 1`, and so on.
 */
export interface MessagesEvent {
  readonly type: "messages";
  readonly room: string;
  readonly first: number;
  readonly at: number;
  readonly replay?: true;
  readonly items: readonly MessageItem[];
}

/** One message of a run. */
export type MessageItem =
  | readonly [from: string, text: string]
  | readonly [from: string, text: string, cid: string];

/**
 * Marks which of the next messages are the client's own. Only their author gets
 * it: before a replay, and before live messages of its other connections.
 */
export interface OwnEvent {
  readonly type: "own";
  readonly room: string;
  /** In ascending order. */
  readonly seqs: readonly number[];
}

/** A message of a page of history. */
export interface PastMessage extends Omit<Message, "room"> {
  /** Set on the client's own messages. */
  readonly own?: true;
}

export interface AckEvent extends Reply {
  readonly type: "ack";
  readonly room: string;
  readonly seq: number;
  readonly cid?: string | undefined;
  /** Set on a repeat; `seq` is that of the first. */
  readonly duplicate?: true | undefined;
}

export interface HistoryEvent extends Reply {
  readonly type: "history";
  readonly room: string;
  readonly epoch: string;
  /** Oldest seq the room still keeps; `head + 1` when it keeps none. */
  readonly first: number;
  readonly head: number;
  /** In ascending order. */
  readonly messages: readonly PastMessage[];
  /** Dialect `text` only: show the seq before each message. */
  readonly numbered?: true | undefined;
}

/**
 * Joins and leaves since the last presence event; or, with `members`, the whole
 * member list, which replaces any earlier one.
 */
export interface PresenceEvent extends Reply {
  readonly type: "presence";
  readonly room: string;
  readonly joined?: readonly string[];
  readonly left?: readonly string[];
  /** Pairs of `left` and `joined` that are the same person: `[old, new]`. */
  readonly renamed?: readonly (readonly [string, string])[];
  readonly members?: readonly string[];
  readonly count: number;
  /** Set on the answer to `who`. */
  readonly asked?: true;
}

export interface TypingEvent {
  readonly type: "typing";
  readonly room: string;
  readonly from: string;
}

export interface AuthorizedEvent extends Reply {
  readonly type: "authorized";
  /** When the token expires, milliseconds since 1970; absent for never. */
  readonly until?: number | undefined;
}

export interface RenamedEvent extends Reply {
  readonly type: "renamed";
  readonly name: string;
}

/** Messages `from` to `to` were deleted before they could be sent. */
export interface GapEvent {
  readonly type: "gap";
  readonly room: string;
  readonly from: number;
  readonly to: number;
}

export interface ErrorEvent extends Reply {
  readonly type: "error";
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly suggestion?: string | undefined;
  /** The `cid` of the publish that failed, if it had one. */
  readonly cid?: string | undefined;
}

/** The server closes this connection soon; reconnect after the wait. */
export interface ReconnectEvent {
  readonly type: "reconnect";
  readonly afterMs: number;
}

/** A moderation request has been carried out. */
export interface DoneEvent extends Reply {
  readonly type: "done";
  /** The result in words; absent when the room gets an event anyway. */
  readonly message?: string | undefined;
}

export interface PongEvent extends Reply {
  readonly type: "pong";
}

/** Dialect `text` only: the list of commands. */
export interface HelpEvent {
  readonly type: "help";
}

/** Every event of the server. */
export type ServerEvent =
  | NameWantedEvent
  | WelcomeEvent
  | JoinedEvent
  | LiveEvent
  | RulesEvent
  | LeftEvent
  | MessageEvent
  | MessagesEvent
  | OwnEvent
  | AckEvent
  | HistoryEvent
  | PresenceEvent
  | TypingEvent
  | AuthorizedEvent
  | RenamedEvent
  | GapEvent
  | ErrorEvent
  | ReconnectEvent
  | DoneEvent
  | PongEvent
  | HelpEvent;
