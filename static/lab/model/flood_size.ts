/** How a flood goes: enough to see `bufferedAmount` rise, and bounded. Pure. */

/** Bytes of one frame. */
export const FRAME = 16 * 1024;
/** What can be chosen, in MiB. A server with the limits of this one takes the
 * first as it is, and closes the connection within the others. */
export const AMOUNTS = [0.25, 1, 4, 16] as const;
/** Bytes that may wait at a time: the page has to hold them. */
const MOST_WAITING = 8 * 1024 * 1024;
/** Frames sent in one go, so that the page stays alive in between. */
const BURST = 128;

/** A flood under way. */
export interface Flood {
  readonly frames: number;
  readonly sent: number;
  readonly startedAt: number;
}

/** A flood of so many MiB. */
export function startFlood(mib: number, at: number): Flood {
  return { frames: mib * 1024 * 1024 / FRAME, sent: 0, startedAt: at };
}

/** How many frames are to be sent now. */
export function burst({ frames, sent }: Flood, buffered: number): number {
  const room = Math.max(0, Math.floor((MOST_WAITING - buffered) / FRAME));
  return Math.min(frames - sent, BURST, room);
}
