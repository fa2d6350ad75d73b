/** What `deno task bench` measures. */

import type { IdleResult, JoinResult } from "./load/spec.ts";
import type { PeerName } from "./peers.ts";
import { WIRES } from "./load/wire.ts";
import { execute } from "./processes.ts";
import type { Measures } from "./results.ts";
import {
  coreMeasures,
  load,
  measureTraffic,
  peersCase,
  type Plan,
  type Scenario,
  type Side,
  withDirectory,
  withServer,
} from "./scenario.ts";

const CORES = ["server cpu", "load cpu", "others"];
const TRAFFIC = [
  "deliveries",
  "per core",
  "p50 ms",
  "p99 ms",
  "msgs/frame",
  ...CORES,
];

const fanout: Scenario = {
  name: "fanout",
  title: "Fan-out: readers x messages in flight of each of 10 publishers, " +
    "who read too (Hubbub: hubbub.v1, batches); deliveries a second",
  columns: TRAFFIC,
  cases: ({ peers, warmMs, measureMs }) =>
    [10, 100, 1000].flatMap((readers) =>
      [1, 8, 64].map((inFlight) =>
        peersCase(
          `${readers}x${inFlight}`,
          peers,
          (peer) =>
            measureTraffic(peer, {
              rooms: 1,
              readers,
              publishers: 10,
              inFlight,
              warmMs,
              measureMs,
            }),
        )
      )
    ),
};

const light: Scenario = {
  name: "light",
  title: "Light load: 100 messages a second to 100 readers",
  columns: ["p99 ms", "p50 ms", "deliveries", ...CORES],
  cases: ({ peers, warmMs }) => [
    peersCase("100/s", peers, (peer) =>
      measureTraffic(peer, {
        rooms: 1,
        readers: 100,
        publishers: 10,
        perSecond: 100,
        warmMs,
        measureMs: 2_000,
      })),
  ],
};

const rooms: Scenario = {
  name: "rooms",
  title: "Many rooms: 200 rooms of 5 readers, one of whom keeps 8 messages " +
    "in flight; deliveries a second",
  columns: TRAFFIC,
  cases: ({ peers, warmMs, measureMs }) => [
    peersCase("200x5", peers, (peer) =>
      measureTraffic(peer, {
        rooms: 200,
        readers: 5,
        publishers: 1,
        inFlight: 8,
        warmMs,
        measureMs,
      })),
  ],
};

const join: Scenario = {
  name: "join",
  title: "Join storm: 1,000 clients connect and join at once and get 1,000 " +
    "messages of history each (no peer has a history)",
  columns: ["all ms", "p50 ms", "p99 ms", "deliveries", ...CORES],
  cases: ({ peers }) => [
    peersCase("1000x1000", only(peers, "hubbub", "before"), async (peer) => {
      const result = await load<JoinResult>(peer, {
        kind: "join",
        clients: 1_000,
        history: 1_000,
      });
      return {
        "all ms": result.allMs,
        "p50 ms": result.p50,
        "p99 ms": result.p99,
        deliveries: result.deliveries,
        ...coreMeasures(result.cores),
      };
    }),
  ],
};

/** Messages each publisher keeps on their way. */
const STORE_IN_FLIGHT = 64;

const store: Scenario = {
  name: "store",
  title:
    `Storing: publishers alone in rooms of their own, ${STORE_IN_FLIGHT} ` +
    "messages in flight each, against node:sqlite with as many a " +
    "transaction as are in flight in all; acked messages a second",
  columns: ["acked", "p50 ms", "p99 ms", ...CORES],
  cases: ({ peers, warmMs, measureMs }) =>
    [1, 100].map((publishers) => ({
      name: publishers === 1 ? "1 publisher" : `${publishers} publishers`,
      sides: [
        ...only(peers, "hubbub", "before").map((peer) => ({
          name: peer,
          run: () =>
            measureTraffic(peer, {
              rooms: publishers,
              readers: 1,
              publishers: 1,
              inFlight: STORE_IN_FLIGHT,
              warmMs,
              measureMs,
            }),
        })),
        {
          name: "node:sqlite",
          run: () => rawInserts(publishers * STORE_IN_FLIGHT),
        },
      ],
    })),
};

