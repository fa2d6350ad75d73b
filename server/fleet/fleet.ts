/**
 * What a hub needs of the nodes beside it: names that one person of the whole
 * fleet holds, with all their sessions, sessions that go from node to node, and who is in a room
 * elsewhere. A single process is a fleet of one (single_node.ts). The contract stands
 * here in words and in tests/fleet/contract.ts as tests that every adapter
 * passes.
 *
 * What a node holds, it holds by a lease. A node that is gone no longer renews
 * it; when it has run out, its names are free and its members have left.
 */

/** What is here already, or will be. One process alone waits for nothing. */
export type Soon<T> = T | Promise<T>;

/** Goes on at once with what is here already, else when it comes. */
export function whenHere<T, R>(
  value: Soon<T>,
  act: (value: T) => Soon<R>,
): Soon<R> {
  return value instanceof Promise ? value.then(act) : act(value);
}

/** Who wants to begin a session, or to take one up again. */
export interface Claim {
  /** The session its token is for; undefined to begin one. */
  readonly session: string | undefined;
  /** The name it asks for, as it came; undefined for any. */
  readonly name: string | undefined;
  /** The user, if a token says so. */
  readonly user: string | undefined;
  /** The guest, if it has shown that it is one; else a new one begins. Where
   * there is a user too, it is the same person's, and gives way to it. */
  readonly guest?: string | undefined;
  /** Whether a signed token states the name: a guest gives way to it, and where
   * another user has it, a name like it will do. */
  readonly signed?: boolean | undefined;
  readonly dialect: string;
}

/**
 * Returns who holds a name: a user, or a guest, with all their sessions.
 *
 * @returns Something to compare; no user looks like a guest.
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

/** A session and its name, held by this node from now on. */
export interface Held {
  readonly session: string;
  readonly name: string;
  /** Whether it was there already, here or on another node. */
  readonly resumed: boolean;
}

/** Who is lent a name. */
export interface Lending {
  /** Who it is in the long run, if a token says so. */
  readonly user: string | undefined;
  /** A valid name for who asks for none. */
  readonly fallback: string;
  /** Whether a signed token states the wanted name; see {@linkcode Claim}. */
  readonly signed?: boolean | undefined;
}

/** Who one node has in a room. */
export interface Roster {
  readonly count: number;
  /** Names by session; absent where there are too many to list. */
  readonly members?: ReadonlyMap<string, string>;
}

/** A room of this node, as the fleet sees it. */
export interface LocalRoom {
  /** Whom this node has in it. */
  roster(): Roster;
  /** Whom another node has in it now; undefined for nobody any more. */
  elsewhere(node: string, roster: Roster | undefined): void;
  /** Somebody on another node is typing. */
  typing(name: string): void;
}

/** A room of the fleet, as a node sees it. */
export interface Here {
  /** Whom other nodes have in it now. */
  readonly others: ReadonlyMap<string, Roster>;
  /** The roster has changed: the others are told soon. */
  changed(): void;
  /** Somebody of this node is typing. */
  typing(name: string): void;
  /** This node has nobody in it any more. */
  leave(): void;
}

/** What a fleet tells a node of its sessions. */
export interface FleetHost {
  /** Another node has taken the session up. */
  replaced(session: string): void;
  /** The session's person has another name, which it has not asked for here:
   * another node gave it to it, or it gave way to a signed name. */
  renamed(session: string, name: string): void;
  /** Somebody else has got its name while this node was cut off. */
  outnamed(session: string): void;
  /** The engine cannot be used. */
  outOfReach(): void;
}

/**
 * The nodes, seen from one of them.
 *
 * What waits for an engine fails in bounded time with `store_unavailable`, and
 * what was to be told the others is told when the engine is back.
 */
export interface Fleet {
  /** Nodes that live, as far as is known; 1 for one that is alone. */
  readonly nodes: number;

  /** Says whom to tell. Called once, before all else. */
  begin(host: FleetHost): void;

  /** Says what is counted here and worth knowing everywhere, in some hundred
   * figures at most. Each heartbeat tells the others. */
  share(counts: () => ReadonlyMap<string, number>): void;

  /** What the other nodes have counted, together, some seconds ago. */
  readonly elsewhere: ReadonlyMap<string, number>;

  /**
   * Begins a session, or takes one up again, wherever it is. The session is
   * this node's from then on; the node that had it is told so. One that was
   * begun for another user, or in another dialect, is not taken up. A person
   * who is here already keeps the name it has, whatever is asked for.
   *
   * @returns The session; its name may be older than {@linkcode nameOf}.
   * @throws {HubbubError} `bad_name`, or `name_taken` with a free suggestion.
   */
  claim(claim: Claim): Soon<Held>;

  /**
   * Gives a session of this node, and all others of the same person, another
   * name. Of several that are given at once, on whatever nodes, the one that
   * the engine gave last holds on all of them.
   *
   * @param options `signed`: whether a signed token states the name; a guest
   * gives way to it then.
   * @returns The name that the person has now, as it is shown; its own in
   * another spelling is fine. That is not the wanted one when it was given
   * another one meanwhile.
   * @throws {HubbubError} `bad_name`, `name_taken` with a free suggestion, or
   * `forbidden` where another session's token states the person's name.
   */
  rename(
    session: string,
    wanted: string,
    options?: { readonly signed?: boolean },
  ): Soon<string>;

  /**
   * Returns the name that a session of this node has now: the newest that was
   * heard of, by answer or by news. Undefined for a session that is not its.
   */
  nameOf(session: string): string | undefined;

  /**
   * Finds a name for a message of somebody who has no session, and so holds
   * no name.
   *
   * @param wanted The name asked for, if any; that of a session of the same
   * user can be had.
   * @returns The name as it is shown; like `fallback` where that is taken.
   * @throws {HubbubError} `bad_name`, or `name_taken` with a free suggestion.
   */
  lend(wanted: string | undefined, lending: Lending): Soon<string>;

  /** Lets a session go, and its name with the person's last session, unless
   * another node has it by now. */
  release(session: string): void;

  /** Opens a room, once the others' members are known or cannot be learnt. */
  enter(room: string, local: LocalRoom): Soon<Here>;

  /** Leaves the fleet. What is still held can be taken up elsewhere until the
   * lease has run out. */
  stop(): Promise<void>;
}
