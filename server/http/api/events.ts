/** Reading a room as server-sent events: `curl -N` is a reader like others. */

import { HubbubError } from "../../../protocol/errors.ts";
import type { Cursor } from "../../../protocol/message.ts";
import { cursorOf, EVENT_STREAM } from "../../../protocol/sse.ts";
import { readWhole } from "./body.ts";
import type { Call, Tools } from "./call.ts";
import type { Listeners } from "./listeners.ts";
import { API_HEADERS } from "./problem.ts";

/** Where to go on: behind the last event of an earlier stream. */
function sinceOf({ request, url }: Call): Cursor | undefined {
  // The header is newer: a page's EventSource keeps the address it began with.
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
 * Answers with a stream of what is said in a room: behind `Last-Event-ID`
 * everything, else the newest messages (`?history=` says how many), then what
 * comes, for as long as the sender may read it.
 *
 * @param tools What counts the replay.
 * @param listeners Those who read already.
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
    // Who compresses or buffers it on the way delays it.
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
