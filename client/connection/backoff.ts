/** How long to wait before connecting again. Pure: randomness is passed in. */

/** Bounds of the waits, milliseconds. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Full jitter: any time up to a limit that doubles with every failure, so that
 * clients who lost the same server do not come back together.
 *
 * @param failures Attempts in a row that failed, from 0.
 * @param backoff The first limit and the largest.
 * @param random From 0 up to but not 1.
 * @returns Milliseconds to wait.
 */
export function fullJitter(
  failures: number,
  { baseMs, capMs }: Backoff,
  random: () => number,
): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** failures));
}
