/**
 * How connections are closed when the server stops, or gives its clients to
 * other nodes: not all at once, so that they do not all come back at once.
 */

import type { CloseReason } from "../../protocol/close_codes.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Reader } from "../rooms/session.ts";

/** Over how long the closing is spread, at most, milliseconds. */
const SPREAD_MS = 1_000;
const SLICE_MS = 50;
/** Connections closed at once whatever the number. */
const SLICE = 50;
/** A come-back is spread over this much for each connection, milliseconds. */
const COME_BACK_MS = 2;
const MOST_COME_BACK_MS = 10_000;
const LEAST_COME_BACK_MS = 500;

/** One that cannot be told must not keep the others from it. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // It is closed with the rest of the server, or when it shows no progress.
  }
}

/**
 * Tells every connection to come back, each at its own time, and closes them
 * in slices.
 *
 * @param connections Who is to go.
 * @param options What they are closed with, which lets them come back; the
 * time, and numbers from 0 up to 1.
 * @returns When the last has been told to close; after about a second at most.
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
    // A close frame needs a moment to get out before the port goes.
    await new Promise<void>((done) => void clock.after(SLICE_MS, done));
  }
}
