/**
 * Synchronizes room members between nodes: writes this node's members to the
 * engine, and reports others' to its rooms. Each update lists all of a node's
 * members in a room, so lost updates need no repair.
 */

import {
  type Cancel,
  type Clock,
  LONG_AGO,
  type Monotonic,
  msBetween,
} from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Doc, Engine } from "./engine.ts";
import type { Here, LocalRoom, Roster } from "./fleet.ts";

/** Time to batch changes of a room, in milliseconds. */
const GATHER_MS = 30;
/** Interval of rewriting unchanged documents in milliseconds: engines drop them
 * after an hour. */
const REFRESH_MS = 20 * 60_000;
/** Rooms per step to read or write. */
const STEP = 100;

/** What {@linkcode PresenceSync} needs. */
export interface PresenceSyncOptions {
  /** This node. */
  readonly node: string;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
  /** Time in milliseconds after which a node without a document in a room has
   * nobody there: within it, every node writes anew what an engine has lost. */
  readonly leaseMs: number;
}

/** A node that had members in a room, and has no document there now. */
interface Missing {
  readonly version: number;
  readonly since: Monotonic;
}

/** A room that is open here. */
interface Followed {
  readonly local: LocalRoom;
  readonly others: Map<string, Roster>;
  /** Version of each node's document, including empty ones. */
  readonly versions: Map<string, number>;
  /** Whether the engine has a document about members here. */
  written: boolean;
  writtenAt: Monotonic;
  /** Whether other nodes' members could not be read. */
  unread: boolean;
  /** Nodes without a document at the last read. */
  missing: ReadonlyMap<string, Missing>;
}

/** The rooms of one node. */
export class PresenceSync {
  readonly #options: PresenceSyncOptions;
  readonly #rooms = new Map<string, Followed>();
  /** Rooms with members to write. */
  readonly #changed = new Set<string>();
  /** The last write of each room: writes are serialized. */
  readonly #writes = new Map<string, Promise<void>>();
  /** Nodes that have written anything. */
  readonly #nodes = new Set<string>();
  #version = 0;
  #gathering: Cancel | null = null;

  constructor(options: PresenceSyncOptions) {
    this.#options = options;
  }

  /** See {@linkcode Fleet.enter}. */
  async enter(room: string, local: LocalRoom): Promise<Here> {
    const followed: Followed = {
      local,
      others: new Map(),
      versions: new Map(),
      written: this.#changed.has(room) || this.#writes.has(room),
      writtenAt: LONG_AGO,
      unread: true,
      missing: new Map(),
    };
    this.#rooms.set(room, followed);
    await this.#read(room, followed);
    const { engine } = this.#options;
    return {
      others: followed.others,
      changed: () => this.#change(room),
      typing: (name) => {
        if (followed.others.size === 0) return;
        engine.types(room, name).catch(() => {});
      },
      leave: () => this.#leave(room, followed),
    };
  }

