/** One stage of a soak: one database, one set of clients, one fault script. */

import { direct } from "./faults/fault_runner.ts";
import {
  ENDING_KINDS,
  type Fault,
  type FaultCounts,
  faultScript,
  FLEET_KINDS,
  noFaults,
  SERVER_KINDS,
} from "./faults/faults.ts";
import { Fleet } from "./servers/fleet.ts";
import type { Figures } from "./figures.ts";
import { seeded } from "./random.ts";
import { OneServer, type Servers } from "./servers/servers.ts";
import { settle } from "./settle.ts";
import { Traffic } from "./traffic.ts";
import { TextClient } from "./clients/text.ts";
import type { Report, Violation } from "./checks/violation.ts";
import { World } from "./world.ts";

/** Message store: a file of a single server, or an engine shared by a fleet. */
export type StoreName = "sqlite" | "redis";

/** Options of a stage. */
export interface StageOptions {
  readonly name: string;
  readonly nodes: number;
  readonly store: StoreName;
  readonly seed: number;
  readonly clients: number;
  readonly rooms: number;
  /** Duration over which faults are spread. */
  readonly seconds: number;
  /** Faults of each kind. */
  readonly faults: number;
  /** Deliveries to reach before the stage ends. */
  readonly deliveries: number;
  /** Messages per second, summed over all clients. */
  readonly rate: number;
  /** Messages the server retains per room; `Infinity` for all. */
  readonly retain: number;
  /** Longest reconnect delay of clients, in milliseconds. */
  readonly comeBackMs: number;
  readonly folder: string;
  /** Free ports, as many as a fleet needs. */
  readonly ports: readonly number[];
}

/** Result of a stage. */
export interface StageResult {
  readonly figures: Figures;
  readonly violations: readonly Violation[];
}

/** Short, so that the server detects dead connections during the soak. */
const IDLE_SECONDS = 4;
const GRACE_SECONDS = 3;
const SLOW_SECONDS = 10;
/** Longest time for a fleet to detect that a node and its members are gone. */
const GONE_SECONDS = 20;
/** How long the heavy faults last: a client's that is dead to its server then,
 * an engine's that does not answer in time, and a node's that gives its clients
 * to others. */
const HEAVY_MS = {
  pause: (IDLE_SECONDS + 1) * 1000,
  engineKill: 4_000,
  enginePause: 4_000,
  engineFull: 4_000,
  nodeCutOff: 13_000,
};
/** More messages than a soak can publish. */
const ALL = 1_000_000_000;
/** Extra time allowed on a slow machine. */
const EXTRA_MS = 60_000;
/** Traffic after the last restart, before memory is measured as the baseline. */
const WARM_MS = 1_000;

/** Runs a stage; callers can read its figures and abandon it. */
export class Stage {
  readonly name: string;
  readonly planned: number;
  readonly #options: StageOptions;
  readonly #script: readonly Fault[];
  readonly #counts: FaultCounts;
  readonly #start = Date.now();
  /** Number of faults injected into each room. */
  readonly #brokenRooms = new Map<string, number>();
  #world: World | undefined;
  #memory: Figures["memory"];

