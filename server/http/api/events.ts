/** Streams a room as server-sent events, for example to `curl -N`. */

import { HubbubError } from "../../../protocol/errors.ts";
import type { Cursor } from "../../../protocol/message.ts";
import { cursorOf, EVENT_STREAM } from "../../../protocol/sse.ts";
import { readWhole } from "./body.ts";
import type { Call, Tools } from "./call.ts";
import type { Listeners } from "./listeners.ts";
import { API_HEADERS } from "./problem.ts";

/** Returns where to resume: after the last event of an earlier stream. */
function sinceOf({ request, url }: Call): Cursor | undefined {
  // The header is newer: an EventSource keeps its original address.
  const header = request.headers.get("last-event-id");
  const id = header || url.searchParams.get("since");
  if (!id) return undefined;
  const cursor = cursorOf(id);
  if (cursor !== undefined) return cursor;
  throw new HubbubError("bad_field", {
    message: `${header ? "Last-Event-ID" : "since"} must be the id of an ` +
      `event, such as that of the last one you got, not "${id}". Leave it ` +
      "out to begin with the newest messages",
  });
}

/**
 * Streams the messages of a room: everything after `Last-Event-ID`, or the
 * newest messages (`?history=` sets their number), then new events while the
 * sender may read them.
 *
 * @param tools Charges the replay.
 * @param listeners The current readers.
 * @param call The request.
 * @throws {HubbubError} `bad_field`, `store_unavailable` or `stopping`.
 */
export async function openEvents(
  { rates }: Pick<Tools, "rates">,
  listeners: Listeners,
  call: Call,
): Promise<Response> {
  const since = sinceOf(call);
  const limit = readWhole(call.url, "history");
  const headers = {
    ...API_HEADERS,
    "content-type": EVENT_STREAM,
    // Proxies that compress or buffer would delay events.
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  };
  if (call.request.method === "HEAD") return new Response(null, { headers });
  const { body, cost } = await listeners.open({
    type: "join",
    room: call.room,
    ...(since !== undefined && { since }),
    ...(limit !== undefined && { limit }),
  }, call);
  rates.settle(call.address, { expected: 1, actual: cost });
  return new Response(body, { headers });
}
