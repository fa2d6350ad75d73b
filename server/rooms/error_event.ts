/** Makes the error events that clients get. */

import { ERRORS, HubbubError } from "../../protocol/errors.ts";
import type { ErrorEvent } from "../../protocol/events.ts";
import { RoomNotMadeError, RoomsFullError } from "../store/store.ts";

/** Milliseconds until a failed read or write of the store is retried. */
export const STORE_RETRY_MS = 1_000;

/** The error for a store that cannot be read or written. */
export const STORE_UNAVAILABLE = {
  type: "error",
  code: "store_unavailable",
  ...ERRORS.store_unavailable,
  retryAfterMs: STORE_RETRY_MS,
} as const satisfies ErrorEvent;

/**
 * Returns the error for a message that the store rejected while it took others.
 *
 * @param reason The store's error.
 * @param waitMs Milliseconds until the sender may create a room.
 */
export function storeError(reason: Error, waitMs = 0): HubbubError {
  if (reason instanceof RoomsFullError) {
    return new HubbubError("no_more_rooms", {
      message:
        `The server cannot store more than ${reason.most} rooms. Write to ` +
        "an existing room, or ask the operator to raise --max-stored-rooms",
    });
  }
  if (reason instanceof RoomNotMadeError) {
    const seconds = Math.ceil(waitMs / 1000);
    return new HubbubError("rate_limited", {
      message:
        `Too many new rooms at once. Wait ${seconds} s, or write to a room ` +
        "that exists",
      retryAfterMs: waitMs,
    });
  }
  return new HubbubError("not_stored");
}

/**
 * Returns the event of an error. The caller adds the request's id.
 *
 * @param error The error.
 */
export function errorEventOf(
  { code, message, retryable, details }: HubbubError,
): ErrorEvent {
  const { retryAfterMs, suggestion } = details;
  return { type: "error", code, message, retryable, retryAfterMs, suggestion };
}
