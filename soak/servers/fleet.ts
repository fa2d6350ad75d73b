/**
 * A fleet: nodes on one Redis behind a balancer, all on this machine, and what
 * can happen to them. Owns their processes, the balancer, and each node's line
 * to the engine, which can be cut.
 */

import type { Fault } from "../faults/faults.ts";
import { type Part, partOf } from "./injected.ts";
import { pick } from "../random.ts";
import { DURABLE, RedisProcess } from "./redis_process.ts";
import { Relay } from "./relay.ts";
import {
  type Memory,
  ServerProcess,
  type ServerSettings,
} from "./server_process.ts";
import { type Servers, stopWell } from "./servers.ts";
import type { Report } from "../checks/violation.ts";

/** What a fleet is made of. */
export interface FleetSettings {
  /** A folder of its own. */
  readonly folder: string;
  readonly nodes: number;
  /** Free ones: see {@linkcode portsOf}. */
  readonly ports: readonly number[];
  /** Further flags for every node, such as `--grace 3`. */
  readonly flags: readonly string[];
  /** Called with each room in which a fault was injected. */
  readonly roomBroken: (room: string) => void;
}

/** How many ports a fleet takes: the balancer's, the engine's, and of each node
 * its own and that of its line to the engine. */
export function portsOf(nodes: number): number {
  return 2 + 2 * nodes;
}

/** How often the balancer asks nodes whether they are ready, milliseconds. */
const READY_POLL_MS = 250;
/** How long a node may take that has to start while the engine is away. */
const START_MS = 30_000;
/** Between two tries to start it, as a service manager has it. */
const START_AGAIN_MS = 200;
/** How long nodes may still speak of a fault that is over: what waits for an
 * engine waits so long, and then is tried again. */
const AFTERMATH_MS = 8_000;
/** Log lines that nodes may write while they cannot reach the engine. */
const OF_ENGINE = [
  /^hubbub: Cannot (open redis:|read the store:)/,
  /"message":"store (fails; messages are refused|still fails, for another reason)"/,
  /"message":"(trim|read) failed"/,
  /"message":"the fleet is (still )?out of reach(, for another reason)?"/,
  /"message":"name not looked up"/,
  /"message":"store unavailable; moving clients to other nodes"/,
  /"message":"room not opened"/,
];
/** Less memory than any Redis uses, in bytes. */
const FULL_BYTES = 1;

/** One node of a fleet. */
class Node {
  readonly #settings: ServerSettings;
  readonly #line: Relay;
  readonly #complain: (words: string) => void;
  readonly #violated: Report;
  #server: ServerProcess | null = null;
  #ready = false;
  #lineTrouble = -Infinity;

  constructor(
    settings: ServerSettings,
    line: Relay,
    { troubled, violated }: { troubled: () => boolean; violated: Report },
  ) {
    this.#settings = settings;
    this.#line = line;
    this.#violated = violated;
    this.#complain = (words) => {
      const excused = troubled() || this.#lineCut;
      if (excused && isOfEngine(words)) return;
      violated({ what: `node at ${settings.port}: ${words}` });
    };
  }

  get port(): number {
    return this.#settings.port;
  }

  /** Whether the last readiness check succeeded. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Starts the node, and retries while it cannot reach the engine. */
  async start(): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (true) {
      try {
        this.#server = await ServerProcess.start(
          this.#settings,
          this.#complain,
        );
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(START_AGAIN_MS);
      }
    }
  }

  async kill(): Promise<void> {
    this.#ready = false;
    await this.#server?.kill();
  }

  async stop(): Promise<void> {
    this.#ready = false;
    if (this.#server !== null) await stopWell(this.#server, this.#violated);
  }

  /** Cuts the node off from the engine for some milliseconds. */
  async cutOff(ms: number): Promise<void> {
    this.#line.cut();
    await sleep(ms);
    this.#line.mend();
    this.#lineTrouble = Date.now();
  }

  async breakPart(part: Part): Promise<boolean> {
    return await this.#server?.breakPart(part) ?? false;
  }

  async memory(): Promise<Memory | undefined> {
    return await this.#server?.memory();
  }

  async collectGarbage(): Promise<void> {
    await this.#server?.collectGarbage();
  }

  /** Checks whether the node is ready. */
  async look(): Promise<void> {
    try {
      const url = `http://127.0.0.1:${this.port}/readyz`;
      const response = await fetch(url, {
        signal: AbortSignal.timeout(4 * READY_POLL_MS),
      });
      await response.body?.cancel();
      this.#ready = response.ok;
    } catch {
      this.#ready = false;
    }
  }

  get #lineCut(): boolean {
    return this.#line.isCut || Date.now() < this.#lineTrouble + AFTERMATH_MS;
  }
}

/** Nodes on one Redis. */
export class Fleet implements Servers {
  readonly #settings: FleetSettings;
  readonly #port: number;
  readonly #violated: Report;
  readonly #engine: RedisProcess;
  readonly #nodes: Node[] = [];
  readonly #relays: Relay[] = [];
  #life = 0;
  #turn = 0;
  /** Whether something is being done to the engine now, and when that was. */
  #suffering = false;
  #suffered = -Infinity;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  /** Starts the engine, the nodes and the balancer. */
  static async start(
    settings: FleetSettings,
    violated: Report,
  ): Promise<Fleet> {
    const fleet = new Fleet(settings, violated);
    try {
      await fleet.#start();
    } catch (error) {
      await fleet.abandon();
      throw error;
    }
    return fleet;
  }

