/**
 * The requests of clients. All dialects translate to these and to the events of
 * events.ts. `hubbub.v1` sends these objects, one JSON line each.
 */

import type { Cursor } from "./message.ts";

/** An id that a client may set on a request; the reply has the same id. */
export type RequestId = string | number;

/** Part of every request. */
interface Request {
  readonly id?: RequestId | undefined;
}

export interface HelloRequest extends Request {
  readonly type: "hello";
  readonly name?: string | undefined;
  /** The resume token of an earlier welcome. */
  readonly token?: string | undefined;
  /** The guest secret of an earlier welcome: this device or tab belongs to the
   * same person. Ignored with an access token that names a user. */
  readonly guest?: string | undefined;
  /** An access token, if the server requires one. */
  readonly auth?: string | undefined;
  /** Request `messages` events instead of `message`: fewer bytes. */
  readonly batch?: boolean | undefined;
}

export interface JoinRequest extends Request {
  readonly type: "join";
  readonly room: string;
  /** Resume after this cursor instead of replaying the newest messages. */
  readonly since?: Cursor | undefined;
  /** Number of messages to replay without a resume. */
  readonly limit?: number | undefined;
  /** Leave every other room: for dialects with one room at a time. */
  readonly only?: true | undefined;
}

export interface LeaveRequest extends Request {
  readonly type: "leave";
  readonly room: string;
}

export interface PublishRequest extends Request {
  readonly type: "publish";
  /** Absent in dialects with one room at a time: the current room. */
  readonly room?: string | undefined;
  readonly text: string;
  /** The sender's id for deduplication: the server drops repeats. */
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
  /** Dialect `text` only: show the seq before each message. */
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

/** Renews the access token of a session. */
export interface AuthRequest extends Request {
  readonly type: "auth";
  readonly token: string;
}

/** Removes the text of a message for good: one's own, or as a moderator. */
export interface RemoveRequest extends Request {
  readonly type: "remove";
  readonly room?: string | undefined;
  readonly seq: number;
}

/** Kicks a person, who may reconnect after a minute. */
export interface KickRequest extends Request {
  readonly type: "kick";
  /** `*`: from the whole server. */
  readonly room?: string | undefined;
  readonly name: string;
  readonly reason?: string | undefined;
}

/** The subject of a ban: one of these. */
export interface BanSubject {
  readonly name?: string | undefined;
  /** The `sub` of an access token. */
  readonly user?: string | undefined;
  /** An IP address; an IPv6 address stands for its /64 network. */
  readonly address?: string | undefined;
}

/** Bans a person, user or address for a time. */
export interface BanRequest extends Request {
  readonly type: "ban";
  /** `*`: the whole server. */
  readonly room?: string | undefined;
  readonly name?: string | undefined;
  /** The `sub` of an access token. */
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  /** Also ban the IP address of the person with the name. */
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

/** Locks a room, so that only moderators can write, or unlocks it. */
export interface LockRequest extends Request {
  readonly type: "lock";
  readonly room?: string | undefined;
  readonly locked: boolean;
}

/** Sets slow mode: one message from each in this time; 0 turns it off. */
export interface SlowRequest extends Request {
  readonly type: "slow";
  readonly room?: string | undefined;
  readonly everyMs: number;
}

/** Publishes an announcement. */
export interface AnnounceRequest extends Request {
  readonly type: "announce";
  /** `*`: all rooms with members. */
  readonly room?: string | undefined;
  readonly text: string;
}

/** Moderation requests. They need the right to moderate, except to remove one's
 * own message. */
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

/** Lists the commands; only in dialect `text`. */
export interface HelpRequest extends Request {
  readonly type: "help";
}

/** Leaves all rooms and closes the connection. */
export interface QuitRequest extends Request {
  readonly type: "quit";
}

/** Every request of a client. */
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
