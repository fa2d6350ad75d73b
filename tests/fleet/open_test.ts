/** Which stores make a fleet of the processes that share them. */

import { assertEquals } from "@std/assert";
import { systemClock } from "../../server/runtime/clock.ts";
import { SingleNode } from "../../server/fleet/single_node.ts";
import { openFleet } from "../../server/fleet/open_fleet.ts";
import { SILENCE } from "../helpers/doubles/silence.ts";
import { KvStore } from "../../server/store/kv/kv_store.ts";
import { MemoryStore } from "../../server/store/memory_store.ts";
import type { Store } from "../../server/store/store.ts";
import { assertRefused } from "./contract.ts";
import { Node, PausableClock } from "./bench.ts";

const options = {
  clock: systemClock,
  log: SILENCE,
};
const retention = { messages: 10, ms: 0 };

async function join(store: Store, shared: boolean): Promise<Node> {
  const fleet = await openFleet("kv:", { ...options, store, shared });
  return new Node(fleet, new PausableClock());
}

Deno.test("openFleet() joins the instances that share a Deno KV", async () => {
  using kv = await Deno.openKv(":memory:");
  const stores = [1, 2].map(() =>
    new KvStore(kv, { clock: systemClock, retention })
  );
  const [a, b] = [
    await join(stores[0]!, true),
    await join(stores[1]!, true),
  ];
  await a.begin("Ada");
  await assertRefused("name_taken", () => b.begin("Ada"));
  assertEquals(b.fleet.nodes, 2);
  for (const { fleet } of [a, b]) await fleet.stop();
});

Deno.test("openFleet() joins no fleet when the store is the process's own", async () => {
  using kv = await Deno.openKv(":memory:");
  const file = new KvStore(kv, { clock: systemClock, retention });
  assertEquals((await join(file, false)).fleet instanceof SingleNode, true);
  const memory = new MemoryStore({ clock: systemClock, retention });
  assertEquals((await join(memory, true)).fleet instanceof SingleNode, true);
});
