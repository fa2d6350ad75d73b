/** Results of a soak, as data and as text. Pure. */

import type { Recovered } from "../protocol/events.ts";
import { type FaultCounts, type FaultKind, FAULTS } from "./faults/faults.ts";
import { inWords, type Violation } from "./checks/violation.ts";

/** The figures of one stage, or of all. */
export interface Figures {
  readonly seconds: number;
  /** Different messages. */
  readonly messages: number;
  /** First deliveries of a message to a reader, summed over all readers. */
  readonly deliveries: number;
  readonly faults: FaultCounts;
  readonly resumes: Readonly<Record<Recovered, number>>;
  /** Gap events that readers received. */
  readonly gaps: number;
  /** Delivery latency of live messages. */
  readonly lagMs: {
    readonly median: number;
    readonly p99: number;
    readonly worst: number;
  };
  /** Peak memory of a server process, in bytes. */
  readonly peakMemory: number | undefined;
  /** Memory after the last restart and at the end, in bytes. */
  readonly memory:
    | { readonly before: number; readonly after: number }
    | undefined;
  readonly violations: number;
}

/** The full report of a soak. */
export interface Report {
  readonly seed: number;
  readonly clients: number;
  readonly nodes: number;
  readonly passed: boolean;
  readonly violations: readonly Violation[];
  /** Figures by stage name. */
  readonly stages: Readonly<Record<string, Figures>>;
}

/**
 * Formats a number of bytes as text.
 *
 * @param bytes Undefined if unknown.
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
 * Formats one line of progress.
 *
 * @param stage Its name.
 * @param figures Figures so far.
 * @param planned Number of faults planned for this stage.
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
 * Formats a report as text.
 *
 * @param report Report of a finished soak.
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
