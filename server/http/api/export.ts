/** A room's whole history as NDJSON: one message a line. */

import { publicFields } from "../../../protocol/message.ts";
import { bytesOf, readHistory } from "../../rooms/history.ts";
import type { PacedBodies } from "../paced_body.ts";
import type { ResourceLedger } from "../../runtime/resource_ledger.ts";
import type { Page, StoredMessage } from "../../store/store.ts";
import { RequestLimits } from "../request_limits.ts";
import type { Call, Tools } from "./call.ts";
import { API_HEADERS } from "./problem.ts";

/** The media type; there is no registered one. */
export const NDJSON = "application/x-ndjson";

/** Messages read at first, to learn how long they are. */
const FIRST_STEP = 1;
/** Messages read at once at most. */
const STEP = 256;
/** Bytes of messages that a page should have, and of which it has one message
 * more at most: all of it is in memory until it is taken. */
const WANTED = 16 * 1024;
/** Exports in progress. Each is read from the store while others wait for it. */
const AT_ONCE = { total: 100, perAddress: 20, what: "exports" };

/** Makes what counts the exports of one server. */
export function exportLimits(): RequestLimits {
  return new RequestLimits(AT_ONCE);
}

/** How many messages to read next, by what the last ones were like. */
function stepAfter(messages: readonly StoredMessage[]): number {
  const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 1);
  const fits = Math.floor(WANTED / bytes * messages.length);
  return Math.min(Math.max(fits, 1), STEP);
}

/** The first of some messages, of which one more would be too much. */
function fitting(messages: readonly StoredMessage[]): readonly StoredMessage[] {
  let bytes = 0;
  const end = messages.findIndex((message) =>
    (bytes += bytesOf(message)) > WANTED
  );
  return end < 0 ? messages : messages.slice(0, Math.max(end, 1));
}

/** A page as text, and how to go on after it. */
interface Encoded {
  readonly bytes: Uint8Array;
  /** The seq of its last message. */
  readonly last: number;
  /** How many messages to read next. */
  readonly limit: number;
}

/** Encodes a page; nothing else of the messages is kept until it is taken. */
function encode(found: readonly StoredMessage[]): Encoded | undefined {
  const messages = fitting(found);
  const last = messages.at(-1);
  if (last === undefined) return undefined;
  const lines = messages.map((message) =>
    `${JSON.stringify(publicFields(message))}\n`
  );
  return {
    bytes: new TextEncoder().encode(lines.join("")),
    last: last.seq,
    limit: stepAfter(messages),
  };
}

/** The messages there were at the beginning, as text, a page at a time. */
async function* pages(
  { storage, clock }: Tools,
  { room, permissions, address }: Pick<
    Call,
    "room" | "permissions" | "address"
  >,
  start: Page,
): AsyncGenerator<Uint8Array> {
  const { epoch, head } = start;
  let page = encode(start.messages);
  while (page !== undefined) {
    const { last, limit } = page;
    yield page.bytes;
    if (last >= head) return;
    if (clock.now() >= permissions.until) {
      throw new Error(`The right to read "${room}" ended during an export`);
    }
    const range = { after: last, limit };
    const next = await readHistory(storage.of(address), room, range, WANTED);
    if (next.epoch !== epoch) {
      throw new Error(`The log of "${room}" was lost while it was exported`);
    }
    page = encode(next.messages.filter(({ seq }) => seq <= head));
  }
}

/** What an export needs beside hub and store. */
export interface ExportOptions {
  readonly admit?: (address: string) => () => void;
  readonly ledger: ResourceLedger;
  readonly bodies: PacedBodies;
  /** Counts those in progress: {@linkcode exportLimits}. */
  readonly exports: RequestLimits;
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
 * @throws {Problem} `too_many_requests`.
 */
export async function exportRoom(
  tools: Tools,
  call: Call,
  { admit, ledger, bodies, exports }: ExportOptions,
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
  const ended = exports.enter(address);
  let leave = () => {};
  let start: Page;
  try {
    leave = admit?.(address) ?? leave;
    const range = { after: 0, limit: FIRST_STEP };
    start = await readHistory(tools.storage.of(address), room, range, WANTED);
  } catch (error) {
    leave();
    ended();
    throw error;
  }
  exchange.handOver();
  const release = ledger.open("export");
  const body = bodies.open(pages(tools, call, start), {
    kind: "export",
    onEnd() {
      release();
      ended();
      // A connection that nobody reads from outlives its body.
      exchange.done.then(leave);
    },
  });
  return new Response(body, { headers });
}