  private constructor(settings: FleetSettings, violated: Report) {
    const { folder, ports: [port = 0, enginePort = 0] } = settings;
    this.#settings = settings;
    this.#port = port;
    this.#violated = violated;
    this.#engine = new RedisProcess({
      port: enginePort,
      folder,
      flags: DURABLE,
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  get ports(): readonly number[] {
    return this.#nodes.map(({ port }) => port);
  }

  get life(): number {
    return this.#life;
  }

  async suffer(fault: Fault): Promise<boolean> {
    const part = partOf(fault.kind);
    if (part === undefined) {
      await this.#hurt(fault);
      return true;
    }
    // A node without clients has nothing to break.
    const first = this.#nodes.indexOf(pick(this.#nodes, fault.whom) as Node);
    for (let index = 0; index < this.#nodes.length; index++) {
      const node = this.#nodes[(first + index) % this.#nodes.length];
      if (await node?.breakPart(part)) return true;
    }
    return false;
  }

  async #hurt({ kind, whom, ms, heavy }: Fault): Promise<void> {
    const node = pick(this.#nodes, whom);
    switch (kind) {
      case "nodeKill":
        await node?.kill();
        return await this.#startNode(node);
      case "rolling":
        for (const node of this.#nodes) {
          await node.stop();
          await this.#startNode(node);
        }
        return;
      case "nodeCutOff":
        return await node?.cutOff(ms);
      default:
        this.#suffering = true;
        await this.#hurtEngine(kind, { ms, heavy }).finally(() => {
          this.#suffering = false;
          this.#suffered = Date.now();
        });
    }
  }

  async memory(): Promise<Memory | undefined> {
    const each = await Promise.all(this.#nodes.map((node) => node.memory()));
    const known = each.filter((memory) => memory !== undefined);
    if (known.length === 0) return undefined;
    return {
      now: Math.max(...known.map(({ now }) => now)),
      peak: Math.max(...known.map(({ peak }) => peak)),
    };
  }

  async collectGarbage(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.collectGarbage()));
  }

  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#looking);
    for (const node of this.#nodes) await node.stop();
    await Promise.all(this.#relays.map((relay) => relay.end()));
    await this.#engine.stop();
  }

  async abandon(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#looking);
    await Promise.allSettled([
      ...this.#relays.map((relay) => relay.end()),
      ...this.#nodes.map((node) => node.kill()),
    ]);
    // SIGKILL also ends a paused process.
    await this.#engine.kill().catch(() => {});
  }

  async #start(): Promise<void> {
    const { folder, nodes, ports, flags, roomBroken } = this.#settings;
    await this.#engine.start();
    for (let index = 0; index < nodes; index++) {
      const [port = 0, linePort = 0] = ports.slice(portsOf(index));
      const line = await Relay.start(linePort, () => [this.#engine.port]);
      this.#relays.push(line);
      const store = `redis://127.0.0.1:${linePort}`;
      const node = new Node({ folder, port, store, flags, roomBroken }, line, {
        troubled: () => this.#troubled,
        violated: this.#violated,
      });
      this.#nodes.push(node);
      await this.#startNode(node);
    }
    this.#relays.push(await Relay.start(this.#port, () => this.#route()));
    await this.#look();
  }

  async #startNode(node: Node | undefined): Promise<void> {
    this.#life++;
    await node?.start();
  }

  /** Every node in turn, those that are ready first. */
  #route(): number[] {
    const turn = this.#turn++ % this.#nodes.length;
    const nodes = [
      ...this.#nodes.slice(turn),
      ...this.#nodes.slice(0, turn),
    ];
    return nodes.toSorted((a, b) => Number(b.ready) - Number(a.ready))
      .map(({ port }) => port);
  }

  async #look(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.look()));
    if (this.#ended) return;
    this.#looking = setTimeout(() => this.#look(), READY_POLL_MS);
  }

  get #troubled(): boolean {
    return this.#suffering || Date.now() < this.#suffered + AFTERMATH_MS;
  }

  async #hurtEngine(
    kind: Fault["kind"],
    { ms, heavy }: Pick<Fault, "ms" | "heavy">,
  ): Promise<void> {
    const engine = this.#engine;
    switch (kind) {
      case "engineKill":
        await engine.kill();
        if (heavy) await sleep(ms);
        return await engine.start();
      case "enginePause": {
        using _ = engine.pause();
        return await sleep(ms);
      }
      case "engineCut":
        for (const type of ["normal", "pubsub"]) {
          await engine.command("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
        }
        return;
      case "engineFull":
        await engine.command("CONFIG", "SET", "maxmemory", `${FULL_BYTES}`);
        await sleep(ms);
        await engine.command("CONFIG", "SET", "maxmemory", "0");
        return;
      default:
        throw new Error(`A fleet knows no "${kind}"`);
    }
  }
}

function isOfEngine(words: string): boolean {
  const said = words.replace(/^server says: /, "");
  return OF_ENGINE.some((pattern) => pattern.test(said)) ||
    // The node failed to start.
    words === "server ended: 1";
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
