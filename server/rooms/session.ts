/**
 * One user's presence: a name, the rooms it is in and, unless the connection
 * was just lost, who reads for it. Data with no behaviour; the hub changes it.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import type { ServerEvent } from "../../protocol/events.ts";
import type { Right } from "../../protocol/rights.ts";
import type { Author } from "../auth/author.ts";
import type { Grant } from "../auth/permissions.ts";
import type { Cancel } from "../runtime/clock.ts";
import type { SentMessages } from "./sent_messages.ts";

/** The smallest view of a connection that rooms and hub need. */
export interface Reader {
  readonly dialect: Dialect;
  /** Where it is, such as `192.0.2.7`; empty where nobody knows. */
  readonly address: string;
  /** Whether it has taken what it was sent in earlier turns, or nearly so. */
  readonly ready: boolean;
  /** Whether it may be sent more in this turn. */
  readonly writable: boolean;
  /** Sends frames that are encoded already, shared with others. */
  send(frames: readonly string[]): void;
  /** Encodes and sends what is for this reader alone. */
  tell(event: ServerEvent): void;
  /** Encodes what may wait for {@linkcode flush}, or for any other frame. */
  note(event: ServerEvent): void;
  /** Sends what was noted. */
  flush(): void;
  /** Closes it; it counts as gone from now on. */
  end(reason: CloseReason): void;
}

/** One user's presence on the server. */
export interface Session {
  /** Public; who has sent a message, in the long run. */
  readonly id: string;
  /** What repeats and its own messages are known by: the user of its token,
   * or else itself. */
  readonly author: Author;
  readonly dialect: Dialect;
  name: string;
  /** What it may do. */
  grant: Grant;
  /** Null within the grace period after a lost connection. */
  reader: Reader | null;
  /** The room that requests without one mean. */
  current: string | null;
  /** By room. */
  readonly members: Map<string, Member>;
  /** Stops the clock that is running out for it, if one is. */
  grace: Cancel | null;
  /** Reads and has no name: nobody is told that it came, is there, or went. */
  readonly listening?: true;
}

/** A session that has just begun: it is in no room. */
export function newSession(
  { id, author, dialect, name, grant, reader }: Pick<
    Session,
    "id" | "author" | "dialect" | "name" | "grant" | "reader"
  >,
): Session {
  return {
    id,
    author,
    dialect,
    name,
    grant,
    reader,
    current: null,
    members: new Map(),
    grace: null,
  };
}

/** One session in one room: a cursor over its log. */
export interface Member {
  readonly session: Session;
  /** Seq of the last message written to the session's socket. */
  cursor: number;
  /** Where the cursor was when its socket last took no more; -1 for never. */
  laggedAt: number;
  /** How often it was looked after since, and had taken nothing. */
  looks: number;
  /** Messages up to here were there before it joined. */
  replayUntil: number;
  /** Whether to say so when all of these have been sent. */
  announceLive: boolean;
  /** False after a resume until the client has said from where to go on. */
  attached: boolean;
  /** Whether older messages are on their way from the store. */
  fetching: boolean;
  /** Whether it missed who came and went, and needs the whole list. */
  stalePresence: boolean;
  /** What it has sent itself; undefined before it has sent anything. */
  sent: SentMessages | undefined;
}

/** What one may do in a room, and what holds there. */
export interface Standing {
  readonly rights: readonly Right[];
  readonly locked?: true;
  readonly slowMs?: number;
  /** How long it has to wait for its turn, milliseconds from now. */
  readonly waitMs?: number;
}
