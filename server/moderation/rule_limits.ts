/**
 * Limits rules and moderation actions per room, so that one room leaves
 * capacity for other rooms and the whole server, both in rules and in the audit
 * log. Pure: time comes from the clock passed in.
 */

import { HubbubError } from "../../protocol/errors.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import type { Permissions } from "../auth/permissions.ts";
import type { Clock } from "../runtime/clock.ts";
import { Buckets } from "../runtime/token_bucket.ts";
import { placeOf } from "./bans.ts";
import { type ModerationRules, roomOf } from "./rules.ts";

/** Maximum documents in total: all nodes read all of them repeatedly. */
export const MOST_RULES = 2_000;
/** Maximum documents per room. */
export const MOST_ROOM_RULES = 200;
/** Maximum documents about single rooms; the rest is for the whole server. */
export const MOST_IN_ROOMS = 1_600;

/** Actions per second and room, and burst, for moderators of some rooms: each
 * action adds an audit entry. */
const ACTS = { perSecond: 1, burst: 200 };
/** Maximum rooms tracked. */
const MOST_ROOMS = 10_000;

type Documents = readonly (readonly [key: string, object | null])[];

/** Returns whether an automatic rule fits. */
export function hasRoomFor(rules: ModerationRules, key: string): boolean {
  return rules.has(key) || rules.size < MOST_RULES && (
        roomOf(key) === EVERY_ROOM ||
        rules.sizeOf(roomOf(key)) < MOST_ROOM_RULES
      );
}

/** Limits of a server's moderators. */
export class RuleLimits {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #acts = new Buckets({ ...ACTS, most: MOST_ROOMS });

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /**
   * Counts a moderation action.
   *
   * @param permissions The moderator's; moderators of everything are not
   * limited.
   * @param room The room.
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
   * Checks that new documents fit.
   *
   * @param rules The current rules.
   * @param documents Documents by key; null deletes.
   * @param permissions The moderator's; the limit per room does not apply to
   * moderators of everything.
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
