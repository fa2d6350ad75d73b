/** Splits presence events for display: a rename is one change, not a leave and
 * a join. */

import type { PresenceEvent } from "./events.ts";

/** Joins, leaves and renames; each person once. */
export interface PresenceChanges {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly renamed: readonly (readonly [string, string])[];
}

/**
 * Splits a presence event into joins, leaves and renames.
 *
 * @param event An event without `members`.
 * @returns The changes, a renamed person in `renamed` only.
 */
export function presenceChanges(event: PresenceEvent): PresenceChanges {
  const { joined = [], left = [], renamed = [] } = event;
  const before = new Set(renamed.map(([name]) => name));
  const after = new Set(renamed.map(([, name]) => name));
  return {
    joined: joined.filter((name) => !after.has(name)),
    left: left.filter((name) => !before.has(name)),
    renamed,
  };
}
