/**
 * Closes connections in slices at shutdown or handover to other nodes, so that
 * clients do not all reconnect at once.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Reader } from "../rooms/session.ts";

/** Maximum time to spread the closes over, in milliseconds. */
const SPREAD_MS = 1_000;
const SLICE_MS = 50;
/** Minimum number of connections closed at once. */
const SLICE = 50;
/** Reconnect spread per connection, in milliseconds. */
const COME_BACK_MS = 2;
const MOST_COME_BACK_MS = 10_000;
const LEAST_COME_BACK_MS = 500;

/** Contains errors of one connection so that the others are closed too. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // It closes at shutdown, or when it makes no progress.
  }
}

/**
 * Sends every connection a reconnect time and closes them in slices.
 *
 * @param connections Connections to close.
 * @param options A close reason that allows reconnecting, the clock, and random
 * numbers from 0 up to 1.
 * @returns Resolves when every close was started, after about a second at most.
 */
export async function drain(
  connections: readonly Reader[],
  { reason, clock, random }: {
    reason: CloseReason;
    clock: Clock;
    random: () => number;
  },
): Promise<void> {
  const window = Math.min(
    Math.max(connections.length * COME_BACK_MS, LEAST_COME_BACK_MS),
    MOST_COME_BACK_MS,
  );
  for (const connection of connections) {
    const afterMs = Math.round(window * random());
    attempt(() => connection.tell({ type: "reconnect", afterMs }));
  }
  const slices = SPREAD_MS / SLICE_MS;
  const size = Math.max(Math.ceil(connections.length / slices), SLICE);
  for (let start = 0; start < connections.length; start += size) {
    for (const connection of connections.slice(start, start + size)) {
      attempt(() => connection.end(reason));
    }
    // A close frame needs a moment to be sent before the port closes.
    await new Promise<void>((done) => void clock.after(SLICE_MS, done));
  }
}
