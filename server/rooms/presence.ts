/**
 * Presence of one room: the names of its members on all nodes, what of them is
 * announced, and who is typing. Decides whether to announce changes, the whole
 * list or a number; name_changes.ts merges the changes, room.ts decides when to
 * announce them and who gets it. Pure: the time is passed in.
 *
 * Names are counted. A person who moves between nodes is on both for a moment,
 * or on neither, and is not announced as gone.
 */

import type { PresenceEvent } from "../../protocol/events.ts";
import type { Roster } from "../fleet/fleet.ts";
import {
  LONG_AGO,
  type Monotonic,
  msAfter,
  msBetween,
} from "../runtime/clock.ts";
import { type NameChange, NameChanges } from "./name_changes.ts";

/** Above this many members a room announces a number, not names … */
export const MOST_LISTED = 200;
/** … until at most this many are left. A list costs the square of the members,
 * so one person who joins and leaves must not cause many. */
export const LISTED_AGAIN = 180;
/** Milliseconds until a room that announced a number may announce names. */
const UNLISTED_MS = 10_000;
/** Shortest time between two numbers, milliseconds. */
const NUMBER_MS = 1_000;
/** A list replaces changes that have so many names more than it. */
const SPARE_NAMES = 20;
/** Most names announced as typing in one turn; others follow as they type
 * on. */
const MOST_TYPING = 20;
/** Time in which a name is announced as typing once, milliseconds. */
const TYPING_MS = 1_000;

/** The members of a room. */
export class Presence {
  readonly #room: string;
  /** Number of sessions and nodes that report each name. */
  readonly #here = new Map<string, number>();
  readonly #nodes = new Map<string, Roster>();
  /** Number of members on nodes that report only a number. */
  #unlisted = 0;
  readonly #changes = new NameChanges(this.#here);
  #typing = new Set<string>();
  /** Names announced as typing since {@linkcode #typedSince}. */
  #typed = new Set<string>();
  #typedSince: Monotonic = LONG_AGO;
  /** Whether the room announces names. */
  #listed = true;
  /** Whether a reader got a number from a room that still announces names. */
  #numbered = false;
  /** When a room that announces a number may announce names. */
  #listedFrom: Monotonic = LONG_AGO;
  /** The number that was announced last. */
  #number = 0;
  /** When the next number may be announced. */
  #numberFrom: Monotonic = LONG_AGO;

  constructor(room: string) {
    this.#room = room;
  }

  /** Number of members on all nodes. */
  get count(): number {
    return this.#here.size + this.#unlisted;
  }

  /** Returns the whole list, or the number, as an event for one reader. It
   * replaces any earlier one. */
  all(): PresenceEvent {
    this.#changes.listed();
    if (this.#listed && this.count > MOST_LISTED) this.#numbered = true;
    return this.#all();
  }

  /** Adds a name. */
  enter(name: string): void {
    const here = this.#here.get(name) ?? 0;
    this.#here.set(name, here + 1);
    if (here === 0 && this.#listed) this.#changes.entered(name);
  }

  /** Removes a name. */
  exit(name: string): void {
    const here = this.#here.get(name) ?? 0;
    if (here > 1) {
      this.#here.set(name, here - 1);
      return;
    }
    this.#here.delete(name);
    if (this.#listed) this.#changes.exited(name);
  }

  /**
   * Renames a person.
   *
   * @param from The old name.
   * @param to The new name.
   * @param count The number of the person's sessions.
   */
  rename(from: string, to: string, count = 1): void {
    if (this.#here.get(from) === count && !this.#here.has(to)) {
      this.#here.delete(from);
      this.#here.set(to, count);
      if (this.#listed) this.#changes.renamed(from, to);
      return;
    }
    for (let i = 0; i < count; i++) {
      this.exit(from);
      this.enter(to);
    }
  }

  /**
   * Records that a person is typing.
   *
   * @returns Whether it is to be announced.
   */
  types(name: string, now: Monotonic): boolean {
    if (msBetween(this.#typedSince, now) >= TYPING_MS) this.#typed.clear();
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

  /** Returns the milliseconds until there is something to announce; undefined
   * if there is nothing. */
  waitMs(now: Monotonic): number | undefined {
    if (this.#listed) {
      const { pending } = this.#changes;
      const hasNews = pending || this.#numbered || this.count > MOST_LISTED;
      return hasNews ? 0 : undefined;
    }
    const numberMs = Math.max(msBetween(now, this.#numberFrom), 0);
    if (this.count !== this.#number) return numberMs;
    if (this.count > LISTED_AGAIN) return undefined;
    return Math.max(msBetween(now, this.#listedFrom), numberMs);
  }

  // Announcements; each change once.

  /** Returns the renames, then the joins, or a list or a number instead. */
  came(now: Monotonic): PresenceEvent[] {
    return this.#instead(now) ?? [
      this.#changes.takeRenames(),
      this.#changes.takeJoins(),
    ].flatMap((change) => this.#event(change));
  }

  /** Returns the leaves, or a list or a number instead. */
  went(now: Monotonic): PresenceEvent[] {
    return this.#instead(now) ?? this.#event(this.#changes.takeLeaves());
  }

  /** Returns the names that started typing. */
  typers(now: Monotonic): ReadonlySet<string> {
    const typing = this.#typing;
    if (typing.size === 0) return typing;
    this.#typing = new Set();
    if (this.#typed.size === 0) this.#typedSince = now;
    for (const name of typing) this.#typed.add(name);
    return typing;
  }

  #event(change: NameChange | undefined): PresenceEvent[] {
    const { count } = this;
    return change === undefined
      ? []
      : [{ type: "presence", room: this.#room, ...change, count }];
  }

  /** Returns what replaces the changes, if anything does: a list, a number, or
   * nothing while a number has to wait. */
  #instead(now: Monotonic): PresenceEvent[] | undefined {
    const { count } = this;
    if (this.#listed) {
      if (count > MOST_LISTED) {
        this.#listed = this.#numbered = false;
        this.#listedFrom = msAfter(now, UNLISTED_MS);
        this.#changes.reset([]);
        this.#number = count;
        return [this.#all()];
      }
      const { size, known } = this.#changes;
      const most = Math.max(this.#here.size, known) + SPARE_NAMES;
      return size > most || this.#numbered ? [this.#list()] : undefined;
    }
    if (now < this.#numberFrom) return [];
    if (count <= LISTED_AGAIN && now >= this.#listedFrom) return [this.#list()];
    if (count === this.#number) return [];
    this.#numberFrom = msAfter(now, NUMBER_MS);
    this.#number = count;
    return [this.#all()];
  }

  /** Returns the list for all members; it replaces all pending changes. */
  #list(): PresenceEvent {
    this.#listed = true;
    this.#numbered = false;
    this.#changes.reset(this.#here.keys());
    return this.#all();
  }

  #all(): PresenceEvent {
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
}

function unlistedOf(roster: Roster | undefined): number {
  return roster?.members === undefined ? roster?.count ?? 0 : 0;
}
