/** Marks messages by what their stored author is: imported, or a guest's.
 * Pure. */

import { isGuest, isImported } from "../auth/author.ts";
import type { StoredMessage } from "../store/store.ts";

/**
 * Marks the messages that were imported, and those of guests.
 *
 * @param messages Messages of the store.
 * @param marksGuests Whether access tokens are in use and guests may enter, so
 * that a guest can take a name that a token's bearer had.
 * @returns The same list if there is nothing to mark.
 */
export function markAuthors(
  messages: readonly StoredMessage[],
  marksGuests = false,
): readonly StoredMessage[] {
  const isMarked = ({ author }: StoredMessage) =>
    isImported(author) || (marksGuests && isGuest(author));
  if (!messages.some(isMarked)) return messages;
  return messages.map((message) =>
    !isMarked(message)
      ? message
      : isImported(message.author)
      ? { ...message, imported: true }
      : { ...message, guest: true }
  );
}
