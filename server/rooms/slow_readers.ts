/**
 * Polls the members whose sockets are full. Sockets have no drain event. A poll
 * comes soon at first, since a quick reader of a large tick drains within a
 * turn. Then it backs off, so that a stalled reader costs almost nothing.
 */

import type { Cancel, Clock } from "../runtime/clock.ts";
import type { Member } from "./session.ts";

/** Milliseconds until the next poll, by the number of polls without progress.
 * The runtime writes at the end of a turn, so the first poll is in the next
 * turn. */
const WAITS_MS = [0, 1, 2, 4, 8, 20] as const;

/** Sends a member what it has not got: a room. */
interface Pump {
  due(member: Member): void;
}

/** Members with the same wait. */
interface Group {
  readonly members: Map<Member, Pump>;
  cancel: Cancel | null;
}

/** Polls members that lag. */
export class SlowReaders {
  readonly #clock: Clock;
  readonly #groups: readonly Group[] = WAITS_MS.map(() => ({
    members: new Map(),
    cancel: null,
  }));

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Pumps a member when its socket may have room.
   *
   * @param member A member that lags; it may be waiting already.
   * @param room The room in which it lags.
   */
  add(member: Member, room: Pump): void {
    if (member.slowSince !== member.cursor) {
      member.slowSince = member.cursor;
      member.looks = 0;
    }
    const index = Math.min(member.looks, WAITS_MS.length - 1);
    const group = this.#groups[index];
    if (group === undefined) return;
    group.members.set(member, room);
    group.cancel ??= this.#wait(index, () => this.#look(group, index));
  }

  /** Stops all polls. */
  stop(): void {
    for (const group of this.#groups) {
      group.cancel?.();
      group.members.clear();
    }
  }

  #wait(index: number, act: () => void): Cancel {
    const ms = WAITS_MS[index] ?? 0;
    if (ms > 0) return this.#clock.after(ms, act);
    this.#clock.soon(act);
    return () => {};
  }

  #look(group: Group, index: number): void {
    group.cancel = null;
    const members = [...group.members];
    group.members.clear();
    for (const [member, room] of members) {
      // It has made progress meanwhile, and waits in an earlier group.
      if (Math.min(member.looks, WAITS_MS.length - 1) !== index) continue;
      member.looks++;
      room.due(member);
    }
  }
}
