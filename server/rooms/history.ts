/** Reads a page of a room's log for a history request. */

import type { Page, Range, Store, StoredMessage } from "../store/store.ts";
import { markImported } from "./imported.ts";

/** Characters after which a page of history ends, so that a reply is
 * bounded. */
const MOST_CHARACTERS = 256 * 1024;
/** Messages read at once, at first and at most. Small at first, so that little
 * is read beyond what fits into a reply. */
const FIRST_READ = 32;
const MOST_READ = 256;

/**
 * Reads a part of a room's log, as much as fits into one reply.
 *
 * @param store The store of the log.
 * @param room A checked name.
 * @param range The part wanted. If it does not fit, the messages nearest to its
 * given end are kept.
 * @returns At least one message, if the range has any.
 */
export async function readHistory(
  store: Pick<Store, "read">,
  room: string,
  range: Range,
): Promise<Page> {
  const forward = "after" in range;
  /** Messages read so far, from the given end of the range. */
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
      // Between two reads the store may have deleted messages, or lost its log.
      return characters > MOST_CHARACTERS || page.epoch !== state?.epoch ||
        Math.abs(seq - before.seq) !== 1;
    });
    kept.push(...(end < 0 ? messages : messages.slice(0, end)));
    const last = kept.at(-1);
    const isAll = messages.length < limit || kept.length >= range.limit;
    if (end >= 0 || isAll || last === undefined) break;
    next = forward ? { after: last.seq, limit } : { before: last.seq, limit };
  }
  const messages = markImported(forward ? kept : kept.toReversed());
  return { ...state, messages };
}

/** Estimates how many more messages fit, from the length of those before. */
function likelyToFit(characters: number, messages: number): number {
  const left = MOST_CHARACTERS - characters;
  const count = Math.ceil(left / Math.max(characters / messages, 1));
  return Math.min(Math.max(count, 1), MOST_READ);
}
