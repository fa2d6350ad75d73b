/**
 * Reading the body of a request within bounds: so many bytes, so many chunks,
 * and only as long as it gets on. Owns what a body costs: a chunk of one byte
 * takes as much work as one of many, so each counts for some at least, and all
 * are copied into few large pieces at once.
 */

import { setImmediate } from "node:timers/promises";
import { Problem } from "./api/problem.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { TinyChunks } from "../transport/socket.ts";

/** Bytes that chunks have on average at least: the runtime makes room for 64 KiB
 * for each. */
const LEAST_CHUNK = 512;
/** Chunks that may be smaller, in a body that is small itself. */
const FEW_CHUNKS = 64;
/** Bytes of a piece: what is given on at once, and has to come in the time that
 * is allowed. */
const PIECE = 32 * 1024;

/** What reading bodies needs of the server. */
export interface BodyTools {
  readonly clock: Pick<Clock, "after">;
  readonly ledger: ResourceLedger;
  /** Milliseconds in which the next 32 KiB of a body, or its end, must come. */
  readonly slowMs: number;
}

/**
 * Bytes that a body may have which brings one text, and a name at most: each
 * character may be a pair of surrogates, each of them escaped in 6 bytes.
 *
 * @param maxText Characters (code points) of a text.
 */
export function bodyLimit(maxText: number): number {
  return 12 * maxText + 2048;
}

function tooLarge(most: number): Problem {
  return new Problem(
    "too_large",
    `The body has more than ${most} bytes. Send it in parts`,
    { more: { most } },
  );
}

function tooSmall(): Problem {
  return new Problem(
    "too_large",
    `The body arrived in too many chunks of less than ${LEAST_CHUNK} bytes. ` +
      "Send larger chunks, or set Content-Length",
  );
}

/** Refuses a body that would have to be decompressed first (RFC 9110, 8.4). */
function checkEncoding({ headers }: Request): void {
  const coding = headers.get("content-encoding")?.trim().toLowerCase();
  if (coding === undefined || coding === "" || coding === "identity") return;
  throw new Problem(
    "unsupported_type",
    "The server does not decompress bodies. " +
      "Send the body again without Content-Encoding",
    { headers: { "accept-encoding": "identity" } },
  );
}

/**
 * Reads a body in pieces, each a copy that is nobody else's.
 *
 * @param request Any request; what is left of its body can be read on after an
 * error.
 * @param most Bytes of all of it.
 * @param tools What it needs.
 * @throws {Problem} `unsupported_type` for a body with a content coding;
 * `too_large`, before anything is read when the request says
 * so itself; `too_slow`; `incomplete` when it ends before it is whole.
 */
export async function* readPieces(
  request: Request,
  most: number,
  { clock, ledger, slowMs }: BodyTools,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  checkEncoding(request);
  const announced = Number(request.headers.get("content-length"));
  if (announced > most) throw tooLarge(most);
  if (request.body === null) return;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body
    .getReader();
  const closed = ledger.open("body");
  const size = Math.min(PIECE, announced || most);
  const released = ledger.hold("body", size);
  let late = false;
  const watch = () =>
    clock.after(slowMs, () => {
      late = true;
      // What is being waited for fails.
      reader.releaseLock();
    });
  let stop = watch();
  const read = async () => {
    try {
      return (await reader.read()).value;
    } catch (error) {
      if (error instanceof TinyChunks) throw tooSmall();
      throw late
        ? new Problem(
          "too_slow",
          `The body arrived too slowly: less than ${PIECE} bytes in ` +
            `${slowMs / 1000} s. Send it again`,
        )
        : new Problem(
          "incomplete",
          "The body is incomplete. Send it again",
        );
    }
  };
  let piece = new Uint8Array(size);
  let filled = 0;
  const mostChunks = Math.max(most / LEAST_CHUNK, FEW_CHUNKS);
  let bytes = 0;
  let chunks = 0;
  try {
    for (let chunk = await read(); chunk !== undefined; chunk = await read()) {
      bytes += chunk.length;
      if (bytes > most) throw tooLarge(most);
      if (++chunks > mostChunks) throw tooSmall();
      for (let done = 0; done < chunk.length;) {
        const part = chunk.subarray(done, done + size - filled);
        piece.set(part, filled);
        filled += part.length;
        done += part.length;
        if (filled < size) continue;
        // Time that its reader takes is not the sender's.
        stop();
        yield piece;
        piece = new Uint8Array(size);
        filled = 0;
        // A body that has all arrived must not keep everybody else waiting.
        await setImmediate();
        stop = watch();
      }
    }
    stop();
    if (filled > 0) yield piece.subarray(0, filled);
  } finally {
    stop();
    released();
    closed();
    if (!late) reader.releaseLock();
  }
}
