/** When a room calls for attention, and what it counts as unread: the room's own
 * setting wins over the setting for all rooms. */

import type { Attention, Preferences } from "./browser_storage.ts";

/** From the quietest to the loudest. */
const LEVELS: readonly Attention[] = ["none", "mentions", "all"];

/**
 * Returns the sounds and notifications of one room.
 *
 * @param all The settings for all rooms.
 * @param own The room's own setting; undefined where it has none. It turns
 *   sounds down, never up: a quiet page stays quiet.
 */
export function attentionIn(
  all: Preferences,
  own: Attention | undefined,
): Preferences {
  if (own === undefined) return all;
  const sound = Math.min(LEVELS.indexOf(all.sound), LEVELS.indexOf(own));
  return { notices: own, sound: LEVELS[sound] ?? "none" };
}

/** Whether a message calls for attention at a level. */
export function isWanted(level: Attention, mentioned: boolean): boolean {
  return level === "all" || (level === "mentions" && mentioned);
}

/**
 * Returns the number of unread messages to show for a room.
 *
 * @param own The room's own setting; without one all messages count.
 * @param unread Unread messages.
 * @param calls Those that mention the reader, and announcements.
 */
export function countedUnread(
  own: Attention | undefined,
  unread: number,
  calls: number,
): number {
  if (own === "none") return 0;
  return own === "mentions" ? Math.min(calls, unread) : unread;
}
