/**
 * Presence of one room: the names of its members on all nodes, the changes that
 * are not announced yet, and who is typing. Decides whether to announce
 * changes, the whole list or a number; room.ts decides who gets it.
 *
 * Names are counted. A person who moves between nodes is on both for a moment,
 * or on neither, and is not announced as gone.
 */

import type { PresenceEvent } from "../../protocol/events.ts";
import type { Roster } from "../fleet/fleet.ts";
import type { Session } from "./session.ts";

/** Above this many members a room announces a number, not names … */
export const MOST_LISTED = 200;
/** … until at most this many are left. A list costs the square of the members,
 * so one person who joins and leaves must not cause many. */
export const LISTED_AGAIN = 180;
/** Calls of {@linkcode Presence.unpace} before a room announces names again. */
const LEAST_UNLISTED = 10;
/** Most names announced as typing in one turn; others follow as they type
 * on. */
const MOST_TYPING = 20;
/** The size of a rename event, in names of a list. */
const RENAME_COST = 6;

/** A rename to announce. */
interface Renamed {
  /** The person's sessions on this node. */
  readonly sessions: readonly Session[];
  readonly event: PresenceEvent;
}

/** A rename that is not announced yet. */
interface Rename {
  readonly sessions: readonly Session[];
  readonly from: string;
  /** Whether the new name was not in the room before. */
  readonly isNew: boolean;
}

type Change = Pick<PresenceEvent, "joined" | "left" | "renamed">;

/** The members of a room. */
export class Presence {
  readonly #room: string;
  /** Number of sessions and nodes that report each name. */
  readonly #here = new Map<string, number>();
  readonly #nodes = new Map<string, Roster>();
  /** Number of members on nodes that report only a number. */
  #unlisted = 0;
  #joined = new Set<string>();
  #left = new Set<string>();
  /** Renames, by new name. */
  #renames = new Map<string, Rename>();
  #typing = new Set<string>();
  /** Names announced as typing within about a second. */
  #typed = new Set<string>();
  /** Whether the room announces names. */
  #listed = true;
  /** The number that was announced last. */
  #told = 0;
  /** Whether the next number has to wait. */
  #paced = false;
  /** Calls of {@linkcode unpace} until names may be announced again. */
  #unlistedFor = 0;

  constructor(room: string) {
    this.#room = room;
  }

  /** Number of members on all nodes. */
  get count(): number {
    return this.#here.size + this.#unlisted;
  }

  /** Returns the whole list, or the number, as an event that replaces any
   * earlier one. */
  get all(): PresenceEvent {
    const { count } = this;
    return {
      type: "presence",
      room: this.#room,
      count,
      ...(this.#listed && count <= MOST_LISTED && {
        members: [...this.#here.keys()],
      }),
    };
  }

