/** What is broken, how often and when: a script that a seed repeats. Pure. */

import type { Random } from "../random.ts";

/** What is done to clients, whatever they are connected to. */
const TO_CLIENTS = {
  cut: "connection dropped in the middle of a frame",
  reset: "connection ended by a TCP reset",
  stall: "reader that stops reading for a while",
  pause: "client process stopped by SIGSTOP for a while",
  storm: "all clients reconnect at once",
  repeat: "publish repeated that was acked",
  repeatAfterReconnect: "publish repeated that an earlier connection got acked",
  repeatAfterRestart: "publish repeated that an earlier server acked",
} as const;

/** What is done to a single server. */
const TO_SERVER = {
  kill: "server ended by kill -9, and started again",
  restart: "server stopped by SIGTERM, and started again",
} as const;

/** What is done to a fleet. */
const TO_FLEET = {
  nodeKill: "node ended by kill -9, and started again",
  rolling: "all nodes stopped by SIGTERM and started again, one by one",
  nodeCutOff: "node that cannot reach the engine for a while",
  engineKill: "engine ended by kill -9, and started again",
  enginePause: "engine stopped by SIGSTOP for a while",
  engineCut: "all connections to the engine cut",
  engineFull: "engine's memory full for a while",
} as const;

/** What is done to single parts of whatever server. */
const TO_PARTS = {
  roomFault: "room in which something throws",
  sessionFault: "session in which something throws",
} as const;

/** What is done to clients of a fleet. */
const TO_ITS_CLIENTS = {
  hop: "client comes back at once, at the next node",
} as const;

/** Everything that is done to servers and their clients. */
export const FAULTS = {
  ...TO_CLIENTS,
  ...TO_ITS_CLIENTS,
  ...TO_PARTS,
  ...TO_SERVER,
  ...TO_FLEET,
} as const;

/** One kind of fault. */
export type FaultKind = keyof typeof FAULTS;

/** How often each kind happened, of those that a soak knows. */
export type FaultCounts = Partial<Record<FaultKind, number>>;

/** The kinds for a single server. */
export const SERVER_KINDS = kindsOf({
  ...TO_CLIENTS,
  ...TO_PARTS,
  ...TO_SERVER,
});
/** The kinds for a fleet. */
export const FLEET_KINDS = kindsOf({
  ...TO_CLIENTS,
  ...TO_ITS_CLIENTS,
  ...TO_PARTS,
  ...TO_FLEET,
});
/** Those after which other processes run, or have to recover: what a soak
 * holds can be judged when they are over. */
export const ENDING_KINDS: ReadonlySet<FaultKind> = new Set(
  kindsOf({ ...TO_SERVER, ...TO_FLEET }),
);
/** Those that take long and concern everybody: there are fewer of them. */
const RARE_KINDS: ReadonlySet<FaultKind> = new Set([
  "rolling",
  "nodeCutOff",
  "engineKill",
  "enginePause",
  "engineCut",
  "engineFull",
]);

function kindsOf(faults: Partial<typeof FAULTS>): FaultKind[] {
  return Object.keys(faults) as FaultKind[];
}

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
  readonly kinds: readonly FaultKind[];
  readonly random: Random;
  /** Over how long it is spread, milliseconds. */
  readonly ms: number;
  /** How many of each kind; of rare kinds a quarter of that. */
  readonly each: number;
  /** How long a heavy one lasts at least, milliseconds: so long that others
   * notice. */
  readonly heavyMs: Partial<Readonly<Record<FaultKind, number>>>;
}

/** After this part of the time servers live on: what they hold then must come
 * back to what they held. */
const LAST_RESTART = 0.85;
/** One fault of so many is a heavy one. */
const HEAVY_EVERY = 4;
/** How long one lasts at least that is not heavy, milliseconds. */
const LEAST_MS = 200;
/** One fault of a rare kind for so many of the others. */
const RARE = 4;

/**
 * Writes a script.
 *
 * @param options How much of it.
 * @returns As many faults of each kind, in the order of time; at least one of
 * the rare ones, if there are any.
 */
export function faultScript(
  { kinds, random, ms, each, heavyMs }: ScriptOptions,
): Fault[] {
  const script = kinds.flatMap((kind) => {
    const span = ENDING_KINDS.has(kind) ? ms * LAST_RESTART : ms;
    const length = RARE_KINDS.has(kind) ? Math.ceil(each / RARE) : each;
    return Array.from({ length }, (_, index): Fault => {
      const heavy = index % HEAVY_EVERY === HEAVY_EVERY - 1;
      const least = (heavy ? heavyMs[kind] : undefined) ?? LEAST_MS;
      return {
        kind,
        at: Math.floor((index + random()) / length * span),
        whom: random(),
        ms: Math.floor(least + random() * 1_000),
        heavy,
      };
    });
  });
  return script.sort((a, b) => a.at - b.at);
}

/** No fault yet, of any of these kinds. */
export function noFaults(kinds: readonly FaultKind[]): FaultCounts {
  return Object.fromEntries(kinds.map((kind) => [kind, 0]));
}
