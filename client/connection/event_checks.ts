/**
 * Checks the shape of server events, so that a broken or hostile server cannot
 * make the client throw. Pure.
 */

import type { ServerEvent } from "../../protocol/events.ts";

type Check = (value: unknown) => boolean;

/** The largest time value of a `Date` (ECMA-262, 21.4.1.1). */
const LAST_MOMENT = 8.64e15;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
/** Excludes Infinity, which JSON can contain as `1e999`. */
const isNumber: Check = (value) =>
  typeof value === "number" && Math.abs(value) <= LAST_MOMENT;
const isCount: Check = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isId: Check = (value) => isText(value) || isNumber(value);

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** Returns a check for an array: the first `least` items are required. */
function tuple(least: number, ...checks: Check[]): Check {
  return (value) =>
    Array.isArray(value) && value.length >= least &&
    value.every((item, index) => checks[index]?.(item) ?? true);
}

/** Returns a check for an object; fields that end with `?` are optional. */
function object(fields: Readonly<Record<string, Check>>): Check {
  const all = Object.entries(fields).map(([name, check]) => ({
    name: name.replace("?", ""),
    optional: name.endsWith("?"),
    check,
  }));
  return (value) =>
    typeof value === "object" && value !== null &&
    all.every(({ name, optional, check }) => {
      const field = (value as Record<string, unknown>)[name];
      return field === undefined ? optional : check(field);
    });
}

const MARKS = {
  "cid?": isText,
  "removed?": isFlag,
  "removes?": isCount,
  "announcement?": isFlag,
};
const PAST = {
  seq: isCount,
  from: isText,
  text: isText,
  at: isNumber,
  ...MARKS,
};
const RIGHTS = listOf(isText);

/** The checks by type of event. */
const EVENTS: Readonly<Record<string, Check>> = {
  welcome: object({
    session: isText,
    name: isText,
    token: isText,
    "guest?": isText,
    "taken?": isText,
    resumed: isFlag,
    limits: object({
      text: isCount,
      rate: isNumber,
      history: isCount,
      idleSeconds: isNumber,
    }),
  }),
  joined: object({
    room: isText,
    epoch: isText,
    head: isCount,
    after: isCount,
    recovered: isText,
    missed: isCount,
    count: isCount,
    "members?": RIGHTS,
    // Servers without moderation omit these fields.
    "rights?": RIGHTS,
    "locked?": isFlag,
    "slowMs?": isNumber,
    "waitMs?": isNumber,
  }),
  rules: object({
    room: isText,
    locked: isFlag,
    slowMs: isNumber,
    "rights?": RIGHTS,
  }),
  live: object({ room: isText }),
  left: object({
    room: isText,
    "code?": isText,
    "message?": isText,
    "retryAfterMs?": isNumber,
  }),
  message: object({ room: isText, ...PAST, "replay?": isFlag }),
  messages: object({
    room: isText,
    first: isCount,
    at: isNumber,
    "replay?": isFlag,
    items: listOf(tuple(2, isText, isText, isText)),
  }),
  own: object({ room: isText, seqs: listOf(isCount) }),
  ack: object({
    room: isText,
    seq: isCount,
    "cid?": isText,
    "duplicate?": isFlag,
  }),
  history: object({
    room: isText,
    epoch: isText,
    first: isCount,
    head: isCount,
    messages: listOf(object({ ...PAST, "own?": isFlag })),
  }),
  presence: object({
    room: isText,
    count: isCount,
    "joined?": listOf(isText),
    "left?": listOf(isText),
    "renamed?": listOf(tuple(2, isText, isText)),
    "members?": listOf(isText),
  }),
  typing: object({ room: isText, from: isText }),
  authorized: object({ "until?": isNumber }),
  renamed: object({ name: isText }),
  gap: object({ room: isText, from: isCount, to: isCount }),
  error: object({
    code: isText,
    message: isText,
    // Absent means false.
    "retryable?": isFlag,
    "retryAfterMs?": isNumber,
    "suggestion?": isText,
    "cid?": isText,
  }),
  reconnect: object({ afterMs: isNumber }),
  done: object({ "message?": isText }),
  pong: object({}),
};
const REPLY = object({ "id?": isId });

/**
 * Returns whether a value is a server event of a known type.
 *
 * @param value Any value, such as parsed JSON.
 */
export function isServerEvent(value: unknown): value is ServerEvent {
  if (!REPLY(value)) return false;
  const { type } = value as { type?: unknown };
  return typeof type === "string" && Object.hasOwn(EVENTS, type) &&
    EVENTS[type]?.(value) === true;
}
