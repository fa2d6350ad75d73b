/**
 * Dialect `hubbub.v1`: JSON objects, one a line, one or more lines a frame, in
 * both directions. Checks requests; requests.ts and events.ts have the types,
 * docs/protocol.md the description.
 */

import { checkWhole, linesOf, parseObject } from "./bounds.ts";
import type { Decoded, Dialect } from "./dialect.ts";
import { HubbubError } from "./errors.ts";
import type {
  MessageEvent,
  MessageItem,
  MessagesEvent,
  ServerEvent,
} from "./events.ts";
import type { BanSubject, ClientRequest, RequestId } from "./requests.ts";
import { checkName } from "./names.ts";
import { type Cursor, isPlain, type Message, publicFields } from "./message.ts";

/** The subprotocol that selects it (RFC 6455, 1.9). */
export const V1 = "hubbub.v1";

type Fields = Readonly<Record<string, unknown>>;

const MAX_ID = 64;
const MAX_EPOCH = 256;
const MAX_TOKEN = 8192;
/** Most characters of a ban's name, user or address. */
export const MAX_SUBJECT = 256;
const MAX_REASON = 200;

function wrong(field: string, wanted: string): HubbubError {
  return new HubbubError("bad_field", {
    message: `Field "${field}" must be ${wanted}`,
  });
}

/** A required string. */
function string(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value !== "string") throw wrong(field, "a string");
  return value;
}

/** A required string that is stored or compared as it is. Names of rooms and
 * of oneself have checks of their own. */
function wholeString(fields: Fields, field: string): string {
  return checkWhole(field, string(fields, field));
}

/** An optional string of at most `max` UTF-16 units, not empty. */
function optionalString(
  fields: Fields,
  field: string,
  max: number,
): string | undefined {
  const value = fields[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value === "" || value.length > max) {
    throw wrong(field, `a string of 1 to ${max} characters`);
  }
  return checkWhole(field, value);
}

/** A required string of at most `max` UTF-16 units, not empty. */
function requiredString(fields: Fields, field: string, max: number): string {
  const value = optionalString(fields, field, max);
  if (value === undefined) throw wrong(field, "a string");
  return value;
}

/** An optional name of a client. An invalid one gets the error that all
 * dialects share, not `bad_field`. */
function optionalName(fields: Fields): string | undefined {
  const name = fields["name"];
  const isWrong = typeof name === "string" &&
    (name === "" || name.length > MAX_SUBJECT || !name.isWellFormed());
  if (isWrong) checkName(name);
  return optionalString(fields, "name", MAX_SUBJECT);
}

