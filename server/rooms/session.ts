/**
 * A session: a name, its rooms and, unless it has just lost its connection, a
 * reader. Data without behaviour; the hub changes it.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Right } from "../../protocol/rights.ts";
import type { Author } from "../auth/author.ts";
import type { Permissions } from "../auth/permissions.ts";
import type { Cancel } from "../runtime/clock.ts";
import type { SentMessages } from "./sent_messages.ts";

/** The view of a connection that rooms and the hub use. */
export interface Reader {
  readonly dialect: Dialect;
  /** The client's IP address, such as `192.0.2.7`; empty when unknown. */
  readonly address: string;
  /** Whether the bytes unsent from earlier turns are below the watermark. */
  readonly ready: boolean;
  /** Whether it may get more in this turn. */
  readonly writable: boolean;
  /** Sends encoded frames, which readers share. */
  send(frames: readonly string[]): void;
  /** Encodes and sends an event for this reader alone. */
  tell(event: ServerEvent): void;
  /** Encodes an event that goes out with the next frame or
   * {@linkcode flush}. */
  note(event: ServerEvent): void;
  /** Sends the noted events. */
  flush(): void;
  /** Closes the connection; it counts as closed at once. */
  end(reason: CloseReason): void;
}

/** One session of a user. */
export interface Session {
  /** Public id. */
  readonly id: string;
  /** The author of its messages, for deduplication and ownership: the user of
   * its token, else the guest. */
  readonly author: Author;
  readonly dialect: Dialect;
  name: string;
  /** Its permissions. */
  permissions: Permissions;
  /** Null within the grace period after a lost connection. */
  reader: Reader | null;
  /** The room of requests that name none. */
  current: string | null;
  /** Its memberships, by room. */
  readonly members: Map<string, Member>;
  /** Cancels the end of its grace period, if that is running. */
  grace: Cancel | null;
  /** Set on a listener: it has no name and is never announced or listed. */
  readonly listening?: true;
}

/** Returns a new session that is in no room. */
export function newSession(
  { id, author, dialect, name, permissions, reader }: Pick<
    Session,
    "id" | "author" | "dialect" | "name" | "permissions" | "reader"
  >,
): Session {
  return {
    id,
    author,
    dialect,
    name,
    permissions,
    reader,
    current: null,
    members: new Map(),
    grace: null,
  };
}

/** An event that many members get, encoded once for each dialect. */
export interface SharedEvent {
  readonly event: ServerEvent;
  /** Its frames, encoded on first use. */
  readonly frames: Map<Dialect, readonly string[]>;
}

/** One session in one room: a cursor over its log. */
export interface Member {
  readonly session: Session;
  /** Seq of the last message written to the session's socket. */
  cursor: number;
  /** Number of the room's announcements that it has got or need not get. */
  announced: number;
  /** The cursor when its socket was last full; -1 for never. */
  slowSince: number;
  /** Number of polls without progress since then. */
  looks: number;
  /** Messages up to this seq are a replay: they were stored before it
   * joined. */
  replayUntil: number;
  /** Whether to send `live` after the replay. */
  announceLive: boolean;
  /** False after a resume until the client has joined again with its cursor. */
  attached: boolean;
  /** Whether a read of older messages is running. */
  fetching: boolean;
  /** Whether it missed presence events and needs the whole list. */
  stalePresence: boolean;
  /** The messages it has sent; undefined before the first. */
  sent: SentMessages | undefined;
  /** Whether its next visit begins with `joined`, since the log was
   * replaced. */
  joinedAnew: boolean;
  /** The newest rules of the room that it was sent; undefined if they have not
   * changed since the room was opened. */
  rules: SharedEvent | undefined;
}

/** A session's rights in a room, and the room's rules. */
export interface Standing {
  readonly rights: readonly Right[];
  readonly locked?: true;
  readonly slowMs?: number;
  /** Remaining wait of slow mode, milliseconds from now. */
  readonly waitMs?: number;
}

/** The sessions of this node, as those see them who act on them. */
export interface LocalSessions {
  /** Returns every session, in the order of their start. */
  all(): readonly Session[];
  /** Ends a session. */
  end(session: Session): void;
}
