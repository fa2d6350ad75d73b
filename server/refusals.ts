/** What a client is told when something cannot be done. */

import { ERRORS, type HubbubError } from "../protocol/errors.ts";
import type { ErrorEvent } from "../protocol/events.ts";

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
