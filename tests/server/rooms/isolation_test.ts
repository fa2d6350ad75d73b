/** A fault of one room, as those in other rooms see it: not at all. */

import { assertEquals } from "@std/assert";
import { HubBench } from "../../helpers/benches/hub_bench.ts";

Deno.test("promise 7: a write to a room whose storage fails gets an error and does not affect others", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  const bob = await bench.enter("Bob");
  bench.store.broken.add("yard");
  bench.hub.publish(bob.session, {
    type: "publish",
    room: "yard",
    text: "to nowhere",
    cid: "1",
    id: 7,
  });
  bench.say(ada.session, "hello");
  bench.hub.publish(bob.session, { type: "publish", room: "hall", text: "hi" });
  await bench.turn();
  const [error, ...more] = bob.reader.all("error");
  assertEquals([error?.code, error?.cid, error?.id, more], [
    "not_stored",
    "1",
    7,
    [],
  ]);
  assertEquals(error?.retryable, false);
  assertEquals(ada.reader.all("ack").map(({ seq }) => seq), [1]);
  assertEquals(ada.reader.all("error"), []);
  assertEquals(ada.reader.texts, ["hello", "hi"]);
  assertEquals(bob.reader.texts, ["hello", "hi"]);
  assertEquals(bench.hub.healthy, true);
  assertEquals(bench.hub.stats.messages, 2);
  const told = bench.logged.filter((line) => line.includes("not stored"));
  assertEquals(told.length, 1);
});

Deno.test("promise 7: the hub keeps working when the only room of a group commit cannot be stored", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  bench.store.broken.add("hall");
  bench.say(ada.session, "hello");
  await bench.turn();
  assertEquals(ada.reader.all("error").length, 1);
  assertEquals(bench.hub.healthy, true);
  bench.store.broken.clear();
  bench.say(ada.session, "again");
  await bench.turn();
  assertEquals(ada.reader.all("ack").map(({ seq }) => seq), [1]);
});
