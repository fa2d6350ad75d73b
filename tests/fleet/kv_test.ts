/** The fleet on Deno KV against the contracts. */

import { joinKv } from "../../server/fleet/kv/kv_fleet.ts";
import { SILENCE } from "../helpers/doubles/silence.ts";
import { assertEquals, assertRejects } from "@std/assert";
import {
  hereKey,
  MOST_NEWS,
  newsKey,
} from "../../server/fleet/kv/kv_fleet_wire.ts";
import { FleetBench, type Place } from "./bench.ts";
import { namesContract } from "./contract.ts";
import { nodesContract } from "./contract_nodes.ts";

async function open(): Promise<Place & { readonly kv: Deno.Kv }> {
  const kv = await Deno.openKv(":memory:");
  let ids = 0;
  return {
    kv,
    join: (options) =>
      joinKv(kv, {
        ...options,
        node: `node${++ids}`,
        log: SILENCE,
        random: () => 0,
        newId: () => `s${++ids}`,
      }),
    [Symbol.asyncDispose]() {
      kv.close();
      return Promise.resolve();
    },
  };
}

namesContract("kv", open);
nodesContract("kv", open);

Deno.test("kv nodes: a node that leaves a room with a message that others missed is dropped, and comes back", async () => {
  const place = await open();
  await using fleet = new FleetBench(place);
  const [a, b] = [await fleet.join(), await fleet.join()];
  const yard = await a.enter("yard", { s: "Ada" });
  const other = await b.enter("yard", { t: "Bob" });
  const atA = await a.enter("hall", { s: "Ada" });
  const atB = await b.enter("hall");
  await Promise.all([yard.shows("Bob"), other.shows("Ada"), atB.shows("Ada")]);
  b.clock.pause();
  atA.become({});
  const key = [...hereKey("hall"), "node1"];
  while ((await place.kv.get(key)).value !== null);
  await place.kv.get(key);
  for (let i = 0; i < 2 * MOST_NEWS; i++) yard.here.typing("Ada");
  b.clock.resume();
  await atB.shows();
  assertEquals(atB.departures.length, 1);
  atA.become({ s: "Ada" });
  await atB.shows("Ada");
});

Deno.test("kv nodes: a node that cannot read the other nodes' news is not ready", async () => {
  const place = await open();
  await using fleet = new FleetBench(place);
  const a = await fleet.join();
  const b = await fleet.join();
  await b.fleet.check();
  // A value that no version of this program has written.
  await place.kv.set(newsKey("node1"), { before: 0, items: null });
  await assertRejects(() => b.fleet.check());
  await place.kv.delete(newsKey("node1"));
  await b.fleet.check();
  await a.fleet.check();
});
