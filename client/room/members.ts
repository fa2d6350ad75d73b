/**
 * Who is in a room. Pure: events in, what changed out. Applying an event twice
 * changes nothing the second time, so an event that was already part of the
 * list one joined with does no harm.
 */

import type { PresenceEvent } from "../../protocol/events.ts";
import { presenceChanges } from "../../protocol/presence.ts";
import type { Presence } from "./room_api.ts";

/** As people would have it: Ada, Ada 2, Ada 10. */
const ORDER = new Intl.Collator(undefined, { numeric: true });

/** The members of one room, as far as the server lists them. */
export class Members {
  /** Undefined when there are too many to list. */
  #names: Set<string> | undefined = new Set();
  #sorted: readonly string[] | undefined;
  #count = 0;

  /** Sorted; empty when there are too many to list. */
  get names(): readonly string[] {
    this.#sorted ??= [...this.#names ?? []].sort(ORDER.compare);
    return this.#sorted;
  }

  /** How many there are, listed or not. */
  get count(): number {
    return this.#count;
  }

  /**
   * Replaces everything that was known.
   *
   * @param names Everyone, or undefined when there are too many to list.
   * @param count How many there are.
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
   * @returns What is new in it, or undefined when nothing is.
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

/** The names of one set that another does not have. */
function without(names: Set<string>, others: Set<string>): string[] {
  return [...names].filter((name) => !others.has(name));
}
