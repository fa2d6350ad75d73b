/**
 * Notices that the process holds more memory than it may. What fills it cannot
 * always be ended from within (transport/native.ts), but the process can end in
 * good order before the system ends it in the middle of something.
 */

import { type Cancel, type Clock, every } from "../runtime/clock.ts";

/** Between two looks, milliseconds. */
const LOOK_MS = 500;
/** Looks in a row: garbage of a moment is not meant. */
const LOOKS = 3;

/** What {@linkcode watchMemory} needs. */
export interface MemoryWatchOptions {
  /** Bytes that it may hold. */
  readonly most: number;
  /** Bytes that it holds now. */
  readonly held: () => number;
  /** Told once, with what it holds, when it holds more for over a second. */
  readonly onFull: (held: number) => void;
  /** Told when it could not look. */
  readonly failed: (error: unknown) => void;
}

/**
 * Looks again and again.
 *
 * @param clock Whose timers.
 * @returns Stops it.
 */
export function watchMemory(
  clock: Clock,
  { most, held, onFull, failed }: MemoryWatchOptions,
): Cancel {
  let above = 0;
  const stop = every(clock, {
    ms: LOOK_MS,
    run() {
      const now = held();
      above = now > most ? above + 1 : 0;
      if (above < LOOKS) return;
      stop();
      onFull(now);
    },
    failed,
  });
  return stop;
}
