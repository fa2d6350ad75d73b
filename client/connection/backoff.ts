/** The wait before a reconnect. Pure: randomness is passed in. */

/** The first and the largest limit of the waits, milliseconds. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Returns a random wait up to a limit that doubles with every failure (full
 * jitter), so that clients of one server do not reconnect together.
 *
 * @param failures The number of failed attempts in a row, from 0.
 * @param backoff The first limit and the largest.
 * @param random Returns a number of at least 0 and under 1.
 * @returns The wait, milliseconds.
 */
export function fullJitter(
  failures: number,
  { baseMs, capMs }: Backoff,
  random: () => number,
): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** failures));
}
