/**
 * Who is in one room, by name: those of this node and those of others, what of
 * that was not told yet, and who is typing. Owns what is told: changes, the
 * whole list, or a number; whom it is told to, room.ts knows.
 *
 * Names are counted. Somebody who goes from one node to another is at both for
 * a moment, or at neither, and stays here.
 */

import type { PresenceEvent } from "../protocol/events.ts";
import type { Roster } from "./fleet/fleet.ts";
import type { Session } from "./session.ts";

/** Above this many members a room tells how many there are, not who. */
export const MOST_LISTED = 200;

/** Somebody who has another name now. */
interface Renamed {
  /** Those of this node. */
  readonly sessions: readonly Session[];
  readonly event: PresenceEvent;
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
  #renames: { sessions: readonly Session[]; change: Change }[] = [];
  #typing = new Set<string>();
  /** Whether those who are here know who is. */
  #listed = true;
  /** How many there are is not what was told. */
  #recount = false;
  /** Whether a number was told a moment ago, and the next one has to wait. */
  #paced = false;

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
      ...(count <= MOST_LISTED && { members: [...this.#here.keys()] }),
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
    const known = this.#here.get(from) === count && !this.#here.has(to) &&
      !this.#joined.has(from);
    if (!known) {
      for (let i = 0; i < count; i++) {
        this.exit(from);
        this.enter(to);
      }
      return;
    }
    this.#here.delete(from);
    this.#here.set(to, count);
    const joined = this.#left.delete(to) ? [] : [to];
    const change = { left: [from], joined, renamed: [[from, to]] } as const;
    this.#renames.push({ sessions, change });
  }

  /** Somebody is typing. */
  types(name: string): void {
    this.#typing.add(name);
  }

  /** Somebody has sent what it typed. */
  typed(name: string): void {
    this.#typing.delete(name);
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
    const change = unlistedOf(roster) - unlistedOf(before);
    this.#unlisted += change;
    this.#recount ||= change !== 0;
    for (const [session, name] of before?.members ?? []) {
      if (roster?.members?.has(session) !== true) this.exit(name);
    }
    for (const [session, name] of roster?.members ?? []) {
      const was = before?.members?.get(session);
      if (was === undefined) this.enter(name);
      else if (was !== name) this.rename(was, name);
    }
  }

  /** Whether numbers wait: where many come and go, telling each of them to all
   * would cost as much as the room has members, squared. */
  get paced(): boolean {
    return this.#paced;
  }

  /** The next number may be told. */
  unpace(): void {
    this.#paced = false;
  }

  // What is told; each thing once.

  /** The renames, in their order. */
  renamed(): Renamed[] {
    const renames = this.#renames;
    this.#renames = [];
    return renames.flatMap(({ sessions, change }) => {
      const event = this.#news(change);
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
    if (typing.size > 0) this.#typing = new Set();
    return typing;
  }

  /** A change as it is to be told: how many there are, where these are many. */
  #news(change: Change): PresenceEvent | undefined {
    const { joined = [], left = [], renamed = [] } = change;
    const news = joined.length + left.length + renamed.length > 0;
    if (!news && !this.#recount) return undefined;
    const { count } = this;
    const knew = this.#listed;
    this.#listed = count <= MOST_LISTED;
    const number = !this.#listed && !knew;
    this.#recount = number && this.#paced;
    if (this.#recount) return undefined;
    this.#paced = number;
    // Who did not know who is here cannot make sense of changes.
    if (!this.#listed || !knew) return this.all;
    return news
      ? { type: "presence", room: this.#room, ...change, count }
      : undefined;
  }
}

function unlistedOf(roster: Roster | undefined): number {
  return roster?.members === undefined ? roster?.count ?? 0 : 0;
}
