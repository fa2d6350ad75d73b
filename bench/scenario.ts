/**
 * What a thing to measure looks like, and the commonest kind of it: traffic
 * on a server that was started for nothing else.
 */

import type {
  LoadResult,
  LoadSpec,
  Target,
  TrafficResult,
  TrafficSpec,
} from "./load/spec.ts";
import { BUN_PROGRAM } from "./packages.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { generate, ServerProcess } from "./processes.ts";
import type { Measures } from "./results.ts";

/** How long and with whom to measure. */
export interface Plan {
  readonly peers: readonly PeerName[];
  readonly warmMs: number;
  readonly measureMs: number;
}

/** One of those that are compared. */
export interface Side {
  readonly name: string;
  run(): Promise<Measures>;
}

/** One line of a table, measured side by side. */
export interface Case {
  readonly name: string;
  readonly sides: readonly Side[];
}

/** Cases that share a table. */
export interface Scenario {
  /** What `--only` takes. */
  readonly name: string;
  /** What is done and what is counted, for who reads the table. */
  readonly title: string;
  /** The figures of the table. */
  readonly columns: readonly string[];
  cases(plan: Plan): readonly Case[];
}

/** Runs something with a fresh server of a peer. */
export async function withServer<T>(
  name: PeerName,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const dir = await Deno.makeTempDir({ prefix: "hubbub-bench-" });
  try {
    const { wire, launch } = PEERS[name];
    await using server = await ServerProcess.start(launch(dir));
    return await work({ port: server.port, pid: server.pid, wire });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** One load on a fresh server of a peer. */
export function load<R extends LoadResult>(
  name: PeerName,
  spec: (target: Target) => LoadSpec & { kind: R["kind"] },
): Promise<R> {
  return withServer(name, (target) => generate<R>(BUN_PROGRAM, spec(target)));
}

/** What can be chosen of traffic. */
export type Traffic = Omit<TrafficSpec, "kind" | keyof Target>;

/** Measures traffic on a peer. */
export async function measureTraffic(
  name: PeerName,
  traffic: Traffic,
): Promise<Measures> {
  const result = await load<TrafficResult>(name, (target) => ({
    kind: "traffic",
    ...target,
    ...traffic,
  }));
  return {
    deliveries: result.deliveries,
    confirmed: result.confirmed,
    "msgs/frame": result.perFrame,
    "p50 ms": result.p50,
    "p99 ms": result.p99,
    "server cpu": result.serverCpu ?? NaN,
    "load cpu": result.generatorCpu,
    "server MB": result.serverMb ?? NaN,
  };
}

/** The same traffic on each peer. */
export function trafficCase(
  name: string,
  { peers }: Plan,
  traffic: Traffic,
): Case {
  return {
    name,
    sides: peers.map((peer) => ({
      name: peer,
      run: () => measureTraffic(peer, traffic),
    })),
  };
}
