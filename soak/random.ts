/** Seeded, repeatable random numbers. Pure. */

/** Returns a number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/**
 * Creates a random number generator (mulberry32). Equal seeds give equal numbers.
 *
 * @param seed Any whole number.
 */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Picks an element of a list.
 *
 * @param list Anything.
 * @param at Relative position, from 0 (inclusive) to 1 (exclusive).
 * @returns The element, or undefined if the list is empty.
 */
export function pick<T>(list: readonly T[], at: number): T | undefined {
  return list[Math.floor(at * list.length)];
}
