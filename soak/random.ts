/** Randomness that a seed repeats. Pure. */

/** Gives numbers from 0 up to but not 1. */
export type Random = () => number;

/**
 * Makes a source of numbers: the same seed gives the same ones (mulberry32).
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
 * Picks one of a list.
 *
 * @param list Anything.
 * @param at From 0 up to but not 1: which one.
 * @returns One of them, or undefined when there is none.
 */
export function pick<T>(list: readonly T[], at: number): T | undefined {
  return list[Math.floor(at * list.length)];
}
