/**
 * The names that the members of a room know, and the changes since: joins,
 * leaves and renames, merged until they are announced. Each announcement leads
 * from the names that the members know to the names that are here, so every
 * list is right in the end, however much happens in between.
 *
 * Names only: presence.ts counts sessions and nodes. Pure.
 */

import type { PresenceEvent } from "../../protocol/events.ts";

/** The names of one announcement. */
export type NameChange = Pick<PresenceEvent, "joined" | "left" | "renamed">;

/** The changes of one room. */
export class NameChanges {
  readonly #here: { has(name: string): boolean };
  /** The names that the members know. */
  #known = new Set<string>();
  /** Names that are here and not known, or known and not here. */
  readonly #changed = new Set<string>();
  /** Names that changed before a reader got a list of all: it may know others
   * than {@linkcode #known}. They are announced in any case. */
  readonly #unsure = new Set<string>();
  /** Renames, by the known name, and by the new one. */
  readonly #renames = new Map<string, string>();
  readonly #origins = new Map<string, string>();

  /** @param here The names that are here; the caller changes them first. */
  constructor(here: { has(name: string): boolean }) {
    this.#here = here;
  }

  /** Whether there is something to announce. */
  get pending(): boolean {
    return this.size > 0;
  }

  /** Number of names in the announcements to come, about. */
  get size(): number {
    return this.#changed.size + this.#unsure.size + 2 * this.#renames.size;
  }

  /** Number of names that the members know. */
  get known(): number {
    return this.#known.size;
  }

  /** Records that a name is here now. */
  entered(name: string): void {
    this.#forgetOwner(name);
    this.#compare(name);
  }

  /** Records that a name is no longer here. */
  exited(name: string): void {
    this.#compare(name);
  }

  /** Records that a person has changed the name `from` to `to`, which nobody
   * had. */
  renamed(from: string, to: string): void {
    this.#forgetOwner(to);
    const origin = this.#origins.get(from) ??
      // After the one that the members know under it, others may have had it.
      (this.#known.has(from) && !this.#renames.has(from) ? from : undefined);
    this.#origins.delete(from);
    if (origin === to) this.#renames.delete(to);
    else if (origin !== undefined) {
      this.#renames.set(origin, to);
      this.#origins.set(to, origin);
    }
    this.#compare(from);
    this.#compare(to);
  }

  /** Records that a reader gets a list of all names that are here. */
  listed(): void {
    for (const name of this.#changed) this.#unsure.add(name);
  }

  /**
   * Begins anew: all members get a list.
   *
   * @param names The names of the list; none if members get a number.
   */
  reset(names: Iterable<string>): void {
    this.#known = new Set(names);
    for (const pending of [this.#changed, this.#unsure]) pending.clear();
    this.#renames.clear();
    this.#origins.clear();
  }

  // Announcements, in this order; each change once.

  /** Returns the renames; undefined if there are none. */
  takeRenames(): NameChange | undefined {
    const renamed = inOrder(this.#renames).filter(([from, to]) =>
      this.#here.has(to) ||
      // It has left under a name that only this announcement tells.
      !this.#known.has(to) && !this.#here.has(from)
    );
    this.#renames.clear();
    this.#origins.clear();
    if (renamed.length === 0) return undefined;
    const to = new Set(renamed.map(([, to]) => to));
    const left = renamed.map(([from]) => from).filter((name) => !to.has(name));
    const joined = [...to].filter((name) => !this.#known.has(name));
    for (const name of left) this.#tell(name, false);
    for (const name of joined) this.#tell(name, true);
    return { left, joined, renamed };
  }

  /** Returns the joins; undefined if there are none. */
  takeJoins(): NameChange | undefined {
    const joined = this.#pendingNames().filter((name) => this.#here.has(name));
    for (const name of joined) this.#tell(name, true);
    return joined.length === 0 ? undefined : { joined };
  }

  /** Returns the leaves; undefined if there are none. */
  takeLeaves(): NameChange | undefined {
    const left = this.#pendingNames().filter((name) =>
      // A person who is renamed meanwhile follows in the next announcement.
      !this.#here.has(name) && !this.#renames.has(name)
    );
    for (const name of left) this.#tell(name, false);
    return left.length === 0 ? undefined : { left };
  }

  #pendingNames(): string[] {
    return [...this.#changed.union(this.#unsure)];
  }

  /** Records what all members know of a name now. */
  #tell(name: string, isHere: boolean): void {
    if (isHere) this.#known.add(name);
    else this.#known.delete(name);
    this.#unsure.delete(name);
    this.#compare(name);
  }

  #compare(name: string): void {
    if (this.#known.has(name) === this.#here.has(name)) {
      this.#changed.delete(name);
    } else this.#changed.add(name);
  }

  /** Forgets how the person got a name who had it before and left with it. */
  #forgetOwner(name: string): void {
    const origin = this.#origins.get(name);
    if (origin === undefined) return;
    this.#origins.delete(name);
    this.#renames.delete(origin);
  }
}

/** Returns renames so that a person gives up a name before another takes it;
 * persons who exchange names come in any order. */
function inOrder(renames: ReadonlyMap<string, string>): [string, string][] {
  const order = new Map<string, string>();
  for (const start of renames.keys()) {
    const chain = new Map<string, string>();
    let from = start;
    while (!order.has(from) && !chain.has(from)) {
      const to = renames.get(from);
      if (to === undefined) break;
      chain.set(from, to);
      from = to;
    }
    for (const [from, to] of [...chain].reverse()) order.set(from, to);
  }
  return [...order];
}
