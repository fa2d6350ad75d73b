/** What is broken, how often and when: a script that a seed repeats. Pure. */

import type { Random } from "./random.ts";

/** Everything that is done to the server and its clients. */
export const FAULTS = {
  cut: "connection dropped in the middle of a frame",
  reset: "connection ended by a TCP reset",
  stall: "reader that stops reading for a while",
  pause: "client process stopped by SIGSTOP for a while",
  kill: "server ended by kill -9, and started again",
  restart: "server stopped by SIGTERM, and started again",
  storm: "all clients reconnect at once",
  repeat: "publish repeated that was acked",
  repeatAfterReconnect: "publish repeated that an earlier connection got acked",
  repeatAfterRestart: "publish repeated that an earlier server acked",
} as const;

/** One kind of fault. */
export type FaultKind = keyof typeof FAULTS;

/** How often each kind happened. */
export type FaultCounts = Record<FaultKind, number>;

/** The kinds, in the order of the table. */
export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];

/** One fault of a script. */
export interface Fault {
  readonly kind: FaultKind;
  /** When, milliseconds from the start. */
  readonly at: number;
  /** Whom it hits, from 0 up to but not 1. */
  readonly whom: number;
  /** How long it lasts, where it lasts, milliseconds. */
  readonly ms: number;
  /** Whether more happens meanwhile than buffers on the way can hold. */
  readonly heavy: boolean;
}

/** How a script is made. */
export interface ScriptOptions {
  readonly random: Random;
  /** Over how long it is spread, milliseconds. */
  readonly ms: number;
  /** How many of each kind. */
  readonly each: number;
  /** Longer than this a client that does nothing counts as dead. */
  readonly idleMs: number;
}

/** After this part of the time the server lives on: what it holds then must
 * come back to what it held. */
const LAST_RESTART = 0.85;
/** One fault of so many is a heavy one. */
const HEAVY_EVERY = 4;

/**
 * Writes a script.
 *
 * @param options How much of it.
 * @returns As many faults of each kind, in the order of time.
 */
export function faultScript(
  { random, ms, each, idleMs }: ScriptOptions,
): Fault[] {
  const script = FAULT_KINDS.flatMap((kind) => {
    const endsServer = kind === "kill" || kind === "restart";
    const span = endsServer ? ms * LAST_RESTART : ms;
    return Array.from({ length: each }, (_, index): Fault => {
      const heavy = index % HEAVY_EVERY === HEAVY_EVERY - 1;
      // Some paused clients are dead to the server before they go on.
      const least = heavy && kind === "pause" ? idleMs + 1_000 : 200;
      return {
        kind,
        at: Math.floor((index + random()) / each * span),
        whom: random(),
        ms: Math.floor(least + random() * 1_000),
        heavy,
      };
    });
  });
  return script.sort((a, b) => a.at - b.at);
}

/** No fault yet, of any kind. */
export function noFaults(): FaultCounts {
  return Object.fromEntries(
    FAULT_KINDS.map((kind) => [kind, 0]),
  ) as FaultCounts;
}
