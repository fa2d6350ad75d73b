/**
 * What Hubbub is to reach, held against a run: every target is a median of
 * ratios within a round, so that it travels from machine to machine.
 */

import { short, table } from "./report.ts";
import type { Results } from "./results.ts";

/** One figure to reach. */
interface Target {
  readonly what: string;
  /** The case; both sides are of it. */
  readonly name: string;
  readonly measure: string;
  readonly side?: string;
  /** What it is divided by. */
  readonly to: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Of deliveries a second against Bun's native publish. */
const FANOUT: Readonly<Record<string, number>> = {
  "10x1": 0.5,
  "10x8": 0.5,
  "10x64": 0.5,
  "100x1": 0.75,
  "100x8": 1,
  "100x64": 1,
  "1000x1": 0.75,
  "1000x8": 1,
  "1000x64": 1,
};

const TARGETS: readonly Target[] = [
  ...Object.entries(FANOUT).map(([name, atLeast]) => ({
    what: `fan-out ${name} to Bun's`,
    name: `fanout:${name}`,
    measure: "deliveries",
    to: "bun",
    atLeast,
  })),
  ...["ws", "socketio", "python"].map((peer) => ({
    what: `fan-out 1000x64 to ${peer}'s`,
    name: "fanout:1000x64",
    measure: "deliveries",
    to: peer,
    atLeast: 15,
  })),
  {
    what: "light load, p99 to the naive loop's",
    name: "light:100/s",
    measure: "p99 ms",
    to: "naive",
    atMost: 1.2,
  },
  {
    what: "fan-out beside 10 % that do not read to alone",
    name: "slow:100x64",
    measure: "deliveries",
    side: "hubbub, 10 stalled",
    to: "hubbub",
    atLeast: 0.9,
  },
  ...["1 publisher", "100 publishers"].map((name) => ({
    what: `storing, ${name}, to raw inserts`,
    name: `store:${name}`,
    measure: "acked",
    to: "node:sqlite",
    atLeast: 0.5,
  })),
  {
    what: "idle memory to the naive loop's",
    name: "idle:5000",
    measure: "KB each",
    to: "naive",
    atMost: 1.15,
  },
];

/** A target beside its figure. */
export interface Verdict {
  readonly what: string;
  readonly wanted: string;
  readonly ratio: number;
  readonly passed: boolean;
}

/**
 * Holds a run against the targets.
 *
 * @param results The measurements.
 * @returns Those targets whose both sides were measured.
 */
export function judge(results: Results): Verdict[] {
  return TARGETS.flatMap((target) => {
    const { what, name, measure, side = "hubbub", to } = target;
    const ratio = results.ratio(
      { name, side, measure },
      { name, side: to, measure },
    );
    if (Number.isNaN(ratio)) return [];
    const { atLeast, atMost } = target;
    return [{
      what,
      wanted: atLeast === undefined
        ? `at most ${atMost}`
        : `at least ${atLeast}`,
      ratio,
      passed: ratio >= (atLeast ?? 0) && ratio <= (atMost ?? Infinity),
    }];
  });
}

/** Formats the verdicts as text. */
export function targetTable(verdicts: readonly Verdict[]): string {
  return table([
    ["ratio", "target", "measured", ""],
    ...verdicts.map(({ what, wanted, ratio, passed }) => [
      what,
      wanted,
      short(ratio),
      passed ? "pass" : "FAIL",
    ]),
  ]);
}