  /** Adds a name. */
  enter(name: string): void {
    const here = this.#here.get(name) ?? 0;
    this.#here.set(name, here + 1);
    // A leave that is not announced yet cancels out.
    if (here === 0 && !this.#left.delete(name)) this.#joined.add(name);
  }

  /** Removes a name. */
  exit(name: string): void {
    const here = this.#here.get(name) ?? 0;
    if (here > 1) {
      this.#here.set(name, here - 1);
      return;
    }
    this.#here.delete(name);
    if (!this.#joined.delete(name)) this.#left.add(name);
  }

  /**
   * Renames a person.
   *
   * @param from The old name.
   * @param to The new name.
   * @param sessions The person's sessions on this node; empty for one session
   * on another node.
   */
  rename(from: string, to: string, sessions: readonly Session[] = []): void {
    const count = Math.max(sessions.length, 1);
    const isRename = this.#here.get(from) === count && !this.#here.has(to) &&
      !this.#joined.has(from);
    if (!isRename) {
      for (let i = 0; i < count; i++) {
        this.exit(from);
        this.enter(to);
      }
      return;
    }
    this.#here.delete(from);
    this.#here.set(to, count);
    // A name that was never announced is skipped.
    const earlier = this.#renames.get(from);
    this.#renames.delete(from);
    if (earlier?.isNew === false) this.#left.add(from);
    const known = earlier?.from ?? from;
    if (known === to) return;
    const isNew = !this.#left.delete(to);
    this.#renames.set(to, { sessions, from: known, isNew });
  }

  /**
   * Records that a person is typing.
   *
   * @returns Whether it is to be announced.
   */
  types(name: string): boolean {
    const news = this.#listed && !this.#typed.has(name) &&
      this.#typing.size < MOST_TYPING;
    if (news) this.#typing.add(name);
    return news;
  }

  /** Records that a person has sent a message. */
  typed(name: string): void {
    this.#typing.delete(name);
    this.#typed.delete(name);
  }

  /**
   * Takes another node's members.
   *
   * @param node The node's id.
   * @param roster Undefined when the node has left the room.
   */
  elsewhere(node: string, roster: Roster | undefined): void {
    const before = this.#nodes.get(node);
    if (roster === undefined) this.#nodes.delete(node);
    else this.#nodes.set(node, roster);
    this.#unlisted += unlistedOf(roster) - unlistedOf(before);
    for (const [session, name] of before?.members ?? []) {
      if (roster?.members?.has(session) !== true) this.exit(name);
    }
    for (const [session, name] of roster?.members ?? []) {
      const was = before?.members?.get(session);
      if (was === undefined) this.enter(name);
      else if (was !== name) this.rename(was, name);
    }
  }

  /** Whether an announcement waits. Announcing each join and leave at once
   * would cost the square of the members. */
  get paced(): boolean {
    return this.#paced || this.#unlistedFor > 0 || this.#typed.size > 0;
  }

  /** To be called about a second after {@linkcode paced} was true. */
  unpace(): void {
    this.#paced = false;
    this.#unlistedFor = Math.max(this.#unlistedFor - 1, 0);
    this.#typed.clear();
  }

  // Announcements; each change once.

  /** Returns the renames, in order. */
  renamed(): Renamed[] {
    const renames = [...this.#renames];
    this.#renames.clear();
    if (!this.#listed) return [];
    if (renames.length * RENAME_COST > this.#here.size + RENAME_COST) {
      return [{ sessions: [], event: this.#list() }];
    }
    return renames.flatMap(([to, { sessions, from, isNew }]) => {
      const event = this.#news({
        left: [from],
        joined: isNew ? [to] : [],
        renamed: [[from, to]],
      });
      return event === undefined ? [] : [{ sessions, event }];
    });
  }

  /** Returns the joins; undefined when there is nothing to announce. */
  came(): PresenceEvent | undefined {
    const joined = [...this.#joined];
    this.#joined.clear();
    return this.#news({ joined });
  }

  /** Returns the leaves; undefined when there is nothing to announce. */
  went(): PresenceEvent | undefined {
    const left = [...this.#left];
    this.#left.clear();
    return this.#news({ left });
  }

  /** Returns the names that started typing. */
  typers(): ReadonlySet<string> {
    const typing = this.#typing;
    if (typing.size === 0) return typing;
    this.#typing = new Set();
    for (const name of typing) this.#typed.add(name);
    return typing;
  }

  /** Returns a change as names or, in a large room, as a number. */
  #news(change: Change): PresenceEvent | undefined {
    const { count } = this;
    if (this.#listed && count > MOST_LISTED) {
      this.#listed = false;
      this.#unlistedFor = LEAST_UNLISTED;
      this.#told = count;
      return this.all;
    }
    if (this.#listed) {
      const { joined = [], left = [], renamed = [] } = change;
      if (joined.length + left.length + renamed.length === 0) return undefined;
      return { type: "presence", room: this.#room, ...change, count };
    }
    if (this.#paced) return undefined;
    if (count <= LISTED_AGAIN && this.#unlistedFor === 0) {
      this.#listed = true;
      return this.#list();
    }
    if (count === this.#told) return undefined;
    this.#paced = true;
    this.#told = count;
    return this.all;
  }

  /** Returns the list, which replaces all pending changes. */
  #list(): PresenceEvent {
    this.#joined.clear();
    this.#left.clear();
    return this.all;
  }
}

function unlistedOf(roster: Roster | undefined): number {
  return roster?.members === undefined ? roster?.count ?? 0 : 0;
}
