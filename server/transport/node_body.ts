/**
 * Request bodies of Node's HTTP API as streams. Bounds the cost of small
 * chunks: the parser emits each separately, at more memory and time than its
 * content, and emits all buffered chunks before anybody can pause it.
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { TinyChunks } from "./socket.ts";

/** Chunks allowed at any size. */
const FEW_CHUNKS = 256;
/** Minimum average bytes of further chunks. */
const LEAST_CHUNK = 512;

/** Members of Node's API that its types lack. */
type Internals = IncomingMessage & {
  /** The parser discards the rest. */
  _dumped: boolean;
};

/** Errors of messages, which may come before anybody reads their body. */
const errors = new WeakMap<IncomingMessage, Error>();

/**
 * Joins the chunks that the parser emits in one turn, and ends a message with
 * too many small ones.
 *
 * @param message A message that has just arrived.
 */
export function joinChunks(message: IncomingMessage): void {
  const push = message.push.bind(message);
  // For messages that nobody reads.
  message.on("error", (error) => errors.set(message, error));
  let waiting: Buffer[] = [];
  let chunks = 0;
  let bytes = 0;
  const flush = () => {
    if (waiting.length === 0) return true;
    const joined = Buffer.concat(waiting);
    waiting = [];
    return push(joined);
  };
  message.push = (chunk: Buffer | null) => {
    if (chunk === null) {
      flush();
      return push(null);
    }
    chunks++;
    bytes += chunk.length;
    if (chunks > FEW_CHUNKS && bytes < chunks * LEAST_CHUNK) {
      (message as Internals)._dumped = true;
      // A reader could otherwise resume the connection.
      message._read = () => {};
      message.socket.pause();
      waiting = [];
      message.emit("error", new TinyChunks());
      return false;
    }
    waiting.push(chunk);
    if (waiting.length > 1) return true;
    queueMicrotask(flush);
    // The parser always finishes its current buffer.
    return message.readableLength < message.readableHighWaterMark;
  };
}

/**
 * Creates a stream of a message's body with backpressure to the connection.
 *
 * @param message A message that has just arrived.
 */
export function bodyOf(
  message: IncomingMessage,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isOver = false;
  const once = (act: () => void) => {
    if (!isOver) act();
    isOver = true;
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      message.on("data", (chunk: Buffer) => {
        message.pause();
        // A copy: the chunk is a view of the read buffer.
        if (!isOver) controller.enqueue(new Uint8Array(chunk));
      });
      message.pause();
      message.on("end", () => once(() => controller.close()));
      message.on("error", (error) => once(() => controller.error(error)));
      const closed = () =>
        once(() => controller.error(new Error("The client is gone")));
      message.on("close", closed);
      // The request may have waited for its turn meanwhile.
      const error = errors.get(message);
      if (error !== undefined) once(() => controller.error(error));
      else if (message.socket.destroyed) closed();
    },
    pull() {
      message.resume();
    },
    cancel() {
      once(() => message.pause());
    },
  }, { highWaterMark: 0 });
}
