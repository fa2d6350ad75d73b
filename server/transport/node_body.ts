/**
 * Bodies of requests to the HTTP server of Node's API, as streams. Owns what
 * their chunks cost: the parser gives each of them on its own, which takes more
 * memory and time than all that is in it when it is small, and gives all that
 * have arrived before anybody can say stop.
 */

import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { TinyChunks } from "./socket.ts";

/** Chunks that may be of any size. */
const FEW_CHUNKS = 256;
/** Bytes that more of them have on average at least. */
const LEAST_CHUNK = 512;

/** What there is in Node's API, and not in its types. */
type Internals = IncomingMessage & {
  /** The parser throws away what still comes. */
  _dumped: boolean;
};

/**
 * Joins the chunks that a message's parser gives in one turn, and ends a message
 * that comes in too many small ones.
 *
 * @param message One that has just come in.
 */
export function joinChunks(message: IncomingMessage): void {
  const push = message.push.bind(message);
  // Where nobody reads it.
  message.on("error", () => {});
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
      // Else whoever reads on lets more come.
      message._read = () => {};
      message.socket.pause();
      waiting = [];
      message.emit("error", new TinyChunks());
      return false;
    }
    waiting.push(chunk);
    if (waiting.length > 1) return true;
    queueMicrotask(flush);
    // What the parser has been given is looked at to its end anyway.
    return message.readableLength < message.readableHighWaterMark;
  };
}

/**
 * Makes a stream of a message's body that takes no more from the connection
 * than its reader asks for.
 *
 * @param message One that has just come in.
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
        // A copy: it is a view of what was read from the connection.
        if (!isOver) controller.enqueue(new Uint8Array(chunk));
      });
      message.pause();
      message.on("end", () => once(() => controller.close()));
      message.on("error", (error) => once(() => controller.error(error)));
      message.on(
        "close",
        () => once(() => controller.error(new Error("The client is gone"))),
      );
    },
    pull() {
      message.resume();
    },
    cancel() {
      once(() => message.pause());
    },
  }, { highWaterMark: 0 });
}
