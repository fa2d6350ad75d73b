/** A hub whose store or fleet fails: when it notices, and when it is cut off. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HubbubError } from "../../../protocol/errors.ts";
import {
  OutOfReachError,
  StoreOpenError,
} from "../../../server/store/store.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { HeldStore } from "../../helpers/doubles/held_store.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { InProcessServer } from "../../helpers/in_process.ts";

/** Lets time pass second by second. */
async function seconds(bench: HubBench, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await bench.pass(1_000);
}

/** A hub among others, that cannot reach its store. */
function lost(nodes: number): HubBench {
  const bench = new HubBench();
  bench.fleet.nodes = nodes;
  bench.store.failure = (words) => new OutOfReachError(words);
  for (const what of ["append", "check", "trim"] as const) {
    bench.store.failing.add(what);
  }
  return bench;
}

Deno.test("an idle hub finds out that its store fails, says so once, and when it works again", async () => {
  const bench = new HubBench();
  bench.store.failing.add("trim").add("check");
  await seconds(bench, 5);
  assertEquals(bench.hub.healthy, false);
  assertEquals(bench.logged.length, 1, bench.logged.join("\n"));
  bench.store.failing.clear();
  await seconds(bench, 2);
  assertEquals(bench.hub.healthy, true);
  assertEquals(bench.logged.length, 2, bench.logged.join("\n"));
});

Deno.test("a hub that cannot forget old messages, but store new ones, is well", async () => {
  const bench = new HubBench();
  bench.store.failing.add("trim");
  await seconds(bench, 1);
  assertEquals(bench.hub.healthy, true);
  assertEquals(bench.logged[0]?.includes("trim failed"), true);
});

Deno.test("a hub that does not reach its store for 10 seconds is cut off, and again ever more rarely", async () => {
  const bench = lost(3);
  await seconds(bench, 10);
  assertEquals([bench.hub.healthy, bench.cutOffs], [false, 0]);
  await seconds(bench, 2);
  assertEquals(bench.cutOffs, 1);
  await seconds(bench, 18);
  assertEquals(bench.cutOffs, 1);
  await seconds(bench, 3);
  assertEquals(bench.cutOffs, 2);
  await seconds(bench, 36);
  assertEquals(bench.cutOffs, 2);
  bench.store.failing.clear();
  await seconds(bench, 2);
  assertEquals(bench.hub.healthy, true);
  for (const what of ["check", "trim"] as const) bench.store.failing.add(what);
  await seconds(bench, 13);
  assertEquals(bench.cutOffs, 3, "as soon as at first");
});

Deno.test("a hub is not cut off where its clients have nowhere else to go", async () => {
  const alone = lost(1);
  await seconds(alone, 60);
  assertEquals([alone.hub.healthy, alone.cutOffs], [false, 0]);
});

Deno.test("a hub is not cut off from a store that answers, or is away for all", async () => {
  const bench = lost(3);
  bench.store.failure = (words) => new Error(words);
  await seconds(bench, 60);
  assertEquals([bench.hub.healthy, bench.cutOffs], [false, 0]);
});

Deno.test("a server whose store fails at startup says so in one line", async () => {
  const store = new HeldStore(new FakeClock());
  store.secret = () => Promise.reject(new Error("It has just gone"));
  const error = await assertRejects(
    () => InProcessServer.start({ with: store }),
    StoreOpenError,
  );
  assertEquals(error.message, "Cannot read the store: It has just gone");
});

Deno.test("a hub logs each reason why its store fails once", async () => {
  const bench = new HubBench();
  bench.store.failing.add("trim").add("check");
  bench.store.failure = () => new Error("Socket closed");
  await seconds(bench, 3);
  bench.store.failure = () =>
    new Error("Out of reach", { cause: new Error("NOAUTH") });
  await seconds(bench, 5);
  assertEquals(bench.logged.length, 2, bench.logged.join("\n"));
  assertEquals(bench.logged[1]?.includes("Caused by: Error: NOAUTH"), true);
});

/** A hub whose store works, and whose fleet is out of reach. */
function lostFleet(failure: (words: string) => Error): HubBench {
  const bench = new HubBench();
  bench.fleet.nodes = 3;
  bench.fleet.check = () => Promise.reject(failure("The link was lost"));
  bench.fleetHost.outOfReach(failure("The link was lost"));
  return bench;
}

Deno.test("a hub whose store works but whose fleet is out of reach is not ready, and is cut off after 10 seconds", async () => {
  const bench = lostFleet((words) => new OutOfReachError(words));
  await seconds(bench, 2);
  assertEquals(bench.hub.trouble, "fleet does not answer");
  assertEquals([bench.hub.healthy, bench.hub.inFleet], [true, false]);
  await seconds(bench, 7);
  assertEquals(bench.cutOffs, 0);
  await seconds(bench, 2);
  assertEquals(bench.cutOffs, 1);
  bench.fleet.check = () => Promise.resolve();
  await seconds(bench, 2);
  assertEquals([bench.hub.trouble, bench.hub.inFleet], [undefined, true]);
  assertEquals(
    bench.logged.map((line) =>
      /fleet (is out of reach|available again)/.exec(line)?.[0]
    ),
    ["fleet is out of reach", "fleet available again"],
    bench.logged.join("\n"),
  );
});

Deno.test("a hub is not cut off from a fleet that is out of reach for all nodes", async () => {
  const bench = lostFleet((words) => new Error(words));
  await seconds(bench, 60);
  assertEquals([bench.hub.inFleet, bench.cutOffs], [false, 0]);
});

Deno.test("promise 6: a hub without a lease publishes nothing under its names", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  bench.fleet.holdsLease = false;
  assertEquals(bench.hub.trouble, "fleet does not answer");
  const publish = () =>
    bench.hub.publish(ada.session, {
      type: "publish",
      text: "hi",
      room: "hall",
    });
  const error = assertThrows(publish, HubbubError);
  assertEquals(
    [error.code, error.retryable, error.details.retryAfterMs],
    ["store_unavailable", true, 1_000],
  );
  bench.fleet.holdsLease = true;
  publish();
  await bench.turn();
  assertEquals(ada.reader.all("message").map(({ text }) => text), ["hi"]);
});
