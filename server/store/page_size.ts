/** How much of a log is read at once. Pure. */

import { PAGE_CHARACTERS, type StoredMessage } from "./store.ts";

/**
 * The first messages of a run, as many as make a page.
 *
 * @param messages Gone through no further than needed.
 * @returns Up to {@linkcode PAGE_CHARACTERS} of text, but at least one message
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
