/**
 * Ends the exchange when a request's body was not read completely: the request
 * was rejected by its head, or the body is too large or too slow. The server
 * reads a bounded rest so that the client receives the response. Otherwise it
 * breaks the connection, since the runtime would read the body forever.
 */

import type { Clock } from "../runtime/clock.ts";

/** Maximum bytes of the rest that are discarded. */
const MOST_BYTES = 1024 * 1024;
/** Maximum chunks of the rest. */
const MOST_CHUNKS = 32;
/** Maximum time for the rest, in milliseconds. */
const REST_MS = 1_000;
/** Time for the client to read the response before the connection breaks, in
 * milliseconds. */
const LINGER_MS = 500;
/** Time to wait for more of a stalled body, in milliseconds. */
const SILENCE_MS = 2_000;
/** Maximum body of a GET, in bytes: the runtime reads it itself. */
const MOST_IGNORED = 64 * 1024;

/** Thrown into the runtime to break the connection. The runtime reports it back
 * as an error, although it is none. */
export class CutBody extends Error {
  override name = "CutBody";
}

type Timers = Pick<Clock, "after">;

/**
 * Handles the unread rest of a request's body after the response is ready.
 *
 * @param request A handled request that is no WebSocket handshake.
 * @param answer Its response.
 * @param clock Provides the timers.
 * @returns The response; it breaks the connection when the rest of the body is
 * too large or too slow.
 */
export async function afterBody(
  request: Request,
  answer: Response,
  clock: Timers,
): Promise<Response> {
  const { body, headers } = request;
  if (body === null) {
    const length = Number(headers.get("content-length"));
    const isShort = length <= MOST_IGNORED && !headers.has("transfer-encoding");
    return isShort ? answer : await breaking(answer, clock, {});
  }
  const reader: Reader = body.getReader();
  // A client that waits for `100 Continue` has not sent its body.
  const isHeldBack = headers.get("expect")?.toLowerCase() === "100-continue" &&
    !request.bodyUsed;
  if (isHeldBack) return await breaking(answer, clock, { reader });
  const { isAll, pending } = await readRest(reader, clock);
  return isAll ? answer : await breaking(answer, clock, { reader, pending });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** The unread rest of a body. */
interface Rest {
  /** Undefined when the runtime reads the body. */
  readonly reader?: Reader;
  /** A read in progress. */
  readonly pending?: Promise<unknown> | undefined;
}

/** Reads the rest unless it is too large or too slow. */
async function readRest(
  reader: Reader,
  clock: Timers,
): Promise<{ isAll: boolean; pending?: Promise<unknown> }> {
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.after(REST_MS, () => late.resolve(undefined));
  let bytes = 0;
  try {
    for (let chunks = 0; chunks < MOST_CHUNKS; chunks++) {
      const pending = reader.read();
      const next = await Promise.race([pending, late.promise]);
      if (next === undefined) return { isAll: false, pending };
      if (next.done) return { isAll: true };
      bytes += next.value.length;
      if (bytes > MOST_BYTES) break;
    }
    return { isAll: false };
  } catch {
    // The client disconnected and reads no response.
    return { isAll: true };
  } finally {
    cancel();
  }
}

/** Returns the response with an ending that breaks the connection. */
async function breaking(
  answer: Response,
  clock: Timers,
  { reader, pending }: Rest,
): Promise<Response> {
  const { status, headers } = answer;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  // Without a length, the response is not complete before its end.
  headers.delete("content-length");
  headers.set("connection", "close");
  // A compressing proxy would buffer it.
  headers.set("cache-control", "no-store, no-transform");
  let stopTimer = () => {};
  let isOver = false;
  const end = (act: () => void) => {
    if (isOver) return;
    isOver = true;
    stopTimer();
    act();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      const cut = () =>
        end(() => {
          reader?.cancel().catch(() => {});
          controller.error(new CutBody());
        });
      stopTimer = clock.after(LINGER_MS, () => {
        if (pending === undefined) return cut();
        // The runtime does not break a connection during a pending read. A
        // silent client also gets the whole response.
        pending.then(cut, cut);
        stopTimer = clock.after(
          SILENCE_MS,
          () => end(() => controller.close()),
        );
      });
    },
    cancel() {
      end(() => reader?.cancel().catch(() => {}));
    },
  });
  return new Response(body, { status, headers });
}
