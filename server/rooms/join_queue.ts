/**
 * Joins that wait, by session: a session that leaves costs the same however many
 * others wait. Pure.
 */

import type { PendingJoin } from "./room.ts";
import type { Session } from "./session.ts";

/** Waiting joins, those of a session in their order. */
export class JoinQueue {
  readonly #joins = new Map<Session, Set<PendingJoin>>();

  /** Whether no join waits. */
  get empty(): boolean {
    return this.#joins.size === 0;
  }

  /** Adds a join behind the others of its session. */
  add(join: PendingJoin): void {
    const { session } = join;
    const joins = this.#joins.get(session);
    if (joins === undefined) this.#joins.set(session, new Set([join]));
    else joins.add(join);
  }

  /**
   * Removes a join.
   *
   * @returns Whether it waited.
   */
  delete(join: PendingJoin): boolean {
    const { session } = join;
    const joins = this.#joins.get(session);
    if (joins?.delete(join) !== true) return false;
    if (joins.size === 0) this.#joins.delete(session);
    return true;
  }

  /** Whether a join waits. */
  has(join: PendingJoin): boolean {
    return this.#joins.get(join.session)?.has(join) ?? false;
  }

  /** Removes the joins of a session. */
  forget(session: Session): void {
    this.#joins.delete(session);
  }

  /** Returns all joins. */
  all(): PendingJoin[] {
    return [...this.#joins.values()].flatMap((joins) => [...joins]);
  }

  /** Removes and returns all joins. */
  takeAll(): PendingJoin[] {
    const all = this.all();
    this.#joins.clear();
    return all;
  }
}
