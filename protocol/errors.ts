/**
 * All errors that a client can get: the code, whether a retry can help, and a
 * message that says what is wrong and what to do. Dialects only format them.
 */

/** One kind of error. */
interface ErrorKind {
  /** Whether the same request can succeed later, unchanged. */
  readonly retryable: boolean;
  readonly message: string;
}

/** The table. The code that throws may replace a message by a more exact
 * one. */
export const ERRORS = {
  bad_json: {
    retryable: false,
    message:
      'This line is not a JSON object. Send one object a line, such as {"type":"ping"}',
  },
  bad_encoding: {
    retryable: false,
    message: "This frame is not valid UTF-8. Send text as UTF-8",
  },
  unknown_type: {
    retryable: false,
    message:
      "Unknown type. Known are hello, join, leave, publish, history, who, typing, rename, auth, ping, remove, kick, ban, unban, lock, slow and announce",
  },
  bad_field: { retryable: false, message: "A field has a wrong value" },
  hello_first: {
    retryable: false,
    message: 'Say hello first, such as {"type":"hello","name":"Ada"}',
  },
  already_hello: {
    retryable: false,
    message: "You have said hello already. To change your name use rename",
  },
  bad_name: {
    retryable: false,
    message: "A name has 1 to 32 visible characters and is not Server",
  },
  name_taken: {
    retryable: false,
    message: "This name is taken. Choose another one",
  },
  bad_room: {
    retryable: false,
    message:
      "A room's name has 1 to 64 letters, digits, dots, dashes or underscores and starts with a letter or digit",
  },
  auth_required: {
    retryable: false,
    message:
      'A token is needed here. Send it as "auth" in hello, as Authorization: Bearer TOKEN, or as subprotocol hubbub.auth.TOKEN',
  },
  auth_invalid: {
    retryable: false,
    message: "The token is not valid here. Ask for a new one",
  },
  auth_expired: {
    retryable: false,
    message: "The token has expired. Ask for a new one",
  },
  forbidden: {
    retryable: false,
    message: "Your token does not allow this. Ask for one that does",
  },
  not_joined: {
    retryable: false,
    message: "You are not in this room. Join it first",
  },
  not_found: {
    retryable: false,
    message: "There is no such thing here",
  },
  banned: {
    retryable: false,
    message: "You are banned here",
  },
  locked: {
    retryable: false,
    message:
      "This room is locked: moderators alone can write here. Wait until it is unlocked",
  },
  slow_mode: {
    retryable: true,
    message: "This room is in slow mode. Wait a moment and send it again",
  },
  rules_full: {
    retryable: false,
    message:
      "There are as many bans, locks and the like as there may be. Lift some first",
  },
  empty: {
    retryable: false,
    message: "The message is empty. Write something and send it again",
  },
  cid_reused: {
    retryable: false,
    message:
      "Another message of yours has this cid. Send it again with a new one",
  },
  too_long: {
    retryable: false,
    message: "The message is too long. Send it in parts",
  },
  unknown_command: {
    retryable: false,
    message:
      "Unknown command. /help lists them; // sends a line that starts with a slash",
  },
  rate_limited: {
    retryable: true,
    message: "Too fast. Wait a moment and send it again",
  },
  too_many_rooms: {
    retryable: false,
    message: "You are in as many rooms as you may be. Leave one first",
  },
  rooms_full: {
    retryable: true,
    message:
      "As many rooms are open as there may be. Join one of these, or try again later",
  },
  no_more_rooms: {
    retryable: false,
    message:
      "The server keeps as many rooms as it may. Write to a room that exists",
  },
  too_many_connections: {
    retryable: true,
    message: "There are as many connections as there may be. Try again later",
  },
  store_unavailable: {
    retryable: true,
    message: "Messages cannot be stored right now. Send it again in a moment",
  },
  not_stored: {
    retryable: false,
    message:
      "This message cannot be stored, while others can. Write to another room, or try again later",
  },
  stopping: {
    retryable: true,
    message: "The server is stopping. Send it again after reconnecting",
  },
  internal: {
    retryable: true,
    message: "Something broke here. Try again in a moment",
  },
} as const satisfies Record<string, ErrorKind>;

/** The code of an error, as sent on the wire. */
export type ErrorCode = keyof typeof ERRORS;

/** Details of some errors beside code and message. */
export interface ErrorDetails {
  /** A more exact message than the table's. */
  readonly message?: string;
  /** When to try again, milliseconds from now. */
  readonly retryAfterMs?: number;
  /** A value that would be accepted, such as a free name. */
  readonly suggestion?: string;
}

/**
 * An error that a client gets. Thrown where input is rejected; the connection
 * catches it and sends it in the client's dialect.
 */
export class HubbubError extends Error {
  override name = "HubbubError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  /**
   * @param code A key of {@linkcode ERRORS}.
   * @param details A more exact message and values, if there are any.
   */
  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.message ?? ERRORS[code].message);
    this.code = code;
    this.details = details;
  }

  /** Whether the same request can succeed later, unchanged. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}