/** The cost of the database alone. */
function rawInserts(batch: number): Promise<Measures> {
  return withDirectory(async (dir) => {
    const script = new URL("./raw_sqlite.ts", import.meta.url).pathname;
    const said = await execute({
      command: Deno.execPath(),
      args: ["run", "-A", script, `${dir}/raw.db`, String(batch)],
    });
    return { acked: JSON.parse(said).perSecond };
  });
}

const idle: Scenario = {
  name: "idle",
  title: "Idle: 5,000 connections in rooms of 50 that say nothing; memory " +
    "each, and the processor's share, pings included",
  columns: ["KB each", ...CORES],
  mostRounds: 2,
  cases: ({ peers }) => [
    peersCase(
      "5000",
      only(peers, "hubbub", "before", "native", "naive"),
      (peer) => measureIdle(peer, 5_000),
    ),
  ],
};

/** Deno pings a connection after 15 s of silence, so each is pinged once. */
const PINGS_MS = 15_000;

/** What connections cost that say nothing. */
export async function measureIdle(
  peer: PeerName,
  connections: number,
): Promise<Measures> {
  const { bytesEach, cores } = await load<IdleResult>(peer, {
    kind: "idle",
    connections,
    perRoom: 50,
    measureMs: PINGS_MS,
  });
  return { "KB each": bytesEach / 1024, ...coreMeasures(cores) };
}

const slow: Scenario = {
  name: "slow",
  title: "Slow readers: 100 readers, 64 in flight of each of 10 publishers; " +
    "alone, and beside 10 more that do not read; deliveries to the 100",
  columns: [...TRAFFIC, "server MB"],
  cases: (plan) => [{
    name: "100x64",
    sides: only(plan.peers, "hubbub", "before", "bun").flatMap((peer) =>
      [0, 10].map((stalled) => slowSide(peer, stalled, plan))
    ),
  }],
};

function slowSide(
  peer: PeerName,
  stalled: number,
  { warmMs, measureMs }: Plan,
): Side {
  return {
    name: stalled === 0 ? peer : `${peer}, ${stalled} stalled`,
    run: () =>
      measureTraffic(peer, {
        rooms: 1,
        readers: 100,
        publishers: 10,
        stalled,
        inFlight: 64,
        // The kernel buffers some megabytes for a stalled reader.
        warmMs: warmMs + 1_500,
        measureMs,
      }),
  };
}

const start: Scenario = {
  name: "start",
  title: "Start: from the command to the first open WebSocket",
  columns: ["start ms"],
  cases: ({ peers }) => [peersCase("first connection", peers, measureStart)],
};

async function measureStart(peer: PeerName): Promise<Measures> {
  const started = performance.now();
  return await withServer(peer, async ({ port, wire }) => {
    const { path, protocol } = WIRES[wire];
    const socket = new WebSocket(
      `ws://127.0.0.1:${port}${path("first")}`,
      protocol,
    );
    await new Promise((done, failed) => {
      socket.onopen = done;
      socket.onerror = failed;
    });
    const ms = performance.now() - started;
    await new Promise((done) => {
      socket.onclose = done;
      socket.close();
    });
    return { "start ms": ms };
  });
}

/** Those of some that are measured. */
function only(
  peers: readonly PeerName[],
  ...wanted: readonly PeerName[]
): PeerName[] {
  return wanted.filter((peer) => peers.includes(peer));
}

export const SCENARIOS: readonly Scenario[] = [
  fanout,
  light,
  rooms,
  join,
  store,
  idle,
  slow,
  start,
];
