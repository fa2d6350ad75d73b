/**
 * The members of a room. Pure: takes events, returns changes. Applying an event
 * is idempotent, because the member list of a join can contain changes whose
 * events follow.
 */

import type { PresenceEvent } from "../../protocol/events.ts";
import { presenceChanges } from "../../protocol/presence.ts";
import type { Presence } from "./room_api.ts";

/** Sorts numbers by value: Ada, Ada 2, Ada 10. */
const ORDER = new Intl.Collator(undefined, { numeric: true });

/** The members of one room, as far as the server lists them. */
export class Members {
  /** Undefined if there are too many to list. */
  #names: Set<string> | undefined = new Set();
  #sorted: readonly string[] | undefined;
  #count = 0;

  /** The names, sorted; empty if there are too many to list. */
  get names(): readonly string[] {
    this.#sorted ??= [...this.#names ?? []].sort(ORDER.compare);
    return this.#sorted;
  }

  /** The number of members, listed or not. */
  get count(): number {
    return this.#count;
  }

  /**
   * Replaces the list.
   *
   * @param names All names, or undefined if there are too many to list.
   * @param count The number of members.
   */
  replace(names: readonly string[] | undefined, count: number): Presence {
    const before = this.#names;
    const now = names && new Set(names);
    this.#names = now;
    this.#sorted = undefined;
    this.#count = count;
    return {
      snapshot: true,
      joined: before && now ? without(now, before) : [],
      left: before && now ? without(before, now) : [],
      renamed: [],
      count,
    };
  }

  /**
   * Applies an event.
   *
   * @returns The changes, or undefined if there are none.
   */
  apply(event: PresenceEvent): Presence | undefined {
    const { members, count } = event;
    if (members !== undefined) return this.replace(members, count);
    const names = this.#names;
    const { joined, left, renamed } = presenceChanges(event);
    const isHere = (name: string) => names?.has(name) ?? false;
    const isNew = (name: string) => !isHere(name);
    const isGone = (name: string) => names === undefined || isHere(name);
    const change = {
      joined: joined.filter(isNew),
      left: left.filter(isGone),
      renamed: renamed.filter(([old, name]) => isGone(old) || isNew(name)),
    };
    const sameCount = count === this.#count;
    this.#count = count;
    if (sameCount && Object.values(change).every((list) => list.length === 0)) {
      return undefined;
    }
    for (const name of event.left ?? []) names?.delete(name);
    for (const name of event.joined ?? []) names?.add(name);
    this.#sorted = undefined;
    return { ...change, snapshot: false, count };
  }
}

/** Returns the names of one set that are not in another. */
function without(names: Set<string>, others: Set<string>): string[] {
  return [...names].filter((name) => !others.has(name));
}
