/**
 * Dialect `sse`: server-sent events for read-only clients, such as `curl -N` or
 * a page's EventSource
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * The id of each event is a cursor: a client that reconnects with the last id
 * resumes after it. A frame starts with the seq of its id. A dialect does not
 * know the epoch, so {@linkcode eventIn} adds it, and all readers share a
 * frame.
 */

import type { Dialect } from "./dialect.ts";
import type { ServerEvent } from "./events.ts";
import { type Cursor, type Message, publicFields } from "./message.ts";

/** The media type of an event stream. */
export const EVENT_STREAM = "text/event-stream";

/** A comment line, which clients ignore; it keeps the connection alive. */
export const HEARTBEAT = ":\n\n";

/** Returns a frame: an event at a position of the log. JSON has no bare line
 * breaks, so one `data` line is enough. */
function frame(seq: number, data: object, event?: "joined" | "gap"): string {
  const type = event === undefined ? "" : `event: ${event}\n`;
  return `${seq}\n${type}data: ${JSON.stringify(data)}\n\n`;
}

function messageFrame(message: Message): string {
  const { room, seq } = message;
  return frame(seq, { room, ...publicFields(message) });
}

function encode(event: ServerEvent): readonly string[] {
  switch (event.type) {
    case "joined": {
      const { room, epoch, head, after, recovered, missed, count } = event;
      const data = { room, epoch, head, after, recovered, missed, count };
      return [frame(after, data, event.type)];
    }
    case "gap": {
      const { room, from, to } = event;
      return [frame(to, { room, from, to }, event.type)];
    }
    default:
      return [];
  }
}

/** The dialect of read-only clients. */
export const sse: Dialect = {
  name: "sse",
  separator: null,
  naming: "given",
  resumable: false,
  echoes: true,
  wantsTyping: false,
  decode: () => [],
  encodeMessages: (messages) => messages.map(messageFrame),
  encode,
};

/**
 * Returns the event of a frame.
 *
 * @param epoch The epoch of the log, with a proof if {@linkcode withProof}
 * added one.
 * @param frame A frame that {@linkcode sse} has encoded.
 */
export function eventIn(epoch: string, frame: string): string {
  return `id: ${epoch}:${frame}`;
}

/** Adds a proof to the ids of a reader's events: the client sends the last id
 * when it reconnects. */
export function withProof(epoch: string, proof: string | undefined): string {
  return proof === undefined ? epoch : `${epoch}~${proof}`;
}

/**
 * Returns the proof in the id of an event.
 *
 * @param id The value of `Last-Event-ID`.
 * @returns The proof; undefined when there is none.
 */
export function proofOf(id: string): string | undefined {
  return /^[^~]*~([\w-]{1,64}):/.exec(id)?.[1];
}

/**
 * Returns the line that tells a client when to reconnect.
 *
 * @param ms Milliseconds after the end of the stream.
 */
export function comeBackIn(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/**
 * Returns the cursor in the id of an event.
 *
 * @param id The value of `Last-Event-ID`, such as `0b5c9a3e-41d2:42`, with or
 * without a proof.
 * @returns The cursor; undefined when the id is not one of this server.
 */
export function cursorOf(id: string): Cursor | undefined {
  const [, epoch, digits] = /^(.*):(\d{1,15})$/.exec(id) ?? [];
  if (epoch === undefined) return undefined;
  const [bare = ""] = epoch.split("~");
  return { epoch: bare, seq: Number(digits) };
}
