/** What can go wrong for a user of the client: the server's errors and its own. */

import type { ErrorCode } from "../protocol/errors.ts";
import type { ErrorEvent } from "../protocol/events.ts";

/** The server's codes and those that arise here. */
export type ClientErrorCode =
  | ErrorCode
  /** Too many messages wait to be sent; this one was never sent, and is not
   * unless it is tried again. */
  | "outbox_full"
  /** The connection was lost, or not there, before an answer came. */
  | "disconnected"
  /** The token is for another user than the client is. */
  | "somebody_else"
  /** The client was closed, or the room left. */
  | "closed";

/** An error of a request, as the client's methods reject with it. */
export class ClientError extends Error {
  override name = "ClientError";
  readonly code: ClientErrorCode;
  /** Whether the same request can succeed later without being changed. */
  readonly retryable: boolean;
  /** When to try again, milliseconds from when the error came. */
  readonly retryAfterMs: number | undefined;
  /** A value that would have been accepted, such as a free name. */
  readonly suggestion: string | undefined;

  /**
   * @param code What went wrong, for programs.
   * @param details What went wrong, for people, and what to do about it.
   */
  constructor(
    code: ClientErrorCode,
    details: Pick<ErrorEvent, "message" | "retryable"> & Partial<ErrorEvent>,
  ) {
    super(details.message);
    this.code = code;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
    this.suggestion = details.suggestion;
  }
}
