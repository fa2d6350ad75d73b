/** Limits the size of a page of a log. Pure. */

import { PAGE_CHARACTERS, type StoredMessage } from "./store.ts";

/**
 * Returns the first messages that fill a page.
 *
 * @param messages Iterated only as far as needed.
 * @returns Up to {@linkcode PAGE_CHARACTERS} of text, and at least one message
 * if there is any.
 */
export function takePage(messages: Iterable<StoredMessage>): StoredMessage[] {
  const page: StoredMessage[] = [];
  let characters = 0;
  for (const message of messages) {
    characters += message.text.length;
    if (page.length > 0 && characters > PAGE_CHARACTERS) break;
    page.push(message);
  }
  return page;
}
