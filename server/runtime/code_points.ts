/**
 * The order of texts by their characters' numbers, as SQLite, Redis and Deno KV
 * sort what is UTF-8. JavaScript compares units of UTF-16, which puts characters
 * of two units too low. Pure.
 */

/** Moves a unit to where its character is in the order of all. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * Compares two texts by their code points.
 *
 * @returns Less than 0 when `a` comes first, more when `b` does, 0 when they are
 * the same.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}