/** An optional message id that every store keeps unchanged. */
function optionalCid(fields: Fields): string | undefined {
  const cid = optionalString(fields, "cid", MAX_ID);
  if (cid !== undefined && /\p{Cc}/u.test(cid)) {
    throw wrong("cid", "a string without control characters");
  }
  return cid;
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A required whole number from 0. */
function seq(fields: Fields, field: string): number {
  const value = fields[field];
  if (!isSeq(value)) throw wrong(field, "a whole number from 0");
  return value;
}

function boolean(fields: Fields, field: string): boolean {
  const value = fields[field];
  if (typeof value !== "boolean") throw wrong(field, "true or false");
  return value;
}

/** Reads the subject of a ban. */
function subject(f: Fields): BanSubject {
  return {
    name: optionalString(f, "name", MAX_SUBJECT),
    user: optionalString(f, "user", MAX_SUBJECT),
    address: optionalString(f, "address", MAX_SUBJECT),
  };
}

/** An optional whole number from 0. */
function optionalSeq(fields: Fields, field: string): number | undefined {
  const value = fields[field];
  if (value === undefined || value === null) return undefined;
  if (!isSeq(value)) throw wrong(field, "a whole number from 0");
  return value;
}

function optionalCursor(fields: Fields, field: string): Cursor | undefined {
  const value = fields[field];
  if (value === undefined || value === null) return undefined;
  const { epoch, seq } = value as Partial<Cursor>;
  const isEpoch = typeof epoch === "string" && epoch.length <= MAX_EPOCH;
  if (!isEpoch || !isSeq(seq)) {
    throw wrong(field, 'a cursor such as {"epoch":"k3v9","seq":42}');
  }
  return { epoch: checkWhole(field, epoch), seq };
}

function read(type: string, f: Fields): ClientRequest | undefined {
  switch (type) {
    case "hello":
      return {
        type,
        name: optionalName(f),
        token: optionalString(f, "token", 512),
        guest: optionalString(f, "guest", 512),
        auth: optionalString(f, "auth", MAX_TOKEN),
        batch: f["batch"] === true ? true : undefined,
      };
    case "join":
      return {
        type,
        room: string(f, "room"),
        since: optionalCursor(f, "since"),
        limit: optionalSeq(f, "limit"),
      };
    case "leave":
      return { type, room: string(f, "room") };
    case "publish":
      return {
        type,
        room: string(f, "room"),
        text: wholeString(f, "text"),
        cid: optionalCid(f),
      };
    case "history":
      return {
        type,
        room: string(f, "room"),
        before: optionalSeq(f, "before"),
        after: optionalSeq(f, "after"),
        limit: optionalSeq(f, "limit"),
      };
    case "who":
      return { type, room: string(f, "room") };
    case "typing":
      return { type, room: string(f, "room") };
    case "rename":
      return { type, name: string(f, "name") };
    case "auth":
      return { type, token: requiredString(f, "token", MAX_TOKEN) };
    case "remove":
      return { type, room: string(f, "room"), seq: seq(f, "seq") };
    case "kick":
      return {
        type,
        room: string(f, "room"),
        name: wholeString(f, "name"),
        reason: optionalString(f, "reason", MAX_REASON),
      };
    case "ban":
      return {
        type,
        room: string(f, "room"),
        ...subject(f),
        withAddress: f["withAddress"] === true ? true : undefined,
        forMs: seq(f, "forMs"),
        reason: optionalString(f, "reason", MAX_REASON),
      };
    case "unban":
      return { type, room: string(f, "room"), ...subject(f) };
    case "lock":
      return { type, room: string(f, "room"), locked: boolean(f, "locked") };
    case "slow":
      return { type, room: string(f, "room"), everyMs: seq(f, "everyMs") };
    case "announce":
      return { type, room: string(f, "room"), text: wholeString(f, "text") };
    case "ping":
      return { type };
  }
  return undefined;
}

function requestId(fields: Fields): RequestId | undefined {
  const { id } = fields;
  if (id === undefined || id === null) return undefined;
  if (typeof id === "number" && Number.isFinite(id)) return id;
  if (typeof id === "string" && id.length <= MAX_ID) {
    return checkWhole("id", id);
  }
  throw wrong("id", `a number or a string of at most ${MAX_ID} characters`);
}

function decodeLine(line: string): Decoded {
  try {
    return decodeFields(parseObject(line));
  } catch (error) {
    return { ok: false, error: error as Error };
  }
}

/**
 * Checks a request.
 *
 * @param fields Its fields, which may be anything.
 * @returns The request, or an error.
 */
export function decodeFields(fields: Fields): Decoded {
  let id: RequestId | undefined;
  try {
    id = requestId(fields);
    const request = read(string(fields, "type"), fields);
    if (request === undefined) throw new HubbubError("unknown_type");
    return {
      ok: true,
      request: id === undefined ? request : { ...request, id },
    };
  } catch (error) {
    return { ok: false, error: error as Error, id };
  }
}

function* decodeLines(frame: string): Generator<Decoded> {
  for (const line of linesOf(frame)) yield decodeLine(line);
}

/** Returns a message without its server-side fields. */
function messageEvent(message: Message, replay: boolean): MessageEvent {
  return {
    type: "message",
    room: message.room,
    ...publicFields(message),
    ...(replay && { replay }),
  };
}

/** Encodes messages as runs. A new run starts when the time of storing changes.
 * A message with marks is a `message` of its own. */
function runs(messages: readonly Message[], replay: boolean): string[] {
  const strings: string[] = [];
  for (let start = 0; start < messages.length;) {
    const { room, seq, at } = messages[start]!;
    if (!isPlain(messages[start]!)) {
      strings.push(JSON.stringify(messageEvent(messages[start++]!, replay)));
      continue;
    }
    let end = start;
    const items: MessageItem[] = [];
    for (; messages[end]?.at === at && isPlain(messages[end]!); end++) {
      const { from, text, cid } = messages[end]!;
      items.push(cid === undefined ? [from, text] : [from, text, cid]);
    }
    const event: MessagesEvent = {
      type: "messages",
      room,
      first: seq,
      at,
      ...(replay && { replay }),
      items,
    };
    strings.push(JSON.stringify(event));
    start = end;
  }
  return strings;
}

const shared: Omit<Dialect, "encodeMessages" | "batched"> = {
  name: V1,
  separator: "\n",
  naming: "hello",
  resumable: true,
  echoes: true,
  wantsTyping: true,

  decode(frame) {
    return frame.includes("\n") ? decodeLines(frame) : [decodeLine(frame)];
  },

  encode(event: ServerEvent) {
    switch (event.type) {
      case "name_wanted":
      case "help":
        return [];
      default:
        return [JSON.stringify(event)];
    }
  },
};

/** The dialect of programs: a `message` event for each message. */
export const v1: Dialect = {
  ...shared,
  encodeMessages: (messages, replay) =>
    messages.map((message) => JSON.stringify(messageEvent(message, replay))),
  batched: { ...shared, encodeMessages: runs },
};
