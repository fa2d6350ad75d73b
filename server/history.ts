/** Reading a part of a room's log for somebody who asked for it. */

import type { Page, Range, Store } from "./store/store.ts";

/** Characters after which a page of history ends, so that a reply is bounded. */
const MOST_CHARACTERS = 256 * 1024;

/**
 * Reads a part of a room's log.
 *
 * @param store Where the log is.
 * @param room A checked name.
 * @param range Which part; of the messages wanted, those nearest to its given
 * end stay when all would be too much for one reply.
 * @returns At least one message, if there is any in the range.
 */
export async function readHistory(
  store: Pick<Store, "read">,
  room: string,
  range: Range,
): Promise<Page> {
  const page = await store.read(room, range);
  const forward = "after" in range;
  const nearest = forward ? page.messages : page.messages.toReversed();
  let characters = 0;
  const end = nearest.findIndex(({ text }) =>
    (characters += text.length) > MOST_CHARACTERS
  );
  if (end < 0) return page;
  const kept = nearest.slice(0, Math.max(end, 1));
  return { ...page, messages: forward ? kept : kept.reverse() };
}
