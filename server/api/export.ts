/** A room's whole history as NDJSON: one message a line. */

import { readHistory } from "../history.ts";
import type { Page } from "../store/store.ts";
import { type Call, messageOf, type Tools } from "./call.ts";
import { API_HEADERS } from "./problem.ts";

/** The media type; there is no registered one. */
export const NDJSON = "application/x-ndjson";

/** Messages read at once. */
const STEP = 256;

/** The messages there were at the beginning, as text, a page at a time. */
async function* pages(
  { storage }: Tools,
  room: string,
  start: Page,
): AsyncGenerator<string> {
  const { epoch, head } = start;
  let page = start;
  while (true) {
    const messages = page.messages.filter(({ seq }) => seq <= head);
    const last = messages.at(-1);
    if (last === undefined) return;
    yield messages.map((message) => `${JSON.stringify(messageOf(message))}\n`)
      .join("");
    if (last.seq >= head) return;
    page = await readHistory(storage, room, { after: last.seq, limit: STEP });
    if (page.epoch !== epoch) {
      throw new Error(`The log of "${room}" was lost while it was exported`);
    }
  }
}

/**
 * Answers with everything a room keeps, oldest first. It is read as fast as
 * the reader takes it, a page in memory at a time.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @throws {HubbubError} `store_unavailable`; later on the connection breaks,
 * so that nobody takes a part for the whole.
 */
export async function exportRoom(
  tools: Tools,
  { room }: Call,
): Promise<Response> {
  const start = await readHistory(tools.storage, room, {
    after: 0,
    limit: STEP,
  });
  const body = ReadableStream.from(pages(tools, room, start))
    .pipeThrough(new TextEncoderStream());
  const file = `${encodeURIComponent(room)}.ndjson`;
  return new Response(body, {
    headers: {
      ...API_HEADERS,
      "content-type": NDJSON,
      // Percent-encoded, since room names have letters of all alphabets
      // (RFC 8187).
      "content-disposition": `attachment; filename*=UTF-8''${file}`,
    },
  });
}
