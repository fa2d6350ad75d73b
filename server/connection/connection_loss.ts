/** Decides what a closed connection means for its session. */

import { CLOSE } from "../../protocol/close_codes.ts";
import { type Monotonic, msAfter } from "../runtime/clock.ts";

/** The code of a close without a code (RFC 6455, 7.1.5). */
const NO_CODE = 1005;
/**
 * Peer close codes that end the session at once: the user left on purpose.
 * After all others, the session survives for the grace period, however the loss
 * was detected.
 */
const FINAL_BY_PEER: ReadonlySet<number> = new Set([
  CLOSE.normal.code,
  NO_CODE,
]);
/** Server close codes that end the session at once: the user was removed. */
const FINAL: ReadonlySet<number> = new Set([
  CLOSE.normal.code,
  CLOSE.removed.code,
  CLOSE.banned.code,
]);

/** How a connection closed. */
export interface ConnectionClose {
  readonly code: number;
  /**
   * Whether the peer closed. Peer codes are limited to what a peer may decide.
   */
  readonly byPeer: boolean;
}

/** Returns whether the client may resume the session. */
export function mayReturn({ code, byPeer }: ConnectionClose): boolean {
  return !(byPeer ? FINAL_BY_PEER : FINAL).has(code);
}

/**
 * Returns when the connection was lost: silence is detected long after the
 * loss.
 *
 * @param close The close.
 * @param times The current time, when the peer last read anything, and the idle
 * timeout in seconds.
 */
export function lostAt(
  { code, byPeer }: ConnectionClose,
  { now, livedAt, idleSeconds }: {
    readonly now: Monotonic;
    readonly livedAt: Monotonic;
    readonly idleSeconds: number;
  },
): Monotonic {
  if (byPeer) return now;
  if (code === CLOSE.slow.code) return livedAt;
  return code === CLOSE.silent.code ? msAfter(now, -idleSeconds * 1000) : now;
}
