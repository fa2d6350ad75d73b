/**
 * Dialect `sse`: server-sent events, for readers that only read, such as
 * `curl -N` or a page's EventSource
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * Every event has an id, which is a cursor: a reader that comes back with the
 * last one goes on behind it. Of the id a frame holds the seq only, in its
 * first characters; the epoch, which a dialect does not know, is put in front
 * by {@linkcode eventIn}, so that the frame stays the same for all readers.
 */

import type { Dialect } from "./dialect.ts";
import type { ServerEvent } from "./events.ts";
import { type Cursor, marksOf, type Message } from "./message.ts";

/** The media type of such a stream. */
export const EVENT_STREAM = "text/event-stream";

/** A comment; it shows that the connection lives, and readers skip it. */
export const HEARTBEAT = ":\n\n";

/** A frame: an event at a place of the log. JSON has no bare line breaks, so
 * that one `data` line holds it. */
function frame(seq: number, data: object, event?: "joined" | "gap"): string {
  const type = event === undefined ? "" : `event: ${event}\n`;
  return `${seq}\n${type}data: ${JSON.stringify(data)}\n\n`;
}

function messageFrame(message: Message): string {
  const { room, seq, from, text, at, cid } = message;
  return frame(seq, {
    room,
    seq,
    from,
    text,
    at,
    ...(cid !== undefined && { cid }),
    ...marksOf(message),
  });
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

/** The dialect of readers that only read. */
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
 * Makes an event of a frame.
 *
 * @param epoch The life of the log that the frame is of; with what
 * {@linkcode withProof} puts behind it.
 * @param frame One that {@linkcode sse} has encoded.
 */
export function eventIn(epoch: string, frame: string): string {
  return `id: ${epoch}:${frame}`;
}

/** Puts a proof into the ids of a reader's events: it sends the last one when
 * it comes back. */
export function withProof(epoch: string, proof: string | undefined): string {
  return proof === undefined ? epoch : `${epoch}~${proof}`;
}

/**
 * Reads the proof in the id of an event.
 *
 * @param id As it comes back in `Last-Event-ID`.
 * @returns Undefined where there is none.
 */
export function proofOf(id: string): string | undefined {
  return /^[^~]*~([\w-]{1,64}):/.exec(id)?.[1];
}

/**
 * Tells a reader when to come back after its stream has ended.
 *
 * @param ms Milliseconds after the end.
 */
export function comeBackIn(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/**
 * Reads the id of an event, as it comes back in `Last-Event-ID`.
 *
 * @param id Such as `0b5c9a3e-41d2:42`; a proof in it does not count.
 * @returns The cursor; undefined when it is not one of ours.
 */
export function cursorOf(id: string): Cursor | undefined {
  const [, epoch, digits] = /^(.*):(\d{1,15})$/.exec(id) ?? [];
  if (epoch === undefined) return undefined;
  const [bare = ""] = epoch.split("~");
  return { epoch: bare, seq: Number(digits) };
}
