/**
 * Reads request bodies within limits on bytes, chunks and time. A chunk of one
 * byte costs as much work as a large one, so each chunk counts as a minimum
 * size. Chunks are copied into a few large pieces.
 */

import { nextTurn } from "../runtime/event_loop.ts";
import { Problem } from "./api/problem.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { TinyChunks } from "../transport/socket.ts";

/** Minimum average chunk size in bytes: the runtime allocates 64 KiB for each
 * chunk. */
const LEAST_CHUNK = 512;
/** Number of chunks exempt from the minimum, for small bodies. */
const FEW_CHUNKS = 64;
/** Bytes per piece: the unit that is yielded, and that must arrive within the
 * time limit. */
const PIECE = 32 * 1024;

/** What reading bodies needs from the server. */
export interface BodyTools {
  readonly clock: Pick<Clock, "after">;
  readonly ledger: ResourceLedger;
  /** Time in which the next 32 KiB of a body, or its end, must arrive, in
   * milliseconds. */
  readonly slowMs: number;
}

/**
 * Returns the maximum bytes of a body with one text and at most a name. Each
 * character may be a surrogate pair, escaped in 6 bytes each.
 *
 * @param maxText Maximum characters (code points) of a text.
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

/** Rejects a body with a content coding (RFC 9110, 8.4). */
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
 * Reads a body in pieces. Each piece is a copy that the caller owns.
 *
 * @param request Any request; the caller may read the rest of its body after an
 * error.
 * @param most Maximum bytes of the whole body.
 * @param tools What it needs from the server.
 * @throws {Problem} `unsupported_type` for a body with a content coding;
 * `too_large`, before reading if `content-length` says so; `too_slow`;
 * `incomplete` when the body ends early.
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
      // The pending read rejects.
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
        // The consumer's time does not count against the sender.
        stop();
        yield piece;
        piece = new Uint8Array(size);
        filled = 0;
        // Yields to the event loop even when the whole body is already
        // buffered.
        await nextTurn();
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
    // Over `native` only this ends a connection that goes on sending, such as
    // trailers, which the runtime collects and the server never sees.
    else request.body.cancel().catch(() => {});
  }
}