  /** Handles another node's document about a room. */
  hear(room: string, doc: Doc): void {
    const followed = this.#rooms.get(room);
    const { node, version, count, members } = doc;
    if (followed === undefined || node === this.#options.node) return;
    if ((followed.versions.get(node) ?? 0) >= version) return;
    followed.versions.set(node, version);
    this.#nodes.add(node);
    if (count === 0) return this.#drop(followed, node);
    const roster = {
      count,
      ...(members !== undefined && { members: new Map(members) }),
    };
    followed.others.set(node, roster);
    followed.local.elsewhere(node, roster);
  }

  /** Handles lost notifications about a room: it is read again. */
  missed(room: string): void {
    const followed = this.#rooms.get(room);
    if (followed !== undefined) followed.unread = true;
  }

  /** Handles typing on another node. */
  typing(room: string, name: string): void {
    this.#rooms.get(room)?.local.typing(name);
  }

  /** The other nodes that have written members. */
  get nodes(): string[] {
    return [...this.#nodes];
  }

  /** Removes the members of dead nodes. */
  removeNodes(nodes: readonly string[]): void {
    if (nodes.length === 0) return;
    for (const node of nodes) this.#nodes.delete(node);
    for (const followed of this.#rooms.values()) {
      for (const node of nodes) {
        followed.versions.delete(node);
        this.#drop(followed, node);
      }
    }
  }

  /** Retries failed operations and runs periodic ones. */
  async refresh(): Promise<void> {
    const now = this.#options.clock.monotonic();
    const unread: [string, Followed][] = [];
    let stale = 0;
    for (const [room, followed] of this.#rooms) {
      const { missing } = followed;
      if (followed.unread || missing.size > 0) unread.push([room, followed]);
      const { written, writtenAt } = followed;
      if (!written || msBetween(writtenAt, now) <= REFRESH_MS) continue;
      if (++stale <= STEP) this.#changed.add(room);
    }
    await inSteps(unread, (entry) => this.#read(...entry));
    await this.flush();
  }

  /** Writes and reads everything again. */
  async renew(): Promise<void> {
    for (const [room, followed] of this.#rooms) {
      followed.unread = true;
      this.#changed.add(room);
    }
    await this.refresh();
  }

  /** Writes changes; failures are retried later. */
  async flush(): Promise<void> {
    this.#gathering?.();
    this.#gathering = null;
    const rooms = [...this.#changed];
    this.#changed.clear();
    await inSteps(rooms, (room) => this.#write(room));
  }

  #change(room: string): void {
    this.#changed.add(room);
    this.#gathering ??= this.#options.clock.after(
      GATHER_MS,
      () => void this.flush(),
    );
  }

  #leave(room: string, followed: Followed): void {
    if (this.#rooms.get(room) !== followed) return;
    this.#rooms.delete(room);
    this.#options.engine.unfollow(room);
    if (followed.written) this.#change(room);
    else this.#changed.delete(room);
  }

  #drop(followed: Followed, node: string): void {
    if (!followed.others.delete(node)) return;
    followed.local.elsewhere(node, undefined);
  }

  async #read(room: string, followed: Followed): Promise<void> {
    const { engine, log } = this.#options;
    try {
      await engine.follow(room);
      followed.unread = false;
      const before = new Map(followed.versions);
      const docs = await engine.read(room);
      if (this.#rooms.get(room) !== followed) return;
      for (const doc of docs) this.hear(room, doc);
      const found = new Set(docs.map(({ node }) => node));
      this.#dropMissing(followed, { found, before });
    } catch (error) {
      followed.unread = true;
      // The other nodes may have been unable to write, too.
      followed.missing = new Map();
      log.debug("members on other nodes not read", { room, error });
    }
  }

  /**
   * Drops nodes whose last document, that they have nobody in the room, was
   * deleted while the connection to the engine was lost. An engine that lost its
   * data has no documents either until the nodes write again, so only a node
   * that is missing for a lease is dropped.
   */
  #dropMissing(
    followed: Followed,
    { found, before }: {
      readonly found: ReadonlySet<string>;
      readonly before: ReadonlyMap<string, number>;
    },
  ): void {
    const { clock, leaseMs } = this.#options;
    const now = clock.monotonic();
    const missing = new Map<string, Missing>();
    for (const node of [...followed.others.keys()]) {
      const version = followed.versions.get(node);
      // A document that arrived during the read is newer than the read.
      if (version === undefined || version !== before.get(node)) continue;
      if (found.has(node)) continue;
      const known = followed.missing.get(node);
      const since = known?.version === version ? known.since : now;
      if (msBetween(since, now) > leaseMs) this.#drop(followed, node);
      else missing.set(node, { version, since });
    }
    followed.missing = missing;
  }

  #write(room: string): Promise<void> {
    const before = this.#writes.get(room) ?? Promise.resolve();
    const write = before.then(() => this.#writeNow(room)).finally(() => {
      if (this.#writes.get(room) === write) this.#writes.delete(room);
    });
    this.#writes.set(room, write);
    return write;
  }

  async #writeNow(room: string): Promise<void> {
    const { engine, clock, log, node } = this.#options;
    const followed = this.#rooms.get(room);
    const { count, members } = followed?.local.roster() ?? { count: 0 };
    // Nothing was written, so there is nothing to clear.
    if (count === 0 && followed?.written === false) return;
    const doc = {
      node,
      version: ++this.#version,
      count,
      ...(members !== undefined && { members: [...members] }),
    };
    if (followed !== undefined) {
      followed.written = count > 0;
      followed.writtenAt = clock.monotonic();
    }
    try {
      if (await engine.write(room, doc)) return;
    } catch (error) {
      log.debug("members on this node not written", { room, error });
    }
    if (followed !== undefined) followed.written = true;
    this.#changed.add(room);
  }
}

/** Calls a function for each item, several at a time. */
async function inSteps<T>(
  all: readonly T[],
  act: (one: T) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < all.length; start += STEP) {
    await Promise.all(all.slice(start, start + STEP).map(act));
  }
}
