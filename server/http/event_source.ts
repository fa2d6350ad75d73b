/**
 * Responses to an `EventSource` when the server cannot stream now.
 * `EventSource` treats any status but 200 as final
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface),
 * but reconnects after a stream ends.
 */

import { EVENT_STREAM } from "../../protocol/sse.ts";

/** Statuses of temporary errors. */
const TEMPORARY: readonly number[] = [429, 503];
const DEFAULT_SECONDS = 2;
const MS_PER_SECOND = 1_000;

/**
 * Replaces a temporary error with a stream that sends a retry time and ends,
 * for clients that accept only `text/event-stream`. Other clients get the
 * status.
 *
 * @param request Any request.
 * @param response Its response.
 * @param random Jitter for the retry time, from 0 up to 1.
 * @returns The response, or a stream with `retry` and a `refused` event that
 * carries the problem's JSON.
 */
export async function forEventSource(
  request: Request,
  response: Response,
  random: () => number = Math.random,
): Promise<Response> {
  const asks = request.method === "GET" &&
    request.headers.get("accept") === EVENT_STREAM;
  if (!asks || !TEMPORARY.includes(response.status)) return response;
  const seconds = Number(response.headers.get("retry-after")) ||
    DEFAULT_SECONDS;
  const retry = Math.round(seconds * MS_PER_SECOND * (1 + random()));
  const data = (await response.text()).trim().split("\n")
    .map((line) => `data: ${line}\n`).join("");
  const headers = new Headers(response.headers);
  headers.set("content-type", EVENT_STREAM);
  headers.set("cache-control", "no-store");
  headers.delete("content-length");
  headers.delete("retry-after");
  return new Response(`retry: ${retry}\nevent: refused\n${data}\n`, {
    headers,
  });
}
