/**
 * Answering a request whose body nobody has read to its end: it was refused by
 * its head, or is too large or too slow. A client that means well gets to send
 * the rest, within bounds, and reads the answer then. The connection of another
 * one is broken: else the runtime would read for ever what it still sends.
 */

import type { Clock } from "../runtime/clock.ts";

/** Bytes of the rest that are read and thrown away. */
const MOST_BYTES = 1024 * 1024;
/** Chunks of it. */
const MOST_CHUNKS = 32;
/** How long the rest may take, milliseconds. */
const REST_MS = 1_000;
/** How long the answer may take before the connection is broken. */
const LINGER_MS = 500;
/** How long to wait for more of a body that has stopped to come. */
const SILENCE_MS = 2_000;
/** The largest body that a GET may have: the runtime reads it by itself. */
const MOST_IGNORED = 64 * 1024;

/** Why a connection was broken. The runtime is given it, and gives it back as
 * an error: it is none. */
export class CutBody extends Error {
  override name = "CutBody";
}

type Timers = Pick<Clock, "after">;

/**
 * Gives an answer its end when the body of its request is not at its own.
 *
 * @param request One that has been handled, and is no WebSocket's handshake.
 * @param answer What it is answered with.
 * @param clock Whose timers.
 * @returns The answer; one that breaks the connection where the rest of the
 * body is too large or too slow.
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
  // A client that waits for leave to send its body has sent nothing of it.
  const isHeldBack = headers.get("expect")?.toLowerCase() === "100-continue" &&
    !request.bodyUsed;
  if (isHeldBack) return await breaking(answer, clock, { reader });
  const { isAll, pending } = await readRest(reader, clock);
  return isAll ? answer : await breaking(answer, clock, { reader, pending });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** What could not be read of a body. */
interface Rest {
  /** None where the runtime reads it. */
  readonly reader?: Reader;
  /** What is being read of it. */
  readonly pending?: Promise<unknown> | undefined;
}

/** Reads the rest, unless there is too much of it or it comes too late. */
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
    // The client is gone, and reads no answer.
    return { isAll: true };
  } finally {
    cancel();
  }
}

/** The same answer, after which the connection ends. */
async function breaking(
  answer: Response,
  clock: Timers,
  { reader, pending }: Rest,
): Promise<Response> {
  const { status, headers } = answer;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  // Its length must not be known: with the last byte it would be complete.
  headers.delete("content-length");
  headers.set("connection", "close");
  // Who compresses it holds it back.
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
        // While it is being read, the runtime does not break the connection. A
        // client that is silent, too, gets its answer whole.
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
