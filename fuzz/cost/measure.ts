/**
 * How long something holds the event loop, and whether that grows faster than
 * its size. Other programs share the machine, so that only time counts in which
 * this process had a processor, and the least of several measurements.
 */

import process from "node:process";

/** What inputs of growing size have cost. */
export interface Growth {
  /** The longest that the largest of them held the event loop, milliseconds. */
  readonly heldMs: number;
  /** What is wrong with that, if anything. */
  readonly finding?: string;
}

/** Growth factor of the inputs. */
const STEPS = [1, 2, 4, 8] as const;
/** Nothing may hold the event loop longer. */
export const MOST_HELD_MS = 50;
/** What takes longer once is no matter of chance. */
const HOPELESS_MS = 10 * MOST_HELD_MS;
/** What takes less is not looked at any further. */
const FLOOR_MS = 20;
/** What takes less for a small part need not be tried for a larger one. */
const NOTHING_MS = 1;
/** Measurements of what looks slow. */
const REPEATS = 5;
/** How much more than eight times as long an input of eight times the size may
 * take: memory and its collection are not quite linear. */
const TOLERANCE = 2;

function time(): { wallMs: number; cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

/**
 * Runs something, and watches the event loop.
 *
 * @param act What to run.
 * @returns The longest time in which nothing else had a turn, milliseconds.
 */
export async function held(act: () => Promise<void> | void): Promise<number> {
  let heldMs = 0;
  let last = time();
  let isOver = false;
  const watch = () => {
    const now = time();
    const passed = Math.min(now.wallMs - last.wallMs, now.cpuMs - last.cpuMs);
    heldMs = Math.max(heldMs, passed);
    last = now;
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  await act();
  // What follows from it belongs to it.
  await new Promise<void>((done) => setImmediate(done));
  isOver = true;
  await new Promise<void>((done) => setImmediate(done));
  return heldMs;
}

/** Takes the minimum of several measurements, or a clear first one. */
async function least(run: () => Promise<number>): Promise<number> {
  let heldMs = await run();
  for (let n = 1; n < REPEATS && heldMs > FLOOR_MS; n++) {
    if (heldMs > HOPELESS_MS) return heldMs;
    heldMs = Math.min(heldMs, await run());
  }
  return heldMs;
}

/**
 * Measures an input of growing size.
 *
 * @param most The largest size.
 * @param run Runs it with an input of some size, and says how long that held
 * the event loop, milliseconds.
 */
export async function growthOf(
  most: number,
  run: (size: number) => Promise<number>,
): Promise<Growth> {
  // Skip large inputs if small ones are already far too slow.
  let before = 0;
  for (const part of [64, 8, 1]) {
    if (part === 8 && before < NOTHING_MS) continue;
    const size = Math.floor(most / part);
    const heldMs = before = await least(() => run(size));
    if (heldMs > MOST_HELD_MS) {
      return { heldMs, finding: tooLong(size, heldMs) };
    }
    if (part === 1 && heldMs <= FLOOR_MS) return { heldMs };
  }
  const times: number[] = [];
  for (const step of STEPS) {
    const size = Math.floor(most * step / 8);
    const heldMs = await least(() => run(size));
    times.push(heldMs);
    if (heldMs > MOST_HELD_MS) {
      return { heldMs, finding: tooLong(size, heldMs) };
    }
  }
  return { heldMs: times.at(-1)!, ...grown(times) };
}

function tooLong(size: number, heldMs: number): string {
  return `a size of ${size} holds the event loop for ${heldMs.toFixed(0)} ms`;
}

/** Whether times have grown faster than the sizes. */
function grown(times: readonly number[]): { finding?: string } {
  const [first, last] = [times[0]!, times.at(-1)!];
  // Below a tenth of the floor, clock and scheduler noise dominates.
  const factor = last / Math.max(first, FLOOR_MS / 10);
  if (last <= FLOOR_MS || factor <= 8 * TOLERANCE) return {};
  const figures = times.map((ms) => ms.toFixed(0)).join(", ");
  return { finding: `1, 2, 4, 8 times as long take ${figures} ms` };
}
