/**
 * All close codes of Hubbub, and what a client does after each. Server, client
 * and docs share this table.
 *
 * The ranges cover codes that a client does not know yet: after 4000-4499 it
 * reconnects and resumes, after 4500-4999 it does not reconnect by itself.
 */

/** The action of a client after a close. */
export type AfterClose =
  /** Reconnect after a short random wait, and resume. */
  | "resume"
  /** Reconnect after a growing random wait. */
  | "back off"
  /** Do not reconnect until a person or a program decides so. */
  | "stop";

/** One row of the table. */
export interface CloseReason {
  readonly code: number;
  /** At most 123 bytes, the limit of a close frame (RFC 6455, 5.5). */
  readonly reason: string;
  readonly then: AfterClose;
}

/** The table. Keys are the names used in the code. */
export const CLOSE = {
  normal: { code: 1000, reason: "Closed normally", then: "stop" },
  goingAway: { code: 1001, reason: "Going away", then: "resume" },
  unsupportedData: {
    code: 1003,
    reason: "Binary frames are not supported; send text frames",
    then: "stop",
  },
  tooBig: {
    code: 1009,
    reason: "Frame too big; send smaller frames",
    then: "stop",
  },
  internalError: {
    code: 1011,
    reason: "Internal server error; try again later",
    then: "back off",
  },
  restart: {
    code: 1012,
    reason: "Server restarting; reconnect and resume",
    then: "resume",
  },
  tryLater: {
    code: 1013,
    reason: "Server is too busy; try again later",
    then: "back off",
  },
  slow: {
    code: 4000,
    reason: "Client reads too slowly; reconnect and resume",
    then: "resume",
  },
  silent: {
    code: 4001,
    reason: "Connection timed out; reconnect and resume",
    then: "resume",
  },
  resync: {
    code: 4002,
    reason: "Out of sync; reconnect and resume",
    then: "resume",
  },
  flood: {
    code: 4003,
    reason: "Rate limit exceeded; reconnect and resume",
    then: "resume",
  },
  outnamed: {
    code: 4004,
    reason:
      "Your name was taken while you were disconnected; reconnect under another one",
    then: "resume",
  },
  badProtocol: {
    code: 4500,
    reason: "Too many invalid frames; check what you send",
    then: "stop",
  },
  noHello: {
    code: 4501,
    reason: "No hello received in time; send it right after connecting",
    then: "stop",
  },
  replaced: {
    code: 4502,
    reason: "Session resumed by another connection",
    then: "stop",
  },
  removed: { code: 4503, reason: "Removed by a moderator", then: "stop" },
  expired: {
    code: 4505,
    reason: "Your token has expired; reconnect with a new one",
    then: "stop",
  },
  unauthorized: {
    code: 4506,
    reason: "A valid token is required; reconnect with one",
    then: "stop",
  },
  banned: {
    code: 4507,
    reason: "You are temporarily banned; try again later",
    then: "stop",
  },
} as const satisfies Record<string, CloseReason>;

/** Bytes that the reason of a close frame can have (RFC 6455, 5.5). */
const MOST_REASON = 123;

/**
 * Closes with what is really wrong, in the words of the error.
 *
 * @param row The code, and what a client does next.
 * @param words Any text; what does not fit into a close frame is cut off.
 */
export function because(row: CloseReason, words: string): CloseReason {
  const buffer = new Uint8Array(MOST_REASON);
  const { read } = new TextEncoder().encodeInto(words, buffer);
  return { ...row, reason: words.slice(0, read) };
}

const byCode = new Map<number, CloseReason>(
  Object.values(CLOSE).map((row) => [row.code, row]),
);

/**
 * Returns what a client does after a connection closed.
 *
 * @param code The code of the close event, 1000-4999, or 0 for a lost
 * connection.
 * @returns The action in the table; for other codes that of their range.
 * `resume` for a connection that was lost without a close frame.
 */
export function afterClose(code: number): AfterClose {
  const known = byCode.get(code);
  if (known !== undefined) return known.then;
  return code >= 4500 && code <= 4999 ? "stop" : "resume";
}
