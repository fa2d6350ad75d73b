/** Reading a part of a room's log for somebody who asked for it. */

import type { Page, Range, Store, StoredMessage } from "../store/store.ts";

/** Characters after which a page of history ends, so that a reply is bounded. */
const MOST_CHARACTERS = 256 * 1024;
/** Messages read at once, at first and at most: what is too much for one reply
 * is hardly read. */
const FIRST_READ = 32;
const MOST_READ = 256;

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
  const forward = "after" in range;
  /** From the given end on. */
  const kept: StoredMessage[] = [];
  let state: Page | undefined;
  let next = range;
  let characters = 0;
  while (true) {
    const limit = Math.min(
      kept.length === 0 ? FIRST_READ : likelyToFit(characters, kept.length),
      range.limit - kept.length,
    );
    const page = await store.read(room, { ...next, limit });
    state ??= page;
    const messages = forward ? page.messages : page.messages.toReversed();
    const end = messages.findIndex(({ text, seq }, index) => {
      characters += text.length;
      const before = messages[index - 1] ?? kept.at(-1);
      if (before === undefined) return false;
      // Between two reads the store may have let go of messages, or lost all.
      return characters > MOST_CHARACTERS || page.epoch !== state?.epoch ||
        Math.abs(seq - before.seq) !== 1;
    });
    kept.push(...(end < 0 ? messages : messages.slice(0, end)));
    const last = kept.at(-1);
    const isAll = messages.length < limit || kept.length >= range.limit;
    if (end >= 0 || isAll || last === undefined) break;
    next = forward ? { after: last.seq, limit } : { before: last.seq, limit };
  }
  return { ...state, messages: forward ? kept : kept.toReversed() };
}

/** How many more messages may fit, if they are as long as those before. */
function likelyToFit(characters: number, messages: number): number {
  const left = MOST_CHARACTERS - characters;
  const count = Math.ceil(left / Math.max(characters / messages, 1));
  return Math.min(Math.max(count, 1), MOST_READ);
}
