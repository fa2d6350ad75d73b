/**
 * Limits error responses per connection and per address. An error costs the
 * server as much as any response, but costs nothing to a client that does not
 * read it. Above the limit, the connection closes.
 */

import type { Party } from "../runtime/fair_queue.ts";

/** Maximum error responses per connection and second. */
const MOST = 32;
/** Maximum error responses per address and second: a class behind one address
 * stays below, and 200 connections with 32 requests each do not. */
const MOST_OF_ADDRESS = 256;
const WINDOW_MS = 1_000;
/** Time to read the last response before the connection closes, in
 * milliseconds. */
const LINGER_MS = 500;
/** Error statuses sent before any rate limit, or because of one. */
const REFUSALS: readonly number[] = [400, 405, 414, 421, 429, 431, 503, 505];

/** Responses that count as errors despite their status. */
const refusals = new WeakSet<Response>();

/** Counts a response as an error whatever its status, such as the stream that
 * sends a retry time to an `EventSource`. */
export function asRefusal(answer: Response): Response {
  refusals.add(answer);
  return answer;
}

/** Thrown into the runtime to break the connection. The runtime reports it back
 * as an error, although it is none. */
export class CutRefusals extends Error {
  override name = "CutRefusals";
}

/** Counts error responses by connection and by address. */
export class RefusalLimit {
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #since = -Infinity;

  /** @param now Milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Applies the limit to a response of the runtime's own server.
   *
   * @param answer The response.
   * @param party The address and connection.
   * @returns The response. Over the limit it closes its connection after half a
   * second, and queued requests do not start.
   */
  limit(answer: Response, party: Party): Response {
    return this.isOver(answer, party) ? breaking(answer) : answer;
  }

  /**
   * Counts a response if it is an error.
   *
   * @returns Whether its connection or address is over the limit of this second.
   */
  isOver(answer: Response, { group, member }: Party): boolean {
    const isRefusal = REFUSALS.includes(answer.status) || refusals.has(answer);
    if (!isRefusal) return false;
    if (this.#now() - this.#since >= WINDOW_MS) {
      this.#counts.clear();
      this.#since = this.#now();
    }
    const ofConnection = this.#count(`${group} ${member}`);
    return this.#count(group) >= MOST_OF_ADDRESS || ofConnection >= MOST;
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }
}

/** Returns the response without a body, with an ending that breaks the
 * connection. */
function breaking({ status, headers: all, body }: Response): Response {
  body?.cancel().catch(() => {});
  const headers = new Headers(all);
  // With a known length, the response would be complete.
  headers.delete("content-length");
  headers.set("connection", "close");
  headers.set("cache-control", "no-store, no-transform");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const endless = new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setTimeout(
        () => controller.error(new CutRefusals()),
        LINGER_MS,
      );
    },
    cancel() {
      clearTimeout(timer);
    },
  });
  return new Response(endless, { status, headers });
}
