/** What the close of a connection means for its session. */

import { CLOSE } from "../../protocol/close_codes.ts";
import { type Monotonic, msAfter } from "../runtime/clock.ts";

/** What a close without a code reads as (RFC 6455, 7.1.5). */
const NO_CODE = 1005;
/** The peer's closes after which its session ends at once: its user left on
 * purpose. After all others it outlives its connection for the grace period,
 * however the loss was noticed. */
const FINAL_BY_PEER: ReadonlySet<number> = new Set([
  CLOSE.normal.code,
  NO_CODE,
]);
/** The server's closes after which a session ends at once: its user was
 * removed. */
const FINAL: ReadonlySet<number> = new Set([
  CLOSE.normal.code,
  CLOSE.removed.code,
  CLOSE.banned.code,
]);

/** A close as a connection sees it. */
export interface ConnectionClose {
  readonly code: number;
  /** Whether the peer closed. Its codes mean only what a peer may say. */
  readonly byPeer: boolean;
}

/** Returns whether the user may come back to the session. */
export function mayReturn({ code, byPeer }: ConnectionClose): boolean {
  return !(byPeer ? FINAL_BY_PEER : FINAL).has(code);
}

/**
 * Returns when the connection was lost: a loss that shows by silence is noticed
 * long after it has happened.
 *
 * @param close The close.
 * @param times Now, when the peer last took something, and after how many
 * seconds without a frame it is closed as silent.
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
