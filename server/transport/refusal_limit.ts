/**
 * How often a connection may be refused something. A refusal costs the server
 * about as much as an answer, and a client that reads none nearly nothing:
 * after a few, an answer ends its connection.
 */

/** Refusals of one connection in a second. */
const MOST = 32;
const WINDOW_MS = 1_000;
/** How long the last answer may take to be read before the connection ends. */
const LINGER_MS = 500;
/** Refusals that no rate limits, since they come before, or are one. */
const REFUSALS: readonly number[] = [400, 405, 414, 421, 429, 431, 503, 505];

/** Answers that refuse something with another status. */
const refusals = new WeakSet<Response>();

/** Has an answer count as a refusal, whatever its status, such as the stream
 * that tells an `EventSource` when to come back. */
export function asRefusal(answer: Response): Response {
  refusals.add(answer);
  return answer;
}

/** Why a connection was broken. The runtime is given it, and gives it back as
 * an error: it is none. */
export class CutRefusals extends Error {
  override name = "CutRefusals";
}

/** Counts refusals by connection. */
export class RefusalLimit {
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #since = -Infinity;

  /** @param now Milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Looks at an answer, for the runtime's own server.
   *
   * @param answer What a request is answered with.
   * @param connection The address and port of the peer.
   * @returns The answer; one that ends its connection half a second later where
   * that has been refused too much in this second. What is waiting behind it
   * is not begun.
   */
  limit(answer: Response, connection: string): Response {
    return this.isOver(answer, connection) ? breaking(answer) : answer;
  }

  /**
   * Counts an answer, if it is a refusal.
   *
   * @returns Whether its connection has been refused too much in this second.
   */
  isOver(answer: Response, connection: string): boolean {
    const isRefusal = REFUSALS.includes(answer.status) || refusals.has(answer);
    if (!isRefusal) return false;
    if (this.#now() - this.#since >= WINDOW_MS) {
      this.#counts.clear();
      this.#since = this.#now();
    }
    const count = (this.#counts.get(connection) ?? 0) + 1;
    this.#counts.set(connection, count);
    return count >= MOST;
  }
}

/** The same answer without a body, after which the connection ends. */
function breaking({ status, headers: all, body }: Response): Response {
  body?.cancel().catch(() => {});
  const headers = new Headers(all);
  // Its length must not be known: it would be complete.
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
