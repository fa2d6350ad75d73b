/** The errors of the client's methods: the server's and the client's own. */

import type { ErrorCode } from "../protocol/errors.ts";
import type { ErrorEvent } from "../protocol/events.ts";

/** The server's error codes and the client's own. */
export type ClientErrorCode =
  | ErrorCode
  /** The outbox is full; the client does not send this message unless it is
   * published again. */
  | "outbox_full"
  /** The client is not connected, or lost the connection before the reply. */
  | "disconnected"
  /** The access token belongs to another user. */
  | "somebody_else"
  /** The client is closed, or has left the room. */
  | "closed";

/** The error that the client's methods reject with. */
export class ClientError extends Error {
  override name = "ClientError";
  readonly code: ClientErrorCode;
  /** Whether the same request can succeed later. */
  readonly retryable: boolean;
  /** When to retry, milliseconds after the error was received. */
  readonly retryAfterMs: number | undefined;
  /** A value that the server would accept, such as a free name. */
  readonly suggestion: string | undefined;

  /**
   * @param code The error's code, for programs.
   * @param details The message for people, and when to retry.
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
