/** A room's whole history as NDJSON: one message a line. */

import { readHistory } from "../../rooms/history.ts";
import type { PacedBodies } from "../paced_body.ts";
import type { ResourceLedger } from "../../runtime/resource_ledger.ts";
import type { Page } from "../../store/store.ts";
import { type Call, messageOf, type Tools } from "./call.ts";
import { API_HEADERS } from "./problem.ts";

/** The media type; there is no registered one. */
export const NDJSON = "application/x-ndjson";

/** Messages read at first. */
const FIRST_STEP = 16;
/** Messages read at once at most. */
const STEP = 256;
/** Characters of text that a step should have: all of it is in memory until it
 * is taken. */
const WANTED = 32 * 1024;

/** How many messages to read next, by what the last ones were like. */
function stepAfter({ messages }: Page): number {
  const characters = messages.reduce((sum, { text }) => sum + text.length, 1);
  const fits = Math.floor(WANTED / characters * messages.length);
  return Math.min(Math.max(fits, 1), STEP);
}

/** The messages there were at the beginning, as text, a page at a time. */
async function* pages(
  { storage, clock }: Tools,
  { room, grant }: Pick<Call, "room" | "grant">,
  start: Page,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const { epoch, head } = start;
  let page = start;
  while (true) {
    const messages = page.messages.filter(({ seq }) => seq <= head);
    const last = messages.at(-1);
    if (last === undefined) return;
    const lines = messages.map((message) =>
      `${JSON.stringify(messageOf(message))}\n`
    );
    yield encoder.encode(lines.join(""));
    if (last.seq >= head) return;
    if (clock.now() >= grant.until) {
      throw new Error(`The right to read "${room}" ended during an export`);
    }
    page = await readHistory(storage, room, {
      after: last.seq,
      limit: stepAfter(page),
    });
    if (page.epoch !== epoch) {
      throw new Error(`The log of "${room}" was lost while it was exported`);
    }
  }
}

/** What an export needs beside hub and store. */
export interface ExportOptions {
  readonly admit?: (address: string) => () => void;
  readonly ledger: ResourceLedger;
  readonly bodies: PacedBodies;
}

/**
 * Answers with everything a room keeps, oldest first. It is read as fast as
 * the reader takes it, a small page in memory at a time. It counts as a
 * connection of its reader's, and is cut off when that takes nothing.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @param options Who counts it, and who gives it out.
 * @throws {HubbubError} `store_unavailable` or `too_many_connections`; later on
 * the connection breaks, so that nobody takes a part for the whole.
 */
export async function exportRoom(
  tools: Tools,
  call: Call,
  { admit, ledger, bodies }: ExportOptions,
): Promise<Response> {
  const { room, request, address, exchange } = call;
  const file = `${encodeURIComponent(room)}.ndjson`;
  const headers = {
    ...API_HEADERS,
    "content-type": NDJSON,
    // Percent-encoded, since room names have letters of all alphabets
    // (RFC 8187).
    "content-disposition": `attachment; filename*=UTF-8''${file}`,
  };
  if (request.method === "HEAD") return new Response(null, { headers });
  const leave = admit?.(address) ?? (() => {});
  let start: Page;
  try {
    const range = { after: 0, limit: FIRST_STEP };
    start = await readHistory(tools.storage, room, range);
  } catch (error) {
    leave();
    throw error;
  }
  exchange.handOver();
  const release = ledger.open("export");
  const body = bodies.open(pages(tools, call, start), {
    kind: "export",
    onEnd() {
      release();
      // A connection that nobody reads from outlives its body.
      exchange.done.then(leave);
    },
  });
  return new Response(body, { headers });
}
