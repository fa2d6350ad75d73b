/**
 * What a process costs, and how busy the machine is, from outside, where the
 * system tells (Linux's /proc). NaN where it does not.
 */

import { readFileSync } from "node:fs";

/** Clock ticks a second, the same on every Linux. */
const TICKS = 100;
const PAGE_BYTES = 4096;

/** Seconds of processor time a process has used. */
export function cpuSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The program's name may contain spaces; it ends with the last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Seconds of processor time all of the machine has used, or was denied. */
export function machineSeconds(): number {
  const [, user, nice, system, , , irq, softirq, steal] = read("/proc/stat")
    .split(/\s+/, 9).map(Number);
  return [user, nice, system, irq, softirq, steal].reduce<number>(
    (sum, ticks) => sum + (ticks ?? NaN),
    0,
  ) / TICKS;
}

/** Resident memory of a process, bytes. */
export function residentBytes(pid: number): number {
  return Number(read(`/proc/${pid}/statm`).split(" ")[1]) * PAGE_BYTES;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
