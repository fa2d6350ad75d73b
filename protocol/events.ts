/**
 * What clients can ask for and what the server can tell them: the vocabulary
 * that all dialects translate to and from. Written as it travels in
 * `hubbub.v1`, which is these objects, one JSON line each.
 */

import type { ErrorCode } from "./errors.ts";
import type { Cursor, Message } from "./message.ts";
import type { Right } from "./rights.ts";

/** An id a client gives a request; its reply echoes it. */
export type RequestId = string | number;

/** Part of every request. */
interface Request {
  readonly id?: RequestId | undefined;
}

export interface HelloRequest extends Request {
  readonly type: "hello";
  readonly name?: string | undefined;
  /** The secret of an earlier welcome, to take that session up again. */
  readonly token?: string | undefined;
  /** A signed token, where the server asks for one. */
  readonly auth?: string | undefined;
  /** Get `messages` instead of `message`: runs of messages, fewer bytes. */
  readonly batch?: boolean | undefined;
}

export interface JoinRequest extends Request {
  readonly type: "join";
  readonly room: string;
  /** Resume behind this cursor instead of replaying the newest messages. */
  readonly since?: Cursor | undefined;
  /** How many messages to replay when nothing is resumed. */
  readonly limit?: number | undefined;
  /** Leave every other room: for dialects that know one room at a time. */
  readonly only?: true | undefined;
}

export interface LeaveRequest extends Request {
  readonly type: "leave";
  readonly room: string;
}

export interface PublishRequest extends Request {
  readonly type: "publish";
  /** Absent in dialects that know one room at a time: the room one is in. */
  readonly room?: string | undefined;
  readonly text: string;
  /** The sender's own id for it: a repeat with the same one is dropped. */
  readonly cid?: string | undefined;
}

export interface HistoryRequest extends Request {
  readonly type: "history";
  readonly room?: string | undefined;
  /** The newest messages with a smaller seq. Newest of all when absent. */
  readonly before?: number | undefined;
  /** The oldest messages with a larger seq. */
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  /** Dialect `text` only: write their seqs before the messages. */
  readonly numbered?: true | undefined;
}

export interface WhoRequest extends Request {
  readonly type: "who";
  readonly room?: string | undefined;
}

export interface TypingRequest extends Request {
  readonly type: "typing";
  readonly room: string;
}

export interface RenameRequest extends Request {
  readonly type: "rename";
  readonly name: string;
}

/** A newer token for a session that has begun. */
export interface AuthRequest extends Request {
  readonly type: "auth";
  readonly token: string;
}

/** Takes a message's text away, for ever: one's own, or as a moderator. */
export interface RemoveRequest extends Request {
  readonly type: "remove";
  readonly room?: string | undefined;
  readonly seq: number;
}

/** Sends somebody away, who may come back after a minute. */
export interface KickRequest extends Request {
  readonly type: "kick";
  /** `*`: from the whole server. */
  readonly room?: string | undefined;
  readonly name: string;
  readonly reason?: string | undefined;
}

/** Who is meant by a ban: one of these. */
export interface BanSubject {
  readonly name?: string | undefined;
  /** The `sub` of a token. */
  readonly user?: string | undefined;
  /** An IP address; of an IPv6 address the network, its first 64 bits. */
  readonly address?: string | undefined;
}

/** Keeps somebody out for a time. */
export interface BanRequest extends Request {
  readonly type: "ban";
  /** `*`: the whole server. */
  readonly room?: string | undefined;
  readonly name?: string | undefined;
  /** The `sub` of a token. */
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  /** Keep out all from the address as well that who has the name is at. */
  readonly withAddress?: boolean | undefined;
  readonly forMs: number;
  readonly reason?: string | undefined;
}

export interface UnbanRequest extends Request {
  readonly type: "unban";
  readonly room?: string | undefined;
  readonly name?: string | undefined;
  readonly user?: string | undefined;
  readonly address?: string | undefined;
}

/** Lets moderators alone write, or everybody again. */
export interface LockRequest extends Request {
  readonly type: "lock";
  readonly room?: string | undefined;
  readonly locked: boolean;
}

/** Lets everybody write once in a while; 0: at any time again. */
export interface SlowRequest extends Request {
  readonly type: "slow";
  readonly room?: string | undefined;
  readonly everyMs: number;
}

/** Says something to all that is shown as something special. */
export interface AnnounceRequest extends Request {
  readonly type: "announce";
  /** `*`: in all rooms that somebody is in. */
  readonly room?: string | undefined;
  readonly text: string;
}

/** What keeps order in a room; but for one's own messages it takes the right
 * to moderate. */
export type ModerationRequest =
  | RemoveRequest
  | KickRequest
  | BanRequest
  | UnbanRequest
  | LockRequest
  | SlowRequest
  | AnnounceRequest;

export interface PingRequest extends Request {
  readonly type: "ping";
}

/** Words for people who ask what they can do; only dialect `text` has it. */
export interface HelpRequest extends Request {
  readonly type: "help";
}

/** Leave and close. */
export interface QuitRequest extends Request {
  readonly type: "quit";
}

/** Everything a client can ask for. */
export type ClientRequest =
  | HelloRequest
  | JoinRequest
  | LeaveRequest
  | PublishRequest
  | HistoryRequest
  | WhoRequest
  | TypingRequest
  | RenameRequest
  | AuthRequest
  | ModerationRequest
  | PingRequest
  | HelpRequest
  | QuitRequest;

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
  readonly messages: readonly Omit<Message, "room">[];
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
