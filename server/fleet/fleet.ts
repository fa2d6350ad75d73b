/**
 * The interface between a hub and the other nodes: names (each held by one
 * person in the whole fleet, with all its sessions), sessions that move between
 * nodes, and remote members of rooms. A single process is a fleet of one
 * (single_node.ts). tests/fleet/contract.ts tests the contract for every
 * adapter.
 *
 * A node holds everything by a lease. A failed node no longer renews it; when
 * the lease expires, its names are free and its members have left.
 */

/** A value that is available now or later. A single process never waits. */
export type Soon<T> = T | Promise<T>;

/** Continues at once if the value is available, or else when it resolves. */
export function whenHere<T, R>(
  value: Soon<T>,
  act: (value: T) => Soon<R>,
): Soon<R> {
  return value instanceof Promise ? value.then(act) : act(value);
}

/** A request to begin or resume a session. */
export interface Claim {
  /** The session of the resume token; undefined for a new one. */
  readonly session: string | undefined;
  /** The requested name, not validated; undefined for any. */
  readonly name: string | undefined;
  /** The user, from a token. */
  readonly user: string | undefined;
  /** The guest, if authenticated; otherwise a new one. With a user, it is the
   * same person and gives its name up to it. */
  readonly guest?: string | undefined;
  /** Whether a signed token states the name: a guest gives it up; if another
   * user holds it, a similar name is acceptable. */
  readonly signed?: boolean | undefined;
  readonly dialect: string;
}

/**
 * Returns the holder of a name: a user or a guest, with all sessions.
 *
 * @returns A key for comparison; a user never equals a guest.
 */
export function personOf(
  { session, user, guest = session }: {
    readonly session: string;
    readonly user: string | undefined;
    readonly guest?: string | undefined;
  },
): string {
  return user === undefined ? `guest ${guest}` : `user ${user}`;
}

/** A session and its name, held by this node. */
export interface Held {
  readonly session: string;
  readonly name: string;
  /** Whether the session existed, here or on another node. */
  readonly resumed: boolean;
}

/** A request to use a name for one message. */
export interface Lending {
  /** The permanent identity, from a token. */
  readonly user: string | undefined;
  /** A valid name if none is requested. */
  readonly fallback: string;
  /**
   * Whether a signed token states the requested name; see {@linkcode Claim}.
   */
  readonly signed?: boolean | undefined;
}

/** One node's members of a room. */
export interface Roster {
  readonly count: number;
  /** Names by session; missing if there are too many. */
  readonly members?: ReadonlyMap<string, string>;
}

/** A room on this node, as the fleet sees it. */
export interface LocalRoom {
  /** Returns this node's members. */
  roster(): Roster;
  /** Sets another node's members; undefined for none. */
  elsewhere(node: string, roster: Roster | undefined): void;
  /** A member on another node is typing. */
  typing(name: string): void;
}

/** A room of the fleet, as a node sees it. */
export interface Here {
  /** The members on other nodes. */
  readonly others: ReadonlyMap<string, Roster>;
  /** Reports a change of the members; other nodes are notified soon. */
  changed(): void;
  /** Reports that a member on this node is typing. */
  typing(name: string): void;
  /** Reports that this node has no more members in it. */
  leave(): void;
}

/** Notifications about a node's sessions. */
export interface FleetHost {
  /** Another node claimed the session. */
  replaced(session: string): void;
  /** The session's person was renamed without a request from here: by another
   * node, or because a signed name took precedence. */
  renamed(session: string, name: string): void;
  /** Another person took its name while this node was disconnected. */
  outnamed(session: string): void;
  /** The engine is unavailable. */
  outOfReach(error: unknown): void;
}

/**
 * The fleet as one node sees it.
 *
 * Calls that need the engine fail within a bounded time with
 * `store_unavailable`. Pending notifications are sent when the engine is
 * available again.
 */
export interface Fleet {
  /** Number of live nodes, as far as known; 1 for a single node. */
  readonly nodes: number;

  /** Whether this node's lease is valid: without it, others may take the names
   * of its sessions. */
  readonly holdsLease: boolean;

  /** Renews the lease, and reads the other nodes' notifications. Rejects when
   * the engine is unavailable. */
  check(): Promise<void>;

  /**
   * Sets the receiver of notifications. Called once, before everything else.
   */
  begin(host: FleetHost): void;

  /** Sets the counts to share with each heartbeat, the most important ones
   * first: those that do not fit into a stored value are left out. */
  share(counts: () => ReadonlyMap<string, number>): void;

  /** The sum of the other nodes' counts, a few seconds old. */
  readonly elsewhere: ReadonlyMap<string, number>;

  /**
   * Begins or resumes a session, wherever it is. This node then holds it; the
   * previous node is notified. A session of another user or dialect is not
   * resumed. A person with other sessions keeps its name, whatever is
   * requested.
   *
   * @returns The session; its name may be older than {@linkcode nameOf}.
   * @throws {HubbubError} `bad_name`, or `name_taken` with a free suggestion.
   */
  claim(claim: Claim): Soon<Held>;

  /**
   * Renames a session of this node and all others of the same person. Of
   * concurrent renames on any nodes, the last one granted by the engine counts
   * everywhere.
   *
   * @param options `signed`: whether a signed token states the name; then a
   * guest gives it up.
   * @returns The person's current name; a different spelling of its own name is
   * allowed. Differs from the requested one when another rename came later.
   * @throws {HubbubError} `bad_name`, `name_taken` with a free suggestion, or
   * `forbidden` when another session's token states the person's name.
   */
  rename(
    session: string,
    wanted: string,
    options?: { readonly signed?: boolean },
  ): Soon<string>;

  /**
   * Returns the newest known name of a session of this node; undefined for
   * other sessions.
   */
  nameOf(session: string): string | undefined;

  /**
   * Finds a name for one message of a sender without a session, without holding
   * it.
   *
   * @param wanted The requested name, if any; may be that of a session of the
   * same user.
   * @returns The name; similar to `fallback` if that is taken.
   * @throws {HubbubError} `bad_name`, or `name_taken` with a free suggestion.
   */
  lend(wanted: string | undefined, lending: Lending): Soon<string>;

  /** Releases a session, and its name with the person's last session, unless
   * another node has claimed it. */
  release(session: string): void;

  /** Enters a room, once the other members are known or cannot be read. */
  enter(room: string, local: LocalRoom): Soon<Here>;

  /** Leaves the fleet. Sessions can be claimed elsewhere until the lease
   * expires. */
  stop(): Promise<void>;
}
