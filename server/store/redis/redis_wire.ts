/**
 * The format of messages in Redis: script arguments, stream entries and
 * notifications. Pure.
 */

import type { EnginePage, News } from "../follower.ts";
import { marked, markOf } from "../marks.ts";
import { takePage } from "../page_size.ts";
import type { Reply } from "./redis_link.ts";
import {
  type Draft,
  type LogState,
  type Receipt,
  refusedFor,
  type StoredMessage,
  whyNotMade,
} from "../store.ts";

/** One room's part of a tick, as its node has it. */
export interface Part {
  readonly room: string;
  readonly channel: string;
  /** What the node knows of the log; null when it does not follow the room. */
  readonly known: LogState | null;
  readonly drafts: readonly Draft[];
}

/** What became of one {@linkcode Part}. */
export interface Appended {
  /** What the node is to be fed. */
  readonly news: News;
  /** One for each draft. */
  readonly receipts: readonly Receipt[];
}

/** Why nothing of one {@linkcode Part} was stored. */
export interface Refusal {
  readonly error: Error;
  /** Whether it is Redis that takes nothing (full, read-only …), not the room
   * whose keys are wrong. */
  readonly ofRedis: boolean;
}

/** The arguments for one part. */
export function partArguments(
  { room, channel, known, drafts }: Part,
): (string | number)[] {
  const words = [
    room,
    channel,
    known?.epoch ?? "",
    known?.head ?? -1,
    drafts.length,
  ];
  for (const draft of drafts) {
    const { from, text, author, cid } = draft;
    const { makesRoom = "" } = draft;
    words.push(from, text, author, cid ?? "", markOf(draft) ?? "", makesRoom);
  }
  return words;
}

/** What the script says became of one part, where there may be so many
 * rooms. */
export function appended(
  reply: Reply,
  part: Part,
  { maxRooms }: { maxRooms: number },
): Appended {
  const full = { count: maxRooms, most: maxRooms };
  const [epoch, first, head, missed, seqs, at] = reply as [
    string,
    number,
    number,
    Reply[],
    number[],
    number,
  ];
  const own = part.drafts.flatMap((draft, index) => {
    const seq = seqs[index] ?? 0;
    return seq <= 0 ? [] : [message(draft, seq, at, markOf(draft))];
  });
  const messages = entriesOf(missed, part.room).concat(own);
  const { length } = messages;
  // When more was missed than it tells, what it tells does not hang together.
  const whole = length === 0 || messages[0]?.seq === head - length + 1;
  return {
    news: { epoch, first, head, messages: whole ? messages : own },
    receipts: seqs.map((seq, index) =>
      seq === 0
        ? refusedFor(whyNotMade(part.drafts[index]!, full))
        : { seq: Math.abs(seq), duplicate: seq < 0 }
    ),
  };
}

/** Why the script could not store one part; undefined when it could. */
export function refusalOf(reply: Reply, room: string): Refusal | undefined {
  const [why, ...rest] = reply as [string, ...unknown[]];
  if (rest.length > 0) return undefined;
  const error = new Error(`Room "${room}" in Redis: ${why}`);
  return { error, ofRedis: !ROOM_FAULT.test(why) };
}

/** What Redis says when what it has under a room's keys is wrong. All else it
 * says (OOM, READONLY, LOADING, MISCONF …) holds for every room. */
const ROOM_FAULT = /^(WRONGTYPE|ERR|user_script)/;

/** Whether an error is about one room's keys. */
export function isOfOneRoom(error: unknown): boolean {
  return error instanceof Error && ROOM_FAULT.test(error.message);
}

/** The messages of stream entries, which are `[id, [field, value, …]]`. */
export function entriesOf(entries: Reply, room: string): StoredMessage[] {
  return (entries as [id: string, fields: string[]][]).map(([id, fields]) => {
    const entry = new Map<string, string>();
    for (let i = 0; i + 1 < fields.length; i += 2) {
      entry.set(fields[i]!, fields[i + 1]!);
    }
    const draft = {
      room,
      from: entry.get("from") ?? "",
      text: entry.get("text") ?? "",
      author: entry.get("author") ?? "",
      cid: entry.get("cid") || undefined,
    };
    const at = Number(entry.get("at"));
    const mark = entry.get("mark");
    return message(
      draft,
      Number.parseInt(id),
      at,
      mark === undefined ? undefined : Number(mark),
    );
  });
}

/** What was read of a log that there is, in whichever direction. */
export function pageOf(reply: Reply, room: string): EnginePage {
  const [epoch, first, head, born, entries] = reply as [
    string,
    number,
    number,
    number,
    Reply[],
  ];
  const messages = takePage(entriesOf(entries, room));
  const backward = (messages[0]?.seq ?? 0) > (messages.at(-1)?.seq ?? 0);
  if (backward) messages.reverse();
  return { epoch, first, head, born, messages };
}

/**
 * What was published: `EPOCH FIRST HEAD AT` and the messages as JSON.
 *
 * @param payload As it came.
 * @param room Its room.
 * @param head What the node has already: it is not decoded again.
 */
export function newsOf(payload: string, room: string, head: number): News {
  const [epoch = "", ...rest] = payload.split(" ", 4);
  const [first = 0, newest = 0, at = 0] = rest.map(Number);
  const state = { epoch, first, head: newest };
  if (newest <= head) return { ...state, messages: [] };
  const start = epoch.length + rest.join(" ").length + 2;
  const drafts: [string, string, string, string?, number?][] = JSON.parse(
    payload.slice(start),
  );
  const before = newest - drafts.length;
  const messages = drafts.map(([from, text, author, words, mark], index) => {
    const cid = words || undefined;
    const draft = { room, from, text, author, cid };
    return message(draft, before + index + 1, at, mark);
  });
  return { ...state, messages };
}

function message(
  { room, from, text, author, cid }: Draft,
  seq: number,
  at: number,
  mark: number | undefined,
): StoredMessage {
  const message = cid === undefined
    ? { room, seq, from, text, at, author }
    : { room, seq, from, text, at, author, cid };
  return marked(message, mark);
}
