/**
 * How many rules there may be, and how much moderators may do, so that those of
 * one room leave room for everybody else: for other rooms' rules, for those of
 * the whole server, and for what others did in the audit log. Pure: the time
 * comes from the clock passed in.
 */

import { HubbubError } from "../../protocol/errors.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import type { Permissions } from "../auth/permissions.ts";
import type { Clock } from "../runtime/clock.ts";
import { Buckets } from "../runtime/token_bucket.ts";
import { placeOf } from "./bans.ts";
import { type ModerationRules, roomOf } from "./rules.ts";

/** Documents there may be, so that all nodes can read them again and again. */
export const MOST_RULES = 2_000;
/** How many of these may be about one room. */
export const MOST_ROOM_RULES = 200;
/** How many may be about single rooms: the rest is for the whole server. */
export const MOST_IN_ROOMS = 1_600;

/** Acts a second in one room, and at once, of those who may moderate some
 * rooms: each of them takes a place in the audit log. */
const ACTS = { perSecond: 1, burst: 200 };
/** Rooms whose acts are counted at once. */
const MOST_ROOMS = 10_000;

type Documents = readonly (readonly [key: string, object | null])[];

/** Whether one more rule fits in, without anybody asking for it. */
export function hasRoomFor(rules: ModerationRules, key: string): boolean {
  return rules.has(key) || rules.size < MOST_RULES && (
        roomOf(key) === EVERY_ROOM ||
        rules.sizeOf(roomOf(key)) < MOST_ROOM_RULES
      );
}

/** What the moderators of a server may do. */
export class RuleLimits {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #acts = new Buckets({ ...ACTS, most: MOST_ROOMS });

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /**
   * Counts something that a moderator does.
   *
   * @param grant What it may do; whoever may moderate everything is not limited.
   * @param room Where it does so.
   * @throws {HubbubError} `rate_limited`.
   */
  act(permissions: Permissions, room: string): void {
    if (permissions.allows("moderate", EVERY_ROOM)) return;
    const retryAfterMs = this.#acts.take(room, this.#clock.monotonic());
    if (retryAfterMs === 0) return;
    throw new HubbubError("rate_limited", {
      message: `Too many moderator actions in ${placeOf(room)}. Wait ` +
        "a moment and try again",
      retryAfterMs,
    });
  }

  /**
   * Checks that there is room for rules.
   *
   * @param rules Those there are.
   * @param documents What is to be kept, by key; null: nothing any more.
   * @param grant What the moderator may do: the share of a room does not hold
   * for whoever may moderate everything.
   * @throws {HubbubError} `rules_full`.
   */
  check(
    rules: ModerationRules,
    documents: Documents,
    permissions: Permissions,
  ): void {
    const fresh = documents.filter(([key, document]) =>
      document !== null && !rules.has(key)
    );
    if (fresh.length === 0) return;
    if (rules.size + fresh.length > MOST_RULES) {
      throw new HubbubError("rules_full");
    }
    if (permissions.allows("moderate", EVERY_ROOM)) return;
    for (const room of new Set(fresh.map(([key]) => roomOf(key)))) {
      if (rules.sizeOf(room) < MOST_ROOM_RULES) continue;
      throw new HubbubError("rules_full", {
        message:
          `There are already ${MOST_ROOM_RULES} bans, locks and slow modes in ` +
          `${placeOf(room)}. Lift some first`,
      });
    }
    const inRooms = rules.size - rules.sizeOf(EVERY_ROOM);
    if (inRooms < MOST_IN_ROOMS) return;
    throw new HubbubError("rules_full", {
      message: "The rooms have too many bans, locks and slow modes. " +
        "Lift some first, or ask a moderator of the whole server",
    });
  }
}
