/**
 * What pages of a list, such as of messages, count as against the rates of
 * requests: about what they cost to read and to encode. A page that people
 * scroll through counts as one or two requests. Pure.
 */

/** Entries that count as one request: those of a page by default. */
const ENTRIES = 50;
/** Bytes of messages as JSON that count as one request. */
const BYTES = 64 * 1024;
/** What a replay counts as at most: the largest page of history. A client that
 * comes back after a long time asks for it once. */
const MOST_OF_REPLAY = 20;

/**
 * Returns what a page counts as.
 *
 * @param entries How many it has, or may have.
 * @param bytes Of its messages as JSON; 0 when unknown.
 * @returns Requests, 1 at least.
 */
export function costOfPage(entries: number, bytes = 0): number {
  return Math.max(1, Math.ceil(entries / ENTRIES), Math.ceil(bytes / BYTES));
}

/**
 * Returns what a join counts as, by the messages that are replayed.
 *
 * @returns Requests, 1 at least.
 */
export function costOfReplay(
  { after, head }: { readonly after: number; readonly head: number },
): number {
  return Math.min(costOfPage(head - after), MOST_OF_REPLAY);
}
