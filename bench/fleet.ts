/**
 * What a fleet costs: nodes of Hubbub on one Redis, beside nodes of Socket.IO
 * with its adapter for Redis. All of them, Redis and the load share one
 * machine, so what a core does says more than what all do together.
 */

import type { PresenceResult, Target, TrafficResult } from "./load/spec.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { ServerProcess } from "./processes.ts";
import type { Measures } from "./results.ts";
import {
  coreMeasures,
  type LoadOf,
  type Plan,
  runLoad,
  type Scenario,
  type Side,
  trafficMeasures,
  withDirectory,
} from "./scenario.ts";

/** Durability settings of Redis. */
type Durability = "memory" | "everysec" | "always";

/** One of those that are compared. */
interface FleetSide {
  readonly peer: PeerName;
  readonly nodes: number;
  readonly durability?: Durability;
}

const CORES = ["server cpu", "redis cpu", "load cpu", "others"];

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Starts a Redis. */
function startRedis(dir: string, durability: Durability) {
  const port = freePort();
  const files = durability === "memory"
    ? ["--appendonly", "no"]
    : ["--appendonly", "yes", "--appendfsync", durability];
  return ServerProcess.start({
    command: "redis-server",
    args: [
      ...["--port", String(port), "--bind", "127.0.0.1"],
      ...["--dir", dir, "--save", "", ...files],
    ],
  }, { port, says: "Ready to accept connections" });
}

/** Runs something with fresh nodes on a fresh Redis. */
function withFleet<T>(
  { peer, nodes, durability = "everysec" }: FleetSide,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  return withDirectory(async (dir) => {
    const { wire, node } = PEERS[peer];
    if (node === undefined) throw new Error(`${peer} knows no fleets`);
    await using redis = await startRedis(dir, durability);
    await using started = new AsyncDisposableStack();
    const servers: ServerProcess[] = [];
    for (let index = 0; index < nodes; index++) {
      const launch = node(dir, `redis://127.0.0.1:${redis.port}`);
      servers.push(started.use(await ServerProcess.start(launch)));
    }
    const [first, ...others] = servers.map(({ port, pid }) => ({ port, pid }));
    if (first === undefined) throw new RangeError("No node to measure");
    return await work({ ...first, wire, others, engine: redis.pid });
  });
}

async function measureTraffic(
  side: FleetSide,
  spec: Omit<LoadOf<TrafficResult>, "kind">,
): Promise<Measures> {
  const result = await withFleet(
    side,
    (target) => runLoad<TrafficResult>(target, { kind: "traffic", ...spec }),
  );
  const { server, engine } = result.cores;
  return {
    ...trafficMeasures(result),
    "redis cpu": engine,
    "per core": result.deliveries / (server + engine),
    // Below 1 where members of other nodes do not get what their own nodes'
    // members get.
    reached: result.deliveries / result.confirmed / spec.readers,
    "us/message": server / result.confirmed * 1e6,
    "redis us": engine / result.confirmed * 1e6,
  };
}

async function measurePresence(
  side: FleetSide,
  spec: Omit<LoadOf<PresenceResult>, "kind">,
): Promise<Measures> {
  const { serverMicros, engineMicros, bytes, cores } = await withFleet(
    side,
    (target) => runLoad<PresenceResult>(target, { kind: "presence", ...spec }),
  );
  return {
    "us/change": serverMicros,
    "redis us": engineMicros,
    "bytes/member": bytes / spec.members,
    ...coreMeasures(cores),
    "redis cpu": cores.engine,
  };
}

/** The peers among those that are measured that know fleets. */
function fleets({ peers }: Plan): PeerName[] {
  return peers.filter((peer) => PEERS[peer].node !== undefined);
}

/** Every peer, with its number of nodes. */
function sides(
  plan: Plan,
  counts: readonly number[],
  run: (side: FleetSide) => Promise<Measures>,
): Side[] {
  return counts.flatMap((nodes) =>
    fleets(plan).map((peer) => ({
      name: `${peer} x${nodes}`,
      run: () => run({ peer, nodes }),
    }))
  );
}

