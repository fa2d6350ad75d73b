/**
 * Carries a fault script out. Each kind of fault has its own lane, so that they
 * overlap; those that concern everybody share one, so that each of them meets
 * servers that are up. So do those of an engine.
 */

import type { BreakableClient, SoakClient } from "../clients/client.ts";
import type { RepeatAfter } from "../clients/v1.ts";
import type { Fault, FaultCounts, FaultKind } from "./faults.ts";
import { pick } from "../random.ts";
import type { Traffic } from "../traffic.ts";
import type { World } from "../world.ts";

/** Options of {@linkcode direct}. */
export interface DirectorOptions {
  readonly world: World;
  readonly traffic: Traffic;
  /** Counts what was done. */
  readonly counts: FaultCounts;
  /** When to give up, milliseconds since 1970. */
  readonly deadline: number;
}

/** Lanes shared by several kinds. */
const LANES: Partial<Record<FaultKind, string>> = {
  kill: "servers",
  restart: "servers",
  roomFault: "servers",
  sessionFault: "servers",
  storm: "servers",
  nodeKill: "servers",
  rolling: "servers",
  nodeCutOff: "engine",
  engineKill: "engine",
  enginePause: "engine",
  engineCut: "engine",
  engineFull: "engine",
};
const REPEATS: Partial<Record<FaultKind, RepeatAfter>> = {
  repeat: "ack",
  repeatAfterReconnect: "reconnect",
  repeatAfterRestart: "restart",
};
/** Delay before retrying a fault that found no target, in milliseconds. */
const AGAIN_MS = 50;
/** In a storm, one in this many clients reconnects without its cursor. */
const FORGETS = 4;

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/**
 * Runs a fault script.
 *
 * @param script Faults, sorted by time.
 * @param options The targets and the deadline.
 * @returns Resolves when all faults are done or the deadline has passed.
 */
export async function direct(
  script: readonly Fault[],
  options: DirectorOptions,
): Promise<void> {
  const start = Date.now();
  const lanes = Map.groupBy(
    script,
    ({ kind }) => LANES[kind] ?? kind,
  );
  const run = async (lane: readonly Fault[]) => {
    for (const fault of lane) {
      await sleep(Math.max(0, start + fault.at - Date.now()));
      while (!await perform(fault, options)) {
        if (Date.now() > options.deadline) return;
        await sleep(AGAIN_MS);
      }
      options.counts[fault.kind] = (options.counts[fault.kind] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from(lanes.values(), run));
}

/** Injects a fault. Returns whether it found a target. */
async function perform(
  fault: Fault,
  { world, traffic }: DirectorOptions,
): Promise<boolean> {
  const { kind, whom, ms, heavy } = fault;
  switch (kind) {
    case "kill":
    case "restart":
    case "nodeKill":
    case "rolling":
    case "nodeCutOff":
    case "engineKill":
    case "enginePause":
    case "engineCut":
    case "engineFull":
      await world.servers.suffer(fault);
      await world.everybodyBack();
      return true;
    case "roomFault":
    case "sessionFault":
      return await world.servers.suffer(fault);
    case "hop": {
      const client = victim(world, whom);
      client?.reconnect();
      return client !== undefined;
    }
    case "storm":
      for (const [index, client] of world.clientSet.v1.entries()) {
        if (index % FORGETS === Math.floor(whom * FORGETS)) client.forget();
      }
      for (const client of world.clientSet.all) client.reconnect();
      await world.everybodyBack();
      return true;
    case "cut": {
      const client = victim(world, whom);
      client?.socket?.cut(client.halfFrame);
      return client !== undefined;
    }
    case "reset": {
      const client = victim(world, whom);
      client?.socket?.reset();
      return client !== undefined;
    }
    case "stall": {
      const client = victim(world, whom);
      const socket = client?.socket;
      if (client === undefined || socket === undefined) return false;
      socket.stall();
      if (heavy) traffic.burst(client.room);
      await sleep(ms);
      socket.resume();
      return true;
    }
    case "pause": {
      const child = pick(world.clientSet.children.filter(isHere), whom);
      if (child === undefined) return false;
      child.stop();
      await sleep(ms);
      child.continue();
      return true;
    }
    case "repeat":
    case "repeatAfterReconnect":
    case "repeatAfterRestart": {
      const after = REPEATS[kind] ?? "ack";
      return fromOn(world.clientSet.v1, whom).some((client) =>
        client.repeat(after)
      );
    }
  }
}

function isHere({ here }: SoakClient): boolean {
  return here;
}

/** Picks a client whose connection can be broken now. */
function victim(world: World, whom: number): BreakableClient | undefined {
  const here = world.clientSet.breakable.filter(({ here, socket }) =>
    here && socket?.open && !socket.stalled
  );
  return pick(here, whom);
}

/** Rotates a list. */
function fromOn<T>(list: readonly T[], at: number): T[] {
  const start = Math.floor(at * list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}
