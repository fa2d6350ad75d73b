/** Formats a run as tables. */

import type { Results } from "./results.ts";
import type { Case, Scenario } from "./scenario.ts";

/** Numbers of any size, short enough to compare at a glance. */
export function short(value: number): string {
  if (Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  if (size >= 100) return value.toFixed(0);
  if (size >= 1) return value.toFixed(2);
  return value.toFixed(3);
}

/** Lines up rows; the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widths, row) =>
      row.map((cell, i) => Math.max(widths[i] ?? 0, cell.length)),
    [],
  );
  const line = (row: readonly string[]) =>
    `| ${
      row.map((cell, i) =>
        i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
      ).join(" | ")
    } |`;
  const [head = [], ...body] = rows;
  const rule = widths.map((width, i) =>
    i < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

/**
 * One scenario's medians, each side's first figure beside its ratio to the
 * first side's.
 */
export function scenarioTable(
  { columns }: Scenario,
  cases: readonly (readonly [id: string, Case])[],
  results: Results,
): string {
  const [main = ""] = columns;
  const rows = cases.flatMap(([id, { name, sides }]) => {
    const first = sides[0]?.name ?? "";
    return sides.map(({ name: side }) => [
      name,
      side,
      ...columns.map((measure) =>
        short(results.median({ name: id, side, measure }))
      ),
      side === first ? "" : short(
        results.ratio(
          { name: id, side: first, measure: main },
          { name: id, side, measure: main },
        ),
      ),
    ]);
  });
  return table([["case", "side", ...columns, "first / this"], ...rows]);
}
