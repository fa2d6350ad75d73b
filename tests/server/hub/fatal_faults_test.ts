/** Faults that belong to no room, session or message (promise 11). */

import { assertEquals } from "@std/assert";
import { every } from "../../../server/runtime/clock.ts";
import { RoomRegistry } from "../../../server/rooms/room_registry.ts";
import { V1Client } from "../../helpers/clients.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { failOnce } from "../../helpers/benches/isolation_bench.ts";

Deno.test("promise 11: a periodic task that throws runs again, and its first failure is logged", () => {
  const clock = new FakeClock();
  const told: unknown[] = [];
  let runs = 0;
  const stop = every(clock, {
    ms: 100,
    run() {
      runs++;
      if (runs === 2 || runs === 3 || runs === 5) throw runs;
    },
    failed: (error) => told.push(error),
  });
  clock.pass(600);
  assertEquals([runs, told], [6, [2, 5]]);
  stop();
  clock.pass(600);
  assertEquals([runs, clock.waiting], [6, 0]);
});

for (
  const hook of ["deliver", "announceJoins", "announceLeaves"] as const
) {
  Deno.test(`promise 11: a tick whose ${hook}() throws for no room in particular is fatal and fails /readyz`, async () => {
    const fatal: unknown[] = [];
    await using server = await InProcessServer.start({
      onFatal: (error) => fatal.push(error),
    });
    const url = server.socket("/ws");
    await using ada = await V1Client.in("hall", { url, name: "Ada" });
    const fault = failOnce(RoomRegistry.prototype, hook);
    const say = (id: number) =>
      ada.ask({ type: "publish", room: "hall", text: "hi", id }, "ack");
    try {
      await say(1);
    } finally {
      fault.restore();
    }
    assertEquals(fatal.length, 1);
    // Were it not ended, it would go on.
    await say(2);
    const ready = await fetch(server.url("/readyz"));
    assertEquals(
      [ready.status, (await ready.text()).trim()],
      [503, "broken; to be restarted"],
    );
  });
}

Deno.test("/readyz reports a tick that does not end", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  bench.store.held.add("append");
  bench.say(ada.session, "held");
  await bench.turn();
  await bench.pass(5_000);
  assertEquals(bench.hub.trouble, undefined);
  bench.clock.setForth(-86_400_000);
  await bench.pass(1);
  assertEquals(bench.hub.trouble, "store does not answer");
  bench.store.held.clear();
  await bench.store.release();
  await bench.turn();
  assertEquals(bench.hub.trouble, undefined);
});
