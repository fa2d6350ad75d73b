/** Exports a room's whole history as NDJSON, one message per line. */

import { publicFields } from "../../../protocol/message.ts";
import { bytesOf, readHistory } from "../../rooms/history.ts";
import type { PacedBodies } from "../paced_body.ts";
import type { ResourceLedger } from "../../runtime/resource_ledger.ts";
import type { Page, StoredMessage } from "../../store/store.ts";
import { RequestLimits } from "../request_limits.ts";
import type { Call, Tools } from "./call.ts";
import { API_HEADERS } from "./problem.ts";

/** The media type; none is registered. */
export const NDJSON = "application/x-ndjson";

/** Messages in the first read, to learn their size. */
const FIRST_STEP = 1;
/** Maximum messages per read. */
const STEP = 256;
/** Target size of a page in bytes. A page exceeds it by at most one message,
 * and stays in memory until it is sent. */
const WANTED = 16 * 1024;
/** Limits of concurrent exports: each adds load to the store. */
const AT_ONCE = { total: 100, perAddress: 20, what: "exports" };

/** Creates the limit of concurrent exports of one server. */
export function exportLimits(): RequestLimits {
  return new RequestLimits(AT_ONCE);
}

/** Returns how many messages to read next, from the size of the last ones. */
function stepAfter(messages: readonly StoredMessage[]): number {
  const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 1);
  const fits = Math.floor(WANTED / bytes * messages.length);
  return Math.min(Math.max(fits, 1), STEP);
}

/** Returns the longest prefix that stays within the target size. */
function fitting(messages: readonly StoredMessage[]): readonly StoredMessage[] {
  let bytes = 0;
  const end = messages.findIndex((message) =>
    (bytes += bytesOf(message)) > WANTED
  );
  return end < 0 ? messages : messages.slice(0, Math.max(end, 1));
}

/** An encoded page and how to continue. */
interface Encoded {
  readonly bytes: Uint8Array;
  /** The seq of its last message. */
  readonly last: number;
  /** How many messages to read next. */
  readonly limit: number;
}

/** Encodes a page, so that only its text stays in memory until it is sent. */
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

/** Yields the messages that exist at the start, one encoded page at a time. */
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

/** Options of an export, besides hub and store. */
export interface ExportOptions {
  readonly admit?: (address: string) => () => void;
  readonly ledger: ResourceLedger;
  readonly bodies: PacedBodies;
  /** Limit of concurrent exports: {@linkcode exportLimits}. */
  readonly exports: RequestLimits;
}

/**
 * Exports all messages of a room, oldest first, at the reader's speed, with one
 * small page in memory. An export counts as a connection of the reader's
 * address and is cut off if the reader makes no progress.
 *
 * @param tools Hub and store.
 * @param call The request.
 * @param options Limits, and streaming with backpressure.
 * @throws {HubbubError} `store_unavailable` or `too_many_connections`. After
 * the start, errors break the connection, so that nobody mistakes a part for
 * the whole.
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
    // Percent-encoded, since room names may contain any letters (RFC 8187).
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
      // An idle connection may outlive its body.
      exchange.done.then(leave);
    },
  });
  return new Response(body, { headers });
}
