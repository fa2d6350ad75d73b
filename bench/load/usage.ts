/**
 * What a process costs, from outside, where the system tells (Linux's /proc).
 */

import { readFileSync } from "node:fs";

/** Clock ticks a second, the same on every Linux. */
const TICKS = 100;
const PAGE_BYTES = 4096;

/** Seconds of processor time a process has used; null where not known. */
export function cpuSeconds(pid: number): number | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The program's name may contain spaces; it ends with the last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Resident memory of a process, bytes; null where not known. */
export function residentBytes(pid: number): number | null {
  const statm = read(`/proc/${pid}/statm`);
  return statm === null ? null : Number(statm.split(" ")[1]) * PAGE_BYTES;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