const fanout: Scenario = {
  name: "fleet-fanout",
  title:
    "Fleet, fan-out: readers in one room x messages in flight of each of " +
    "10 publishers, spread over 1, 2 and 3 nodes (xN); deliveries a second, " +
    "those for each core of nodes and Redis together, and which part of the " +
    "readers' messages has reached them",
  columns: ["per core", "deliveries", "reached", "p50 ms", "p99 ms", ...CORES],
  extra: true,
  cases: (plan) =>
    [1, 8].map((inFlight) => ({
      name: `300x${inFlight}`,
      sides: sides(plan, [1, 2, 3], (side) =>
        measureTraffic(side, {
          rooms: 1,
          readers: 300,
          publishers: 10,
          inFlight,
          warmMs: plan.warmMs,
          measureMs: plan.measureMs,
        })),
    })),
};

const light: Scenario = {
  name: "fleet-light",
  title: "Fleet, light load: 100 messages a second to 100 readers of one " +
    "room; how late, and microseconds of all nodes and of Redis a message",
  columns: ["p50 ms", "p99 ms", "us/message", "redis us", "reached", ...CORES],
  extra: true,
  cases: (plan) => [{
    name: "100/s",
    sides: sides(plan, [1, 2, 3], (side) =>
      measureTraffic(side, {
        rooms: 1,
        readers: 100,
        publishers: 10,
        perSecond: 100,
        warmMs: plan.warmMs,
        measureMs: 2_000,
      })),
  }],
};

/** Publishers, each alone in a room. */
const ALONE = 100;
/** Messages per second in cost measurements. */
const PACE = 1_000;
const DURABILITIES: readonly Durability[] = ["memory", "everysec", "always"];

const append: Scenario = {
  name: "fleet-append",
  title: `Fleet, storing: ${ALONE} publishers alone in rooms of their own, ` +
    `with 64 messages in flight each, or ${PACE} messages a second of all ` +
    "together; by what Redis does before an ack. What Socket.IO confirms is " +
    "not stored and comes from its own node. Microseconds of all nodes and of " +
    "Redis a message",
  columns: ["acked", "us/message", "redis us", "p50 ms", "p99 ms", ...CORES],
  extra: true,
  cases: (plan) => {
    const { warmMs, measureMs } = plan;
    const alone = {
      ...{ rooms: ALONE, readers: 1, publishers: 1 },
      ...{ warmMs, measureMs },
    };
    const hubbub = fleets(plan).filter((peer) => peer !== "socketio");
    return [1, 2].flatMap((nodes) => [{
      name: `64 in flight, ${nodes} nodes`,
      sides: hubbub.flatMap((peer) =>
        DURABILITIES.map((durability) => ({
          name: `${peer}, ${durability}`,
          run: () =>
            measureTraffic(
              { peer, nodes, durability },
              { ...alone, inFlight: 64 },
            ),
        }))
      ),
    }, {
      name: `${PACE}/s, ${nodes} nodes`,
      sides: fleets(plan).map((peer) => ({
        name: peer,
        run: () =>
          measureTraffic({ peer, nodes }, { ...alone, perSecond: PACE }),
      })),
    }]);
  },
};

/** Members that join and leave in turn. */
const VISITS = 300;

const presence: Scenario = {
  name: "fleet-presence",
  title: `Fleet, presence: ${VISITS} who come and go in a room of so many; ` +
    "microseconds of all nodes and of Redis for each coming or going, and " +
    "bytes each member is sent of it (Hubbub lists up to 200 and counts more; " +
    "Socket.IO's are the two events alone, with no list)",
  columns: ["us/change", "redis us", "bytes/member", "others"],
  extra: true,
  cases: (plan) =>
    [50, 190, 1_000, 2_000].map((members) => ({
      name: `${members} members`,
      sides: sides(plan, [1, 2], (side) =>
        measurePresence(side, { members, visits: VISITS })),
    })),
};

/** Run by `--only fleet` or by scenario name. */
export const FLEET: readonly Scenario[] = [fanout, light, append, presence];
