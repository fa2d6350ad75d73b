/** Returns pages of a room's history. */

import { publicFields } from "../../../protocol/message.ts";
import { HubbubError } from "../../../protocol/errors.ts";
import { readHistory } from "../../rooms/history.ts";
import { costOfPage } from "../../rooms/page_cost.ts";
import type { Page, Range } from "../../store/store.ts";
import { readWhole } from "./body.ts";
import { type Call, json, pathOf, type Tools } from "./call.ts";

/** Messages per page by default. */
const PAGE = 50;

/**
 * Parses the requested range.
 *
 * @param url May have `after` or `before`, and `limit`.
 * @param most Maximum messages per page.
 * @throws {HubbubError} `bad_field`.
 */
export function rangeOf(url: URL, most: number): Range {
  const after = readWhole(url, "after");
  const before = readWhole(url, "before");
  const limit = Math.min(readWhole(url, "limit") ?? PAGE, most);
  if (limit === 0 || (after !== undefined && before !== undefined)) {
    throw new HubbubError("bad_field", {
      message: limit === 0
        ? '"limit" must be at least 1'
        : 'Ask for messages "after" one or "before" one, not for both',
    });
  }
  return after === undefined
    ? { before: before ?? Infinity, limit }
    : { after, limit };
}

/**
 * Reads a page for a response. Counts its bytes as held, and charges its cost
 * in requests.
 *
 * @param tools Store, ledger and rates.
 * @param call The request.
 * @param range The requested range.
 * @throws {HubbubError} `store_unavailable`.
 */
export async function readPage(
  { storage, ledger, rates }: Tools,
  { address, room }: Pick<Call, "address" | "room">,
  range: Range,
): Promise<Page> {
  const most = storage.pageBytes;
  const release = ledger.hold("answer", most);
  // Charged as a full page, since many reads may run at once.
  const expected = costOfPage(range.limit);
  rates.settle(address, { expected: 1, actual: expected });
  try {
    const reads = storage.of(address);
    const page = await readHistory(reads, room, range, most);
    const actual = costOfPage(page.messages.length, page.bytes);
    rates.settle(address, { expected, actual });
    return page;
  } finally {
    release();
  }
}

/**
 * Returns a page: the newest messages, or those before or after a seq, with a
 * link to the next page. An unknown room reads as empty and is not created.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @throws {HubbubError} `bad_field` or `store_unavailable`.
 */
export async function readMessages(
  tools: Tools,
  call: Call,
): Promise<Response> {
  const { room, url } = call;
  const range = rangeOf(url, tools.hub.limits.history);
  const page = await readPage(tools, call, range);
  const { epoch, first, head, messages } = page;
  const link = (side: "after" | "before", seq: number) =>
    pathOf(call, `messages?${side}=${seq}&limit=${range.limit}`);
  const oldest = messages[0]?.seq;
  const newest = messages.at(-1)?.seq ??
    ("after" in range ? Math.min(range.after, head) : head);
  return json({
    room,
    epoch,
    first,
    head,
    messages: messages.map(publicFields),
    older: oldest === undefined || oldest <= first
      ? null
      : link("before", oldest),
    newer: link("after", newest),
  });
}
