/** Parses and formats durations for people. */

/** A unit of durations. */
export type DurationUnit = "second" | "minute" | "hour" | "day";

const UNITS: readonly (readonly [name: DurationUnit, ms: number])[] = [
  ["second", 1_000],
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
];

/**
 * Parses a duration.
 *
 * @param words Such as `45s`, `10m`, `2h` or `7d`.
 * @returns Milliseconds; undefined when it is not valid.
 */
export function readDuration(words: string): number | undefined {
  const [, count, letter] = /^(\d{1,6})([smhd])$/i.exec(words) ?? [];
  const unit = UNITS.find(([name]) => name[0] === letter?.toLowerCase());
  if (count === undefined || unit === undefined) return undefined;
  return Number(count) * unit[1];
}

/**
 * Expresses a duration in one unit.
 *
 * @param ms Milliseconds, from 0.
 * @returns The count, rounded up, and the largest unit of which there are at
 * least two, or exactly one.
 */
export function durationParts(
  ms: number,
): readonly [count: number, unit: DurationUnit] {
  const [unit, length] =
    UNITS.findLast(([, unit]) => ms >= 2 * unit || ms === unit) ?? UNITS[0]!;
  return [Math.ceil(ms / length), unit];
}

/**
 * Formats a duration.
 *
 * @param ms Milliseconds, from 0.
 * @returns Such as `10 minutes`.
 */
export function durationWords(ms: number): string {
  const [count, name] = durationParts(ms);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
