/**
 * Who is in one room, by name: those of this node and those of others, what of
 * that was not told yet, and who is typing. Owns what is told: changes, the
 * whole list, or a number; whom it is told to, room.ts knows.
 *
 * Names are counted. Somebody who goes from one node to another is at both for
 * a moment, or at neither, and stays here.
 */

import type { PresenceEvent } from "../../protocol/events.ts";
import type { Roster } from "../fleet/fleet.ts";
import type { Session } from "./session.ts";

/** Above this many members a room tells how many there are, not who … */
export const MOST_LISTED = 200;
/** … until no more than this many are left: a list costs as much as the room
 * has members, squared, and one who comes and goes must not cause many. */
export const LISTED_AGAIN = 180;
/** And not before it has been a number for so many calls of
 * {@linkcode Presence.unpace}, whoever comes and goes. */
const LEAST_UNLISTED = 10;
/** Names that are told to be typing in one turn; who is left out types on. */
const MOST_TYPING = 20;
/** What a rename costs in names, with what is around it. */
const RENAME_COST = 6;

/** Somebody who has another name now. */
interface Renamed {
  /** Those of this node. */
  readonly sessions: readonly Session[];
  readonly event: PresenceEvent;
}

/** A rename that was not told. */
interface Rename {
  readonly sessions: readonly Session[];
  readonly from: string;
  /** Whether nobody else was known by the new name. */
  readonly isNew: boolean;
}

type Change = Pick<PresenceEvent, "joined" | "left" | "renamed">;

/** Who is in a room. */
export class Presence {
  readonly #room: string;
  /** By name, how many say that it is here. */
  readonly #here = new Map<string, number>();
  readonly #nodes = new Map<string, Roster>();
  /** How many are here on nodes that list nobody. */
  #unlisted = 0;
  #joined = new Set<string>();
  #left = new Set<string>();
  /** By new name, whose it is, and which one everybody knows. */
  #renames = new Map<string, Rename>();
  #typing = new Set<string>();
  /** Who was told to be typing a moment ago. */
  #typed = new Set<string>();
  /** Whether those who are here know who is. */
  #listed = true;
  /** How many there are, as was told where nobody is listed. */
  #told = 0;
  /** Whether a number was told a moment ago, and the next one has to wait. */
  #paced = false;
  /** How long nobody is to be listed yet. */
  #unlistedFor = 0;

  constructor(room: string) {
    this.#room = room;
  }

  /** How many are here. */
  get count(): number {
    return this.#here.size + this.#unlisted;
  }

  /** Everyone who is here, as an event that replaces what was known. */
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

  /** Somebody comes. */
  enter(name: string): void {
    const here = this.#here.get(name) ?? 0;
    this.#here.set(name, here + 1);
    // Whose leaving nobody was told of has not been away.
    if (here === 0 && !this.#left.delete(name)) this.#joined.add(name);
  }

  /** Somebody goes. */
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
   * Somebody has another name now.
   *
   * @param sessions Its sessions on this node; one that is on another node
   * counts for itself.
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
    // A name in between, which nobody was told of, is not told.
    const earlier = this.#renames.get(from);
    this.#renames.delete(from);
    if (earlier?.isNew === false) this.#left.add(from);
    const known = earlier?.from ?? from;
    if (known === to) return;
    const isNew = !this.#left.delete(to);
    this.#renames.set(to, { sessions, from: known, isNew });
  }

  /**
   * Somebody is typing.
   *
   * @returns Whether that is news, and is told.
   */
  types(name: string): boolean {
    const news = this.#listed && !this.#typed.has(name) &&
      this.#typing.size < MOST_TYPING;
    if (news) this.#typing.add(name);
    return news;
  }

  /** Somebody has sent what it typed. */
  typed(name: string): void {
    this.#typing.delete(name);
    this.#typed.delete(name);
  }

  /**
   * Another node tells whom it has here.
   *
   * @param roster Undefined when it has nobody any more.
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

  /** Whether something waits: where many come and go, telling each of them to
   * all would cost as much as the room has members, squared. */
  get paced(): boolean {
    return this.#paced || this.#unlistedFor > 0 || this.#typed.size > 0;
  }

  /** A second or so has passed since {@linkcode paced} was true. */
  unpace(): void {
    this.#paced = false;
    this.#unlistedFor = Math.max(this.#unlistedFor - 1, 0);
    this.#typed.clear();
  }

  // What is told; each thing once.

  /** The renames, in their order. */
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

  /** Who came. */
  came(): PresenceEvent | undefined {
    const joined = [...this.#joined];
    this.#joined.clear();
    return this.#news({ joined });
  }

  /** Who went. */
  went(): PresenceEvent | undefined {
    const left = [...this.#left];
    this.#left.clear();
    return this.#news({ left });
  }

  /** Who is typing. */
  typers(): ReadonlySet<string> {
    const typing = this.#typing;
    if (typing.size === 0) return typing;
    this.#typing = new Set();
    for (const name of typing) this.#typed.add(name);
    return typing;
  }

  /** A change as it is to be told: how many there are, where these are many. */
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

  /** The list, which says of changes all there is to say. */
  #list(): PresenceEvent {
    this.#joined.clear();
    this.#left.clear();
    return this.all;
  }
}

function unlistedOf(roster: Roster | undefined): number {
  return roster?.members === undefined ? roster?.count ?? 0 : 0;
}
