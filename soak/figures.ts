/** What a soak has come to, as data and in words. Pure. */

import type { Recovered } from "../protocol/events.ts";
import { type FaultCounts, type FaultKind, FAULTS } from "./faults/faults.ts";
import { inWords, type Violation } from "./checks/violation.ts";

/** The figures of one stage, or of all. */
export interface Figures {
  readonly seconds: number;
  /** Different messages. */
  readonly messages: number;
  /** Messages that were new to their readers, all readers together. */
  readonly deliveries: number;
  readonly faults: FaultCounts;
  readonly resumes: Readonly<Record<Recovered, number>>;
  /** Times that a reader was told that messages are gone. */
  readonly gaps: number;
  /** How long live messages were under way. */
  readonly lagMs: {
    readonly median: number;
    readonly p99: number;
    readonly worst: number;
  };
  /** What a server's process held at most, in bytes. */
  readonly peakMemory: number | undefined;
  /** What it held after its last restart, and in the end. */
  readonly memory:
    | { readonly before: number; readonly after: number }
    | undefined;
  readonly violations: number;
}

/** Everything that a soak has to say. */
export interface Report {
  readonly seed: number;
  readonly clients: number;
  readonly nodes: number;
  readonly passed: boolean;
  readonly violations: readonly Violation[];
  /** By the name of the stage. */
  readonly stages: Readonly<Record<string, Figures>>;
}

/**
 * Writes a number of bytes for people.
 *
 * @param bytes Undefined where nobody could tell.
 */
export function megabytes(bytes: number | undefined): string {
  return bytes === undefined
    ? "unknown"
    : `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function total(faults: FaultCounts): number {
  return Object.values(faults).reduce((sum, count) => sum + count, 0);
}

function resumesInWords({ full, partial, none }: Figures["resumes"]): string {
  return `${count(full)} full, ${count(partial)} partial, ${count(none)} none`;
}

/**
 * Writes one line on how far it has got.
 *
 * @param stage Its name.
 * @param figures So far.
 * @param planned All faults that are to come in this stage.
 */
export function progressLine(
  stage: string,
  figures: Figures,
  planned: number,
): string {
  const { seconds, messages, deliveries, faults, resumes, violations } =
    figures;
  return [
    `${stage} ${seconds.toFixed(0)} s`,
    `${count(messages)} messages`,
    `${count(deliveries)} deliveries`,
    `${total(faults)}/${planned} faults`,
    `resumes ${resumesInWords(resumes)}`,
    `peak ${megabytes(figures.peakMemory)}`,
    `${violations} violations`,
  ].join("; ");
}

/**
 * Writes a report for people.
 *
 * @param report Of a soak that has ended.
 */
export function reportInWords(report: Report): string {
  const { seed, clients, nodes, stages, violations, passed } = report;
  const servers = nodes === 1 ? "" : `${nodes} nodes, `;
  const blocks = Object.entries(stages).map(([name, figures]) => {
    const { seconds, messages, deliveries, lagMs, memory, faults } = figures;
    return [
      `Stage "${name}", ${seconds.toFixed(0)} s`,
      `  messages     ${count(messages)}`,
      `  deliveries   ${count(deliveries)}`,
      `  resumes      ${resumesInWords(figures.resumes)}`,
      `  gaps         ${count(figures.gaps)}`,
      `  lag          median ${lagMs.median} ms, 99 % ${lagMs.p99} ms, worst ${lagMs.worst} ms`,
      `  memory       peak ${
        megabytes(figures.peakMemory)
      }, after the last restart ${megabytes(memory?.before)}, in the end ${
        megabytes(memory?.after)
      }`,
      `  faults       ${count(total(faults))}`,
      ...Object.entries(faults).map(([kind, done]) =>
        `    ${count(done).padStart(5)}  ${FAULTS[kind as FaultKind]}`
      ),
    ].join("\n");
  });
  const words = violations.map((violation) => `  ${inWords(violation)}`);
  return [
    ...blocks,
    ...(words.length > 0 ? [`Violations:\n${words.join("\n")}`] : []),
    `${
      passed ? "Passed" : "FAILED"
    }: ${servers}${clients} clients, seed ${seed}`,
  ].join("\n\n");
}
