/**
 * What a thing to measure looks like, and the commonest kind of it: a load on
 * a server that was started for nothing else.
 */

import type {
  Cores,
  LoadResult,
  LoadSpec,
  Target,
  TrafficResult,
  TrafficSpec,
} from "./load/spec.ts";
import { BUN_PROGRAM } from "./packages.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { execute, type Launch, ServerProcess } from "./processes.ts";
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
  /** Description of the load and the count, for the table. */
  readonly title: string;
  /** The figures of the table; the first is the one that is compared. */
  readonly columns: readonly string[];
  /** Fewer rounds, for scenarios that take long and vary little. */
  readonly mostRounds?: number;
  /** Measured only when selected by name. */
  readonly extra?: true;
  cases(plan: Plan): readonly Case[];
}

/** Runs a function with a temporary directory and removes the directory after. */
export async function withDirectory<T>(
  work: (dir: string) => Promise<T>,
): Promise<T> {
  const dir = await Deno.makeTempDir({ prefix: "hubbub-bench-" });
  try {
    return await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** How a server of a peer is prepared. */
export interface ServerOptions {
  /** Before it starts: what is in its directory already. */
  readonly prepare?: (dir: string) => Promise<void>;
  readonly change?: (launch: Launch) => Launch;
}

/** Runs something with a fresh server of a peer. */
export function withServer<T>(
  name: PeerName,
  work: (target: Target) => Promise<T>,
  { prepare, change = (launch) => launch }: ServerOptions = {},
): Promise<T> {
  return withDirectory(async (dir) => {
    await prepare?.(dir);
    const { wire, launch } = PEERS[name];
    await using server = await ServerProcess.start(change(launch(dir)));
    return await work({ port: server.port, pid: server.pid, wire });
  });
}

/** The load's input without the server address. */
export type LoadOf<R extends LoadResult> = Omit<
  Extract<LoadSpec, { kind: R["kind"] }>,
  keyof Target
>;

/**
 * One load on a fresh server of a peer. The generator is a process of its own,
 * on Bun, whose sockets cost least a read: measured against Deno's and against
 * `epoll` and `recv` called directly.
 */
export function load<R extends LoadResult>(
  name: PeerName,
  spec: LoadOf<R>,
  options?: ServerOptions,
): Promise<R> {
  return withServer(name, (target) => runLoad<R>(target, spec), options);
}

/** One load on servers that run. */
export async function runLoad<R extends LoadResult>(
  target: Target,
  spec: LoadOf<R>,
): Promise<R> {
  const script = new URL("./load/main.ts", import.meta.url).pathname;
  const line = await execute({
    command: BUN_PROGRAM,
    args: [script, JSON.stringify({ ...target, ...spec })],
  });
  return JSON.parse(line) as R;
}

/** CPU use by process, in cores. */
export function coreMeasures({ server, generator, others }: Cores): Measures {
  return { "server cpu": server, "load cpu": generator, others };
}

/** Measures traffic on a peer. */
export async function measureTraffic(
  name: PeerName,
  traffic: Omit<TrafficSpec, "kind" | keyof Target>,
  options?: ServerOptions,
): Promise<Measures> {
  return trafficMeasures(
    await load<TrafficResult>(name, { kind: "traffic", ...traffic }, options),
  );
}

/** The figures of traffic. */
export function trafficMeasures(result: TrafficResult): Measures {
  return {
    deliveries: result.deliveries,
    // What survives other programs that take a part of the machine.
    "per core": result.deliveries / result.cores.server,
    acked: result.confirmed,
    "msgs/frame": result.perFrame,
    "p50 ms": result.p50,
    "p99 ms": result.p99,
    "server MB": result.serverBytes / 1024 ** 2,
    ...coreMeasures(result.cores),
  };
}

/** The same on each peer that is measured. */
export function peersCase(
  name: string,
  peers: readonly PeerName[],
  run: (peer: PeerName) => Promise<Measures>,
): Case {
  return {
    name,
    sides: peers.map((peer) => ({ name: peer, run: () => run(peer) })),
  };
}