  constructor(options: StageOptions) {
    const { name, seed, store, seconds, faults } = options;
    const kinds = store === "sqlite" ? SERVER_KINDS : FLEET_KINDS;
    this.name = name;
    this.#options = options;
    this.#counts = noFaults(kinds);
    this.#script = faultScript({
      kinds,
      random: seeded(seed),
      ms: seconds * 1000,
      each: faults,
      heavyMs: HEAVY_MS,
    });
    this.planned = this.#script.length;
  }

  /** The figures so far. */
  get figures(): Figures {
    const { check, lags, peakMemory } = this.#world ?? {};
    return {
      seconds: (Date.now() - this.#start) / 1000,
      messages: check?.messages ?? 0,
      deliveries: check?.deliveries ?? 0,
      faults: { ...this.#counts },
      resumes: { full: 0, partial: 0, none: 0, ...check?.resumes },
      gaps: check?.gaps ?? 0,
      lagMs: {
        median: lags?.quantile(0.5) ?? 0,
        p99: lags?.quantile(0.99) ?? 0,
        worst: lags?.worst ?? 0,
      },
      peakMemory,
      memory: this.#memory,
      violations: check?.violationCount ?? 0,
    };
  }

  /** Runs the stage to its end. */
  async run(): Promise<StageResult> {
    const { seed, seconds, deliveries, retain, rate } = this.#options;
    const world = await World.start({
      ...this.#options,
      servers: (violated) => this.#startServers(violated),
    });
    this.#world = world;
    const { check, clientSet } = world;
    const deadline = this.#start + 2 * seconds * 1000 + EXTRA_MS;
    const traffic = new Traffic({
      // What nobody got is unknown, and then lines cannot be told from gaps.
      clients: retain === Infinity
        ? clientSet.all
        : clientSet.all.filter((client) => !(client instanceof TextClient)),
      random: seeded(seed + 1),
      perSecond: rate,
    });
    await world.everybodyBack();
    traffic.start();
    const [memoryBefore] = await Promise.all([
      this.#usualMemory(world),
      direct(this.#script, {
        world,
        traffic,
        counts: this.#counts,
        deadline,
      }),
    ]);
    await world.changes.until(
      () => check.deliveries >= deliveries,
      deadline - Date.now(),
    );
    traffic.stop();
    this.#reportShortfall(world);
    const after = await settle({
      world,
      retain,
      ghostMs: (this.#options.store === "redis"
        ? GONE_SECONDS
        : IDLE_SECONDS + GRACE_SECONDS + 5) * 1000,
      memoryBefore,
    });
    if (memoryBefore !== undefined && after !== undefined) {
      this.#memory = { before: memoryBefore, after };
    }
    const { roomFault = 0, sessionFault = 0 } = this.#counts;
    if (roomFault > 0 && this.#brokenRooms.size === 0) {
      check.violated({ what: "none of the faults of rooms has happened" });
    }
    check.isolated(
      new Map([...this.#brokenRooms].map(([room, times]) => [
        room,
        times * clientSet.all.filter((client) => client.room === room).length,
      ])),
      sessionFault,
    );
    await world.end();
    return { figures: this.figures, violations: check.violations };
  }

  /** Stops the stage before its end. */
  async abandon(): Promise<void> {
    await this.#world?.abandon();
  }

  #startServers(violated: Report): Promise<Servers> {
    const { folder, nodes, ports, store, retain } = this.#options;
    const settings = {
      "retain-messages": Math.min(retain, ALL),
      "rate": 0,
      "byte-rate": 0,
      // Of all clients together, where these are those of one address.
      "request-rate": 0,
      "join-rate": 0,
      "rename-rate": 0,
      "connect-rate": 0,
      "http-rate": 0,
      "max-per-address": 10_000,
      "max-text": 65_536,
      "idle-timeout": IDLE_SECONDS,
      "slow-timeout": SLOW_SECONDS,
      "grace": GRACE_SECONDS,
    };
    const flags = Object.entries(settings).flatMap(([flag, value]) => [
      `--${flag}`,
      String(value),
    ]);
    const roomBroken = (room: string) =>
      void this.#brokenRooms.set(room, (this.#brokenRooms.get(room) ?? 0) + 1);
    const [port = 0] = ports;
    return store === "sqlite"
      ? OneServer.start({ folder, port, flags, roomBroken }, violated)
      : Fleet.start({ folder, nodes, ports, flags, roomBroken }, violated);
  }

  /** Server memory under load, after the last restart. */
  async #usualMemory(world: World): Promise<number | undefined> {
    const ends = this.#script.filter(({ kind }) => ENDING_KINDS.has(kind));
    const done = () => [...ENDING_KINDS].map((kind) => this.#counts[kind] ?? 0);
    const { seconds } = this.#options;
    await world.changes.until(
      () => done().reduce((sum, count) => sum + count, 0) === ends.length,
      2 * seconds * 1000 + EXTRA_MS,
    );
    await world.everybodyBack();
    await new Promise((done) => setTimeout(done, WARM_MS));
    await world.servers.collectGarbage();
    return (await world.servers.memory())?.now;
  }

  /** Reports a stage that injected fewer faults or delivered less than planned. */
  #reportShortfall({ check }: World): void {
    const { deliveries } = this.#options;
    const done = Object.values(this.#counts).reduce((sum, n) => sum + n, 0);
    if (done < this.planned) {
      const what = `out of time after ${done} of ${this.planned} faults`;
      check.violated({ what });
    }
    if (check.deliveries < deliveries) {
      const what = `out of time after ${check.deliveries} of ${deliveries} ` +
        "deliveries";
      check.violated({ what });
    }
  }
}
