/**
 * Encodes a message's special properties as one number that stores keep with
 * it. Also defines what remains of a removed message. Pure.
 */

import type { Draft, StoredMessage } from "./store.ts";

/** A message whose text was removed. */
export const REMOVED = 0;
const ANNOUNCEMENT = -1;

/**
 * Returns the mark of a message.
 *
 * @returns Undefined for an ordinary message; the removed seq for a removal.
 */
export function markOf(
  { removes, announcement }: Pick<Draft, "removes" | "announcement">,
): number | undefined {
  return removes ?? (announcement ? ANNOUNCEMENT : undefined);
}

/**
 * Restores a message's special fields from its mark.
 *
 * @param message An ordinary message.
 * @param mark A result of {@linkcode markOf}, {@linkcode REMOVED}, or
 * undefined.
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
 * Returns what remains of a removed message: its seq, sender and time.
 *
 * @param message The original message.
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
