/** Marks imported messages, recognized by their stored author. Pure. */

import { isImported } from "../auth/author.ts";
import type { StoredMessage } from "../store/store.ts";

/**
 * Marks the messages that were imported.
 *
 * @param messages Messages of the store.
 * @returns The same list if none was imported.
 */
export function markImported(
  messages: readonly StoredMessage[],
): readonly StoredMessage[] {
  if (!messages.some(({ author }) => isImported(author))) return messages;
  return messages.map((message) =>
    isImported(message.author) ? { ...message, imported: true } : message
  );
}
