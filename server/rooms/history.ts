/** Reads a page of a room's log for a history request. */

import { jsonBytes } from "../runtime/json_size.ts";
import type { Page, Range, StoredMessage } from "../store/store.ts";
import { markAuthors } from "./author_marks.ts";
import { PAGE_BYTES, type Reads } from "./read_queue.ts";

/** Bytes that a message takes beside its text and names, about. */
const ENVELOPE = 120;
/** Messages read at once, at first and at most. Small at first, so that little
 * is read beyond what fits into a reply. */
const FIRST_READ = 32;
const MOST_READ = 256;

/** Bytes of a message in a reply, about. */
export function bytesOf({ text, from, cid = "" }: StoredMessage): number {
  return jsonBytes(text) + jsonBytes(from) + jsonBytes(cid) + ENVELOPE;
}

/**
 * Reads a part of a room's log, as much as fits into one reply.
 *
 * @param store The store of the log.
 * @param room A checked name.
 * @param range The part wanted. If it does not fit, the messages nearest to its
 * given end are kept.
 * @param most Bytes of JSON after which a page ends, so that a reply is bounded.
 * @returns At least one message, if the range has any, and the bytes that were
 * read for it.
 */
export async function readHistory(
  store: Reads,
  room: string,
  range: Range,
  most: number = PAGE_BYTES,
): Promise<Page & { readonly bytes: number }> {
  const forward = "after" in range;
  /** Messages read so far, from the given end of the range. */
  const kept: StoredMessage[] = [];
  let state: Page | undefined;
  let next = range;
  let bytes = 0;
  while (true) {
    const limit = Math.min(
      kept.length === 0 ? FIRST_READ : likelyToFit(most, bytes, kept.length),
      range.limit - kept.length,
    );
    const page = await store.read(room, { ...next, limit });
    state ??= page;
    const messages = forward ? page.messages : page.messages.toReversed();
    const end = messages.findIndex((message, index) => {
      bytes += bytesOf(message);
      const before = messages[index - 1] ?? kept.at(-1);
      if (before === undefined) return false;
      // Between two reads the store may have deleted messages, or lost its log.
      return bytes > most || page.epoch !== state?.epoch ||
        Math.abs(message.seq - before.seq) !== 1;
    });
    kept.push(...(end < 0 ? messages : messages.slice(0, end)));
    const last = kept.at(-1);
    const isAll = messages.length < limit || kept.length >= range.limit;
    if (end >= 0 || isAll || last === undefined) break;
    next = forward ? { after: last.seq, limit } : { before: last.seq, limit };
  }
  const messages = markAuthors(
    forward ? kept : kept.toReversed(),
    store.marksGuests,
  );
  return { ...state, messages, bytes };
}

/** Estimates how many more messages fit, from the length of those before. */
function likelyToFit(most: number, bytes: number, messages: number): number {
  const count = Math.ceil((most - bytes) / Math.max(bytes / messages, 1));
  return Math.min(Math.max(count, 1), MOST_READ);
}
