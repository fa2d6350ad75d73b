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
      "Unknown type. Known types are hello, join, leave, publish, history, who, typing, rename, auth, ping, remove, kick, ban, unban, lock, slow and announce",
  },
  bad_field: {
    retryable: false,
    message:
      "A field has an invalid value. Correct it and send the request again",
  },
  hello_first: {
    retryable: false,
    message:
      'The first request must be hello. Send one, such as {"type":"hello","name":"Ada"}',
  },
  already_hello: {
    retryable: false,
    message:
      "This connection has already sent hello. To change your name, send rename",
  },
  bad_name: {
    retryable: false,
    message:
      "This name is invalid. Choose one of 1 to 32 visible characters, but not Server",
  },
  name_taken: {
    retryable: false,
    message: "This name is taken. Choose another one",
  },
  bad_room: {
    retryable: false,
    message:
      "This room name is invalid. Use 1 to 64 letters, digits, dots, dashes or underscores, and start with a letter or digit",
  },
  auth_required: {
    retryable: false,
    message:
      'A token is required. Send it as "auth" in hello, as Authorization: Bearer TOKEN, or as subprotocol hubbub.auth.TOKEN',
  },
  auth_invalid: {
    retryable: false,
    message: "The token is invalid. Ask for a new one",
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
    message: "Not found. Check the name or number and try again",
  },
  banned: {
    retryable: false,
    message: "You are banned. Wait until the ban ends, or ask a moderator",
  },
  locked: {
    retryable: false,
    message:
      "This room is locked: only moderators can write. Wait until it is unlocked",
  },
  slow_mode: {
    retryable: true,
    message: "This room is in slow mode. Wait a moment and send it again",
  },
  rules_full: {
    retryable: false,
    message: "There are too many bans, locks and slow modes. Lift some first",
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
      "Unknown command. /help lists the commands; start a message with // to send a slash",
  },
  rate_limited: {
    retryable: true,
    message: "You are sending too fast. Wait a moment and send it again",
  },
  too_many_rooms: {
    retryable: false,
    message: "You are in too many rooms. Leave one first",
  },
  rooms_full: {
    retryable: true,
    message: "Too many rooms are open. Join one of these, or try again later",
  },
  no_more_rooms: {
    retryable: false,
    message: "The server cannot store more rooms. Write to an existing room",
  },
  too_many_connections: {
    retryable: true,
    message: "Too many connections. Try again later",
  },
  store_unavailable: {
    retryable: true,
    message: "The message store is unavailable. Try again in a moment",
  },
  not_stored: {
    retryable: false,
    message:
      "The message was not stored. Write to another room, or try again later",
  },
  stopping: {
    retryable: true,
    message: "The server is shutting down. Reconnect and try again",
  },
  internal: {
    retryable: true,
    message: "Internal server error. Try again in a moment",
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
