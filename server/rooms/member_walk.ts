/**
 * The order in which the members of one room are served. A walk serves every
 * member once, however long it takes; members that could not get all in their
 * visit follow it. Pure: no socket, no clock.
 */

import type { Member } from "./session.ts";
import type { StoredMessage } from "../store/store.ts";

/** Messages of the store for one member, if it needs older ones than those in
 * memory. */
export type Fetched = readonly StoredMessage[] | undefined;

/** How many visits each member gets after a walk before the walk counts as
 * done. A member that needs more is served as a slow reader is. */
const MORE_VISITS = 8;

/** The walks of one room. */
export class MemberWalk {
  readonly #members: Iterable<Member>;
  /** Called at the end of a walk, with the mark of its beginning. */
  readonly #ended: (mark: number) => void;
  /** Whether a walk has to begin after the current one. */
  #wanted = false;
  #walk: Iterator<Member> | undefined;
  /** The mark of the current walk. */
  #mark = 0;
  /** Visits left until the current walk counts as done. */
  #left = 0;
  /** Members to be visited out of turn. */
  readonly #due = new Map<Member, Fetched>();

  /**
   * @param members All members; may change during a walk.
   * @param ended Called when every member that was there when the walk began
   * has been visited.
   */
  constructor(members: Iterable<Member>, ended: (mark: number) => void) {
    this.#members = members;
    this.#ended = ended;
  }

  /** Has all members visited. */
  want(): void {
    this.#wanted = true;
  }

  /** Has one member visited. */
  due(member: Member, fetched: Fetched): void {
    this.#due.set(member, fetched);
  }

  /** Forgets what was read from the store: a text was removed. */
  forgetFetched(): void {
    for (const member of this.#due.keys()) this.#due.set(member, undefined);
  }

  /**
   * Returns the next member to visit; undefined when there is none.
   *
   * @param mark The mark of a walk that begins now.
   */
  next(mark: number): [member: Member, fetched: Fetched] | undefined {
    while (true) {
      if (this.#walk !== undefined) {
        const { done, value } = this.#walk.next();
        if (!done) return [value, undefined];
        this.#walk = undefined;
        this.#left = this.#due.size * MORE_VISITS;
      }
      if (this.#left > 0 || !this.#wanted) {
        const [first] = this.#due;
        if (first !== undefined) {
          this.#due.delete(first[0]);
          this.#left--;
          if (this.#left <= 0) this.#ended(this.#mark);
          return first;
        }
      }
      this.#left = 0;
      this.#ended(this.#mark);
      if (!this.#wanted) return undefined;
      this.#wanted = false;
      this.#mark = mark;
      this.#walk = this.#members[Symbol.iterator]();
    }
  }
}
