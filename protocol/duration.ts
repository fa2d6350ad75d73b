/** Lengths of time as people write and read them. */

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["second", 1_000],
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
];

/**
 * Reads a length of time.
 *
 * @param words Such as `45s`, `10m`, `2h` or `7d`.
 * @returns Milliseconds; undefined when it makes no sense.
 */
export function readDuration(words: string): number | undefined {
  const [, count, letter] = /^(\d{1,6})([smhd])$/i.exec(words) ?? [];
  const unit = UNITS.find(([name]) => name[0] === letter?.toLowerCase());
  if (count === undefined || unit === undefined) return undefined;
  return Number(count) * unit[1];
}

/**
 * Writes a length of time for people.
 *
 * @param ms Milliseconds, from 0.
 * @returns Such as `10 minutes`: rounded up, in the largest unit of which there
 * are at least two, or exactly one.
 */
export function durationWords(ms: number): string {
  const [name, length] =
    UNITS.findLast(([, unit]) => ms >= 2 * unit || ms === unit) ?? UNITS[0]!;
  const count = Math.ceil(ms / length);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
