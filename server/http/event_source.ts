/**
 * What an `EventSource` is answered that cannot have its events now. Any status
 * but 200 is final for it (https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface),
 * while a stream that ends is begun anew.
 */

import { EVENT_STREAM } from "../../protocol/sse.ts";

/** Refusals that are over after a while. */
const TEMPORARY: readonly number[] = [429, 503];
const DEFAULT_SECONDS = 2;
const MS_PER_SECOND = 1_000;

/**
 * Makes of a temporary refusal a stream that says when to come back and ends,
 * for those who ask for a stream alone, as `EventSource` does. Scripts that
 * take anything get the status.
 *
 * @param request Any.
 * @param response Its answer.
 * @param random A number from 0 up to 1: not all come back at once.
 * @returns The answer, or the stream: a `retry` and an event `refused` with the
 * problem's JSON.
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
