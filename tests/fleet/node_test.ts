/** A node's lease, on a fake engine and a fake clock. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Beat, Counts, Engine } from "../../server/fleet/engine.ts";
import { FleetNode } from "../../server/fleet/node.ts";
import type { FleetHost } from "../../server/fleet/fleet.ts";
import { FakeClock, settled } from "../helpers/doubles/clock.ts";
import { SILENCE } from "../helpers/doubles/silence.ts";

const LEASE_MS = 12_000;

/** A node on an engine whose replies can be set. */
async function joined() {
  const clock = new FakeClock();
  const shared: Counts[] = [];
  const bench = {
    clock,
    shared,
    beat: (): Promise<Beat> =>
      Promise.resolve({ held: true, living: [], counts: [], own: [] }),
    node: undefined as unknown as FleetNode,
    failures: [] as unknown[],
  };
  const engine: Partial<Engine> = {
    beat: (_, counts) => {
      shared.push(counts);
      return bench.beat();
    },
    claim: ({ session, names: [name = ""], user, dialect }) =>
      Promise.resolve({
        lease: { session, name, user, dialect, version: 1 },
        resumed: false,
      }),
  };
  bench.node = new FleetNode(() => engine as Engine, {
    node: "a",
    clock,
    log: SILENCE,
    random: () => 0,
    newId: () => "s",
    leaseMs: LEASE_MS,
  });
  const host: Partial<FleetHost> = {
    outOfReach: (error) => bench.failures.push(error),
  };
  bench.node.begin(host as FleetHost);
  await bench.node.join();
  return { bench, engine };
}

Deno.test("FleetNode holds its lease until it could not renew it for as long", async () => {
  const { bench: { clock, node, failures } } = await joined();
  assert(node.holdsLease);
  clock.pass(LEASE_MS / 3);
  await settled();
  clock.setForth(-86_400_000);
  clock.spend(LEASE_MS);
  clock.setForth(2 * 86_400_000);
  assert(node.holdsLease);
  clock.spend(1);
  assertEquals([node.holdsLease, failures], [false, []]);
});

Deno.test("FleetNode reports each heartbeat that fails, and recovers with the next", async () => {
  const { bench } = await joined();
  const { beat, clock, node, failures } = bench;
  bench.beat = () => Promise.reject(new Error("out of reach"));
  for (let i = 0; i < 4; i++) {
    clock.pass(LEASE_MS / 3);
    await settled();
  }
  await assertRejects(() => node.check(), Error, "out of reach");
  assertEquals(failures.length, 4);
  assertEquals(node.holdsLease, false);
  bench.beat = beat;
  await node.check();
  assertEquals(node.holdsLease, true);
});

Deno.test("FleetNode whose lease expired holds the new one only once its sessions are written again", async () => {
  const { bench, engine } = await joined();
  const { clock, node } = bench;
  await node.claim({
    session: undefined,
    name: "Ada",
    user: undefined,
    dialect: "hubbub.v1",
  });
  bench.beat = () =>
    Promise.resolve({ held: false, living: [], counts: [], own: [] });
  const writing = Promise.withResolvers<
    Awaited<ReturnType<Engine["reassert"]>>
  >();
  engine.reassert = () => writing.promise;
  clock.spend(LEASE_MS + 1);
  const checked = node.check();
  await settled();
  assertEquals(node.holdsLease, false);
  writing.resolve({ replaced: [], outnamed: [], renamed: [] });
  await checked;
  assertEquals(node.holdsLease, true);
});

Deno.test("FleetNode shares no more counts than Deno KV stores, the first ones first", async () => {
  const { bench: { node, shared } } = await joined();
  const rooms = Array.from(
    { length: 900 },
    (_, i) => [`room ${String(i).padStart(64, "\u6f22")}`, 1] as const,
  );
  node.share(() => new Map([["address 192.0.2.1", 7], ...rooms]));
  await node.check();
  const counts = shared.at(-1) ?? {};
  assertEquals(counts["address 192.0.2.1"], 7);
  const [, last] = Object.keys(counts).slice(-2);
  assertEquals(last, rooms[Object.keys(counts).length - 2]?.[0]);
  const kv = await Deno.openKv(":memory:");
  await kv.set(["lease"], { until: Date.now(), counts });
  kv.close();
});
