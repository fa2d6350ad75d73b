/**
 * What an engine does for the nodes of a fleet: each method is one atomic step
 * on what all of them share. What a node makes of it is in node.ts,
 * session_leases.ts and presence_sync.ts; the adapters are in redis/ and kv/.
 */

/** Leases for which the sessions of a dead node can still be taken up, with
 * their names as long as nobody else has got these: longer than a node that is
 * cut off waits until it gives its clients to others, and these to come. */
export const KEPT_LEASES = 3;

/** A session as the engine has it. */
export interface SessionLease {
  readonly session: string;
  readonly name: string;
  /** The user, if a token says so. */
  readonly user: string | undefined;
  /** The guest, where there is no user. */
  readonly guest?: string | undefined;
  readonly dialect: string;
  /** Grows each time a node takes the session up, and is larger too when the
   * session had been forgotten: it is the time, or one more than the last. */
  readonly version: number;
  /** When the person was given its name: it grows with each name in the same
   * way. Answers and news come in any order; the newest name is the person's.
   * Absent where an earlier version of this program wrote it down. */
  readonly named?: number | undefined;
  /** Whether the session's token states the name: then the person keeps it, and
   * gives way to nobody. */
  readonly signed?: boolean | undefined;
}

/** Names one of which is wanted, valid ones, the first is wanted most. A name
 * is taken, too, where it looks like one that another person of the fleet has
 * (lookalikes.ts). */
export interface Choice {
  readonly names: readonly string[];
  /** Whether any of them will do. */
  readonly any: boolean;
  /** Whether a signed token states the first: a guest that has it is given
   * another one of them, and its nodes are told. Those whose names look like it
   * are returned, to be given others. */
  readonly signed?: boolean | undefined;
  /** A guest that gives way in the same way: it is the same person's. */
  readonly yielding?: string | undefined;
}

/** Who claims a session, and how it may be called. */
export interface Application extends Choice {
  readonly session: string;
  /** Its id if there is one of that id that is not to be taken up. */
  readonly spare: string;
  readonly user: string | undefined;
  /** The guest it is; undefined for one that begins with this session. */
  readonly guest?: string | undefined;
  readonly dialect: string;
}

/** Of a wish for a name: it is somebody else's. */
export interface Taken {
  /** The first of the other names that is free. */
  readonly taken: string | undefined;
}

/** What becomes of a wish for a name. */
export type Answer<T extends object> =
  | T
  | Taken
  /** Nothing was done: the node, or its session, is not known. */
  | "unknown";

/** What became of an application. */
export type Claimed = Answer<
  {
    readonly lease: SessionLease;
    readonly resumed: boolean;
    readonly alike?: readonly Alike[] | undefined;
  }
>;

/** A session whose name looks like one that was given, and has to give way to
 * it: see {@linkcode Engine.displace}. */
export type Alike = Pick<SessionLease, "session" | "name">;

/** The name that can be had. */
export interface Named {
  readonly name: string;
  /** See {@linkcode SessionLease.named}; absent for a name that is nobody's. */
  readonly named?: number | undefined;
  readonly alike?: readonly Alike[] | undefined;
}

/** A session of the person has a token that states this name: it is kept. */
export interface Kept {
  readonly kept: string;
}

/** What a node has counted, by what it counts: connections by address. */
export type Counts = Readonly<Record<string, number>>;

/** What a heartbeat tells. */
export interface Beat {
  /** Whether the lease had not run out before. */
  readonly held: boolean;
  /** The other nodes that live. */
  readonly living: readonly string[];
  /** What each of these has counted. */
  readonly counts: readonly Counts[];
  /** Some of the sessions the engine thinks are this node's. */
  readonly own: readonly string[];
}

/** Whom one node has in a room. */
export interface Doc {
  readonly node: string;
  /** Grows with each that the node writes. */
  readonly version: number;
  /** 0 for nobody any more. */
  readonly count: number;
  /** Session and name; absent where there are too many. */
  readonly members?: readonly (readonly [session: string, name: string])[];
}

/** What an engine tells by itself. It may also tell it twice, or never. */
export interface EngineEvents {
  /** There is a node that was not known: a new one, or all were forgotten. */
  met(): void;
  /** Another node has taken a session up. */
  taken(session: string, version: number): void;
  /** A session's person has another name.
   *
   * @param named See {@linkcode SessionLease.named}; undefined when a node with an
   * earlier version of this program tells it. */
  renamed(session: string, name: string, named: number | undefined): void;
  /** Another node has written about a room. */
  wrote(room: string, doc: Doc): void;
  /** Somebody on another node is typing. */
  typing(room: string, name: string): void;
  /** It could not be reached for a while: much may have been missed. */
  healed(): Promise<void>;
}

/** What became of what a node has written down again. */
export interface Reasserted {
  readonly replaced: readonly string[];
  readonly outnamed: readonly string[];
  readonly renamed: readonly (readonly [session: string, name: Named])[];
}

/** All that nodes share. Methods reject, in bounded time, when the engine
 * cannot be reached. */
export interface Engine {
  /** Renews the lease of this node, for so many milliseconds, and tells the
   * others what it has counted. A time in which no node could renew its lease
   * does not pass. */
  beat(leaseMs: number, counts: Counts): Promise<Beat>;
  claim(application: Application): Promise<Claimed>;
  /** Gives a session of this node, and all others of its person, another name;
   * `unknown` if it is not its. */
  rename(session: string, choice: Choice): Promise<Answer<Named | Kept>>;
  /** Gives the person of a session on any node another name, and tells its
   * nodes; unless it has another one by now, or a token states it. */
  displace(one: Alike, choice: Choice): Promise<Answer<Named | Kept>>;
  /** Looks for a name that is free, or, the first one, that of `user`. */
  find(choice: Choice, user: string | undefined): Promise<Answer<Named>>;
  /** Ends sessions, those of them that are this node's. */
  release(sessions: readonly string[]): Promise<void>;
  /** Writes down again what this node holds, in the name of its new lease.
   * Returns the sessions that others have taken up, those whose names have
   * been given to others, which are ended, and those whose persons have other
   * names by now. */
  reassert(leases: readonly SessionLease[]): Promise<Reasserted>;
  /** Wants to be told what is written about a room. */
  follow(room: string): Promise<void>;
  unfollow(room: string): void;
  /** What living nodes have written about a room. */
  read(room: string): Promise<Doc[]>;
  /** Writes about a room, and tells it. False: this node has no lease. */
  write(room: string, doc: Doc): Promise<boolean>;
  /** Tells that somebody is typing. */
  types(room: string, name: string): Promise<void>;
  /** Ends the lease at once; nothing is held any more. */
  leave(): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
}
