/** Requests to frames and frames to events: JSON, one object a line. Pure. */

import { linesOf } from "../../protocol/bounds.ts";
import type {
  MessageEvent,
  MessagesEvent,
  ServerEvent,
} from "../../protocol/events.ts";
import type { ClientRequest } from "../../protocol/requests.ts";
import { isServerEvent } from "./event_checks.ts";

/** Frames are cut here, so that many waiting messages do not make one that is
 * too big for the server; a longer line goes alone. */
const FRAME_CHARS = 16 * 1024;

/** @returns As few frames as is reasonable. */
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
 * @returns The events of a frame, without the lines that make no sense, and
 * with a message for each of a run: nobody else needs to know of runs.
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
