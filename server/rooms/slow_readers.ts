/**
 * The members whose sockets have taken no more, and when each is looked after
 * again. There is no event for a socket that has drained, so it is asked: often
 * at first, since a quick reader of a large tick drains within a turn, and then
 * ever less, since one that has stopped costs nothing.
 */

import type { Cancel, Clock } from "../runtime/clock.ts";
import type { Member } from "./session.ts";

/** How long to wait, milliseconds, by how often a member was looked after and
 * had taken nothing. What was sent in a turn is written at its end, so the
 * first look comes in the next turn. */
const WAITS_MS = [0, 1, 2, 4, 8, 20] as const;

/** What brings a member what it has not got; a room. */
interface Pump {
  pump(member: Member): void;
}

/** Members that wait equally long. */
interface Group {
  readonly members: Map<Member, Pump>;
  cancel: Cancel | null;
}

/** Looks after members that lag. */
export class Laggards {
  readonly #clock: Clock;
  readonly #groups: readonly Group[] = WAITS_MS.map(() => ({
    members: new Map(),
    cancel: null,
  }));

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Has a member pumped when its socket may take more.
   *
   * @param member One that lags; it may wait already.
   * @param room Where it does.
   */
  add(member: Member, room: Pump): void {
    if (member.laggedAt !== member.cursor) {
      member.laggedAt = member.cursor;
      member.looks = 0;
    }
    const index = Math.min(member.looks, WAITS_MS.length - 1);
    const group = this.#groups[index];
    if (group === undefined) return;
    group.members.set(member, room);
    group.cancel ??= this.#wait(index, () => this.#look(group, index));
  }

  /** Looks after nobody any more. */
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
      // It has got something meanwhile, and is looked after sooner.
      if (Math.min(member.looks, WAITS_MS.length - 1) !== index) continue;
      member.looks++;
      room.pump(member);
    }
  }
}
