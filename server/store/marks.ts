/**
 * What is special about a message, as one number that stores keep beside it,
 * and what is left of a message that was removed. Pure.
 */

import type { Draft, StoredMessage } from "./store.ts";

/** A message whose text was removed. */
export const REMOVED = 0;
const ANNOUNCEMENT = -1;

/**
 * The number that says what is special about a message.
 *
 * @returns Undefined for an ordinary one; the seq it removes where it does.
 */
export function markOf(
  { removes, announcement }: Pick<Draft, "removes" | "announcement">,
): number | undefined {
  return removes ?? (announcement ? ANNOUNCEMENT : undefined);
}

/**
 * Gives a message its special fields back.
 *
 * @param message An ordinary one.
 * @param mark What {@linkcode markOf} gave, {@linkcode REMOVED}, or nothing.
 */
export function marked(
  message: StoredMessage,
  mark: number | null | undefined,
): StoredMessage {
  if (mark === undefined || mark === null) return message;
  if (mark > 0) return { ...message, removes: mark };
  return mark === ANNOUNCEMENT
    ? { ...message, announcement: true }
    : blank(message);
}

/**
 * What is left of a message that was removed: that it was there, who sent it
 * and when.
 *
 * @param message As it was.
 */
export function blank(
  { room, seq, from, at, author, cid }: StoredMessage,
): StoredMessage {
  return {
    room,
    seq,
    from,
    text: "",
    at,
    author,
    ...(cid !== undefined && { cid }),
    removed: true,
  };
}
