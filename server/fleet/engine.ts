/**
 * The shared state of a fleet: each method is one atomic step. node.ts,
 * session_leases.ts and presence_sync.ts use it; the adapters are in redis/ and
 * kv/.
 */

/**
 * Number of lease durations for which sessions of a dead node can be resumed,
 * with their names unless others have taken them. Longer than a disconnected
 * node waits before it hands its clients over, plus the time these need to
 * reconnect.
 */
export const KEPT_LEASES = 3;

/** A session as the engine stores it. */
export interface SessionLease {
  readonly session: string;
  readonly name: string;
  /** The user, from a token. */
  readonly user: string | undefined;
  /** The guest, if there is no user. */
  readonly guest?: string | undefined;
  readonly dialect: string;
  /** Increases each time a node claims the session, and after the session was
   * forgotten: the time, or the last version plus one. */
  readonly version: number;
  /**
   * When the person got its name; increases like `version`. Replies and
   * notifications may arrive in any order; the newest name counts. Missing in
   * records of earlier versions.
   */
  readonly named?: number | undefined;
  /** Whether the session's token states the name: then the person keeps it. */
  readonly signed?: boolean | undefined;
}

/** Candidate names in order of preference, all valid. A name is also taken if
 * it looks like that of another person in the fleet (lookalikes.ts). */
export interface Choice {
  readonly names: readonly string[];
  /** Whether any of them is acceptable. */
  readonly any: boolean;
  /**
   * Whether a signed token states the first name: a guest that holds it gets
   * another candidate, and its nodes are notified. Holders of similar names are
   * returned, to be renamed.
   */
  readonly signed?: boolean | undefined;
  /** A guest of the same person, who is renamed in the same way. */
  readonly yielding?: string | undefined;
}

/** A claim of a session and its acceptable names. */
export interface Application extends Choice {
  readonly session: string;
  /** ID of a new session, if the claimed one cannot be resumed. */
  readonly spare: string;
  readonly user: string | undefined;
  /** The guest; undefined for a new one. */
  readonly guest?: string | undefined;
  readonly dialect: string;
}

/** The name belongs to another person. */
export interface Taken {
  /** The first other candidate that is free. */
  readonly taken: string | undefined;
}

/** Result of a request for a name. */
export type Answer<T extends object> =
  | T
  | Taken
  /** Nothing changed: the engine does not know the node or its session. */
  | "unknown";

/** Result of a claim. */
export type Claimed = Answer<
  {
    readonly lease: SessionLease;
    readonly resumed: boolean;
    readonly alike?: readonly Alike[] | undefined;
  }
>;

/** A session whose name looks like one just granted, and that must be renamed:
 * see {@linkcode Engine.displace}. */
export type Alike = Pick<SessionLease, "session" | "name">;

/** An available name. */
export interface Named {
  readonly name: string;
  /**
   * See {@linkcode SessionLease.named}; missing for a name without a holder.
   */
  readonly named?: number | undefined;
  readonly alike?: readonly Alike[] | undefined;
}

/** A session of the person has a token that states this name: it is kept. */
export interface Kept {
  readonly kept: string;
}

/** Counts of a node: connections by address. */
export type Counts = Readonly<Record<string, number>>;

/** Result of a heartbeat. */
export interface Beat {
  /** Whether the lease was still valid. */
  readonly held: boolean;
  /** The other live nodes. */
  readonly living: readonly string[];
  /** The counts of each of these. */
  readonly counts: readonly Counts[];
  /** Some of the sessions that the engine assigns to this node. */
  readonly own: readonly string[];
}

/** One node's members of a room. */
export interface Doc {
  readonly node: string;
  /** Increases with each write of the node. */
  readonly version: number;
  /** 0 when the node has no more members there. */
  readonly count: number;
  /** Session IDs and names; missing if there are too many. */
  readonly members?: readonly (readonly [session: string, name: string])[];
}

/** Notifications of the engine. They may be repeated or lost. */
export interface EngineEvents {
  /** A new node appeared, or all nodes were forgotten. */
  met(): void;
  /** Another node claimed a session. */
  taken(session: string, version: number): void;
  /**
   * A session's person was renamed.
   *
   * @param named See {@linkcode SessionLease.named}; undefined from a node with
   * an earlier version of this program.
   */
  renamed(session: string, name: string, named: number | undefined): void;
  /** Another node wrote its members of a room. */
  wrote(room: string, doc: Doc): void;
  /** Notifications about a room were lost. */
  missed(room: string): void;
  /** A member on another node is typing. */
  typing(room: string, name: string): void;
  /** The engine is available again; notifications may have been lost. */
  healed(): Promise<void>;
}

/** Result of writing a node's leases again. */
export interface Reasserted {
  readonly replaced: readonly string[];
  readonly outnamed: readonly string[];
  readonly renamed: readonly (readonly [session: string, name: Named])[];
}

/** The state that all nodes share. Methods reject within a bounded time when
 * the engine is unavailable. */
export interface Engine {
  /** Renews this node's lease for a number of milliseconds, and shares its
   * counts. Time during which no node could renew its lease does not count. */
  beat(leaseMs: number, counts: Counts): Promise<Beat>;
  claim(application: Application): Promise<Claimed>;
  /** Renames a session of this node and all others of its person. `unknown` if
   * the session belongs to another node. */
  rename(session: string, choice: Choice): Promise<Answer<Named | Kept>>;
  /** Renames the person of a session on any node and notifies its nodes, unless
   * it has another name already, or a token states it. */
  displace(one: Alike, choice: Choice): Promise<Answer<Named | Kept>>;
  /** Finds a free name; the first one may also be that of `user`. */
  find(choice: Choice, user: string | undefined): Promise<Answer<Named>>;
  /** Ends those of the sessions that belong to this node. */
  release(sessions: readonly string[]): Promise<void>;
  /**
   * Writes this node's sessions again under its new lease. Returns the sessions
   * claimed by others, those whose names others hold (which are ended), and
   * those whose persons were renamed.
   */
  reassert(leases: readonly SessionLease[]): Promise<Reasserted>;
  /** Subscribes to a room. */
  follow(room: string): Promise<void>;
  unfollow(room: string): void;
  /** Returns the documents of live nodes about a room. */
  read(room: string): Promise<Doc[]>;
  /** Writes and publishes a document about a room. False: this node has no
   * lease. */
  write(room: string, doc: Doc): Promise<boolean>;
  /** Publishes that a member is typing. */
  types(room: string, name: string): Promise<void>;
  /** Ends the lease and all its sessions at once. */
  leave(): Promise<void>;
  /** Ends pending operations. */
  close(): Promise<void>;
}
