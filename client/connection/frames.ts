/** Encodes requests as frames, and decodes events: JSON lines. Pure. */

import { linesOf } from "../../protocol/bounds.ts";
import type {
  MessageEvent,
  MessagesEvent,
  ServerEvent,
} from "../../protocol/events.ts";
import type { ClientRequest } from "../../protocol/requests.ts";
import { isServerEvent } from "./event_checks.ts";

/** The largest size of a frame with several lines: the server limits the size
 * of a frame. A longer line has its own frame. */
const FRAME_CHARS = 16 * 1024;

/** Returns the requests packed into few frames. */
export function toFrames(requests: readonly ClientRequest[]): string[] {
  const frames: string[] = [];
  for (const line of requests.map((request) => JSON.stringify(request))) {
    const last = frames.at(-1);
    if (last === undefined || last.length + line.length >= FRAME_CHARS) {
      frames.push(line);
    } else {
      frames[frames.length - 1] = `${last}\n${line}`;
    }
  }
  return frames;
}

/**
 * Returns the events of a frame. Skips invalid lines, and expands a `messages`
 * event into one event for each message.
 */
export function fromFrame(frame: string): ServerEvent[] {
  const events: ServerEvent[] = [];
  for (const line of linesOf(frame)) {
    const event = parse(line);
    if (event === undefined) continue;
    if (event.type === "messages") events.push(...messagesOf(event));
    else events.push(event);
  }
  return events;
}

function messagesOf(run: MessagesEvent): MessageEvent[] {
  const { room, first, at, items } = run;
  return items.map(([from, text, cid], index) => ({
    type: "message",
    room,
    seq: first + index,
    from,
    text,
    at,
    ...(cid !== undefined && { cid }),
  }));
}

function parse(line: string): ServerEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return isServerEvent(event) ? event : undefined;
  } catch {
    return undefined;
  }
}
