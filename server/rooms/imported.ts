/**
 * Marks messages that were imported, for all who read them: their author, which
 * the store keeps, says so. Pure.
 */

import { isImported } from "../auth/author.ts";
import type { StoredMessage } from "../store/store.ts";

/**
 * Marks the messages that were imported.
 *
 * @param messages As they are stored.
 * @returns The same list where none was.
 */
export function markImported(
  messages: readonly StoredMessage[],
): readonly StoredMessage[] {
  if (!messages.some(({ author }) => isImported(author))) return messages;
  return messages.map((message) =>
    isImported(message.author) ? { ...message, imported: true } : message
  );
}
