/** What a client is told when something cannot be done. */

import { ERRORS, HubbubError } from "../../protocol/errors.ts";
import type { ErrorEvent } from "../../protocol/events.ts";
import { RoomNotMadeError, RoomsFullError } from "../store/store.ts";

/** How long to wait for a store that cannot be written or read before trying
 * again, milliseconds. */
export const STORE_RETRY_MS = 1_000;

/** What is told of a store that cannot be written or read. */
export const STORE_UNAVAILABLE = {
  type: "error",
  code: "store_unavailable",
  ...ERRORS.store_unavailable,
  retryAfterMs: STORE_RETRY_MS,
} as const satisfies ErrorEvent;

/**
 * What is told of a message that was refused while others were stored.
 *
 * @param reason Why, as the store says.
 * @param waitMs How long its sender has to wait until it may make a room.
 */
export function refusalOfStore(reason: Error, waitMs = 0): HubbubError {
  if (reason instanceof RoomsFullError) {
    return new HubbubError("no_more_rooms", {
      message:
        `The server keeps ${reason.most} rooms, as many as it may. Write to ` +
        "a room that exists, or ask its operator to raise --max-stored-rooms",
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
 * An error as a client is told of it.
 *
 * @param error What went wrong; which request that was about is to be added.
 */
export function refusal(
  { code, message, retryable, details }: HubbubError,
): ErrorEvent {
  const { retryAfterMs, suggestion } = details;
  return { type: "error", code, message, retryable, retryAfterMs, suggestion };
}
