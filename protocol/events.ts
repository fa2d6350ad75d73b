/**
 * What the server can tell clients; what these ask for stands in requests.ts.
 * Written as it travels in `hubbub.v1`, which is these objects, one JSON line
 * each.
 */

import type { ErrorCode } from "./errors.ts";
import type { Message } from "./message.ts";
import type { RequestId } from "./requests.ts";
import type { Right } from "./rights.ts";

/** Part of every event that can answer a request. */
interface Reply {
  readonly id?: RequestId | undefined;
}

/** What a client may do, so that it can say so before the server does. */
export interface Limits {
  /** Characters (code points) of a message. */
  readonly text: number;
  /** Messages a second; 0 is no limit. */
  readonly rate: number;
  /** Most messages of one history page. */
  readonly history: number;
  /** Seconds without a sign of life after which the server hangs up. */
  readonly idleSeconds: number;
}

/** Dialect `text` only: the server wants to know a name. */
export interface NameWantedEvent {
  readonly type: "name_wanted";
  /** Set when the one that was given could not be had. */
  readonly again?: true;
}

export interface WelcomeEvent extends Reply {
  readonly type: "welcome";
  /** Public name of the session; not a secret. */
  readonly session: string;
  readonly name: string;
  /** The session's secret: send it in the next hello to resume. */
  readonly token: string;
  /** The guest's secret: send it in every hello of the same person, on whatever
   * device. Absent where a signed token says who it is. */
  readonly guest?: string;
  /** Whether the session was taken up again within its grace period. */
  readonly resumed: boolean;
  readonly limits: Limits;
}

/** How much of what a returning reader missed it gets. */
export type Recovered = "full" | "partial" | "none";

export interface JoinedEvent extends Reply {
  readonly type: "joined";
  readonly room: string;
  readonly epoch: string;
  /** Seq of the newest message; 0 when there is none. */
  readonly head: number;
  /** The first message to come is this + 1. */
  readonly after: number;
  readonly recovered: Recovered;
  /** How many messages since the cursor are no longer kept. */
  readonly missed: number;
  readonly count: number;
  /** Names of everyone in the room, unless there are too many to list. */
  readonly members?: readonly string[];
  /** What one may do here. */
  readonly rights: readonly Right[];
  /** Moderators alone can write. */
  readonly locked?: true;
  /** Everybody else can write once in so many milliseconds. */
  readonly slowMs?: number;
  /** How long one has to wait for one's turn, milliseconds from now. */
  readonly waitMs?: number;
}

/** What holds in a room from now on. */
export interface RulesEvent {
  readonly type: "rules";
  readonly room: string;
  readonly locked: boolean;
  /** 0: no slow mode. */
  readonly slowMs: number;
  /** Set when one's own rights may have changed. */
  readonly rights?: readonly Right[];
}

/** All messages up to the head at the time of joining have been sent. */
export interface LiveEvent {
  readonly type: "live";
  readonly room: string;
}

export interface LeftEvent extends Reply {
  readonly type: "left";
  readonly room: string;
  /** Why, when one did not ask for it: `banned` or `forbidden`. */
  readonly code?: ErrorCode;
  readonly message?: string;
  /** When one may come back, milliseconds from now. */
  readonly retryAfterMs?: number | undefined;
}

export interface MessageEvent extends Message {
  readonly type: "message";
  /** Set on what was there before the reader joined. */
  readonly replay?: true;
}

/**
 * A run of messages that were stored together, for who asked for `batch`: the
 * first has seq `first`, the next `first + 1`, and so on.
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
 * Which of the messages that follow are one's own. Told to their author alone,
 * before a replay; to who has a token that says who it is also before live
 * ones, which may come from another connection.
 */
export interface OwnEvent {
  readonly type: "own";
  readonly room: string;
  /** In ascending order. */
  readonly seqs: readonly number[];
}

/** A message of a page of history. */
export interface PastMessage extends Omit<Message, "room"> {
  /** Set on one's own. */
  readonly own?: true;
}

export interface AckEvent extends Reply {
  readonly type: "ack";
  readonly room: string;
  readonly seq: number;
  readonly cid?: string | undefined;
  /** Set when it was a repeat; `seq` is that of the first. */
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
  /** Dialect `text` only: write their seqs before them. */
  readonly numbered?: true | undefined;
}

/**
 * Who came and went since the last one; or, with `members`, everyone who is
 * here now, which replaces all that was known.
 */
export interface PresenceEvent extends Reply {
  readonly type: "presence";
  readonly room: string;
  readonly joined?: readonly string[];
  readonly left?: readonly string[];
  /** Those of `left` and `joined` that are one person: `[old, new]`. */
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

/** Messages `from` to `to` fell off the log before they could be sent. */
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
  /** The publish it is about, when that had one. */
  readonly cid?: string | undefined;
}

/** The server is about to close this connection; come back after the wait. */
export interface ReconnectEvent {
  readonly type: "reconnect";
  readonly afterMs: number;
}

/** What a moderator asked for has been done. */
export interface DoneEvent extends Reply {
  readonly type: "done";
  /** In words; absent where the room is told anyway. */
  readonly message?: string | undefined;
}

export interface PongEvent extends Reply {
  readonly type: "pong";
}

/** Dialect `text` only: the commands. */
export interface HelpEvent {
  readonly type: "help";
}

/** Everything the server can tell. */
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
