/**
 * What clients can ask for: with events.ts the vocabulary that all dialects
 * translate to and from. Written as it travels in `hubbub.v1`, which is these
 * objects, one JSON line each.
 */

import type { Cursor } from "./message.ts";

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
  /** The guest secret of an earlier welcome: this device or tab belongs to the
   * same person. Ignored where a signed token says who it is. */
  readonly guest?: string | undefined;
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
