/** Rooms are made by messages alone: how fast, and how many. */

import { assertEquals, assertMatch } from "@std/assert";
import { RoomCreation } from "../../../server/rooms/room_creation.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { FakeReader, fakeSession } from "../../helpers/doubles/reader.ts";

const HOUR_MS = 60 * 60_000;

/** Publishes to a room and gives the code of the error, or the seq. */
async function publish(
  bench: HubBench,
  { session, reader }: ReturnType<HubBench["hello"]>,
  room: string,
) {
  reader.frames = [];
  bench.hub.publish(session, { type: "publish", room, text: "hi", id: 1 });
  await bench.turn();
  const [error] = reader.all("error");
  return error?.code ?? reader.all("ack")[0]?.seq;
}

Deno.test("promise 7: a client that keeps writing to new rooms is delayed in those rooms only", async () => {
  const bench = new HubBench({ roomRate: 2 });
  const eve = bench.hello({ name: "Eve" });
  const outcomes: unknown[] = [];
  for (let n = 0; n < 9; n++) {
    outcomes.push(await publish(bench, eve, `junk-${n}`));
  }
  const tooFast = "rate_limited";
  assertEquals(outcomes, [1, 1, 1, 1, 1, 1, tooFast, tooFast, tooFast]);
  const [error] = eve.reader.all("error");
  assertMatch(
    error?.message ?? "",
    /^Too many new rooms.* Wait 30 s, or write/,
  );
  assertEquals([error?.retryable, error?.retryAfterMs], [true, 30_000]);
  // Rooms that exist take messages, joined or not, and others make rooms.
  assertEquals(await publish(bench, eve, "junk-3"), 2);
  bench.hub.join(eve.session, { type: "join", room: "junk-4" });
  await bench.turn();
  assertEquals(await publish(bench, eve, "junk-4"), 2);
  const ada = bench.hello(
    { name: "Ada" },
    Object.assign(new FakeReader(), { address: "192.0.2.9" }),
  );
  assertEquals(await publish(bench, ada, "new"), 1);
  await bench.pass(30_000);
  assertEquals(await publish(bench, eve, "junk-7"), 1);
  assertEquals(await publish(bench, eve, "junk-8"), tooFast);
});

Deno.test("promise 7: joins and reads of ever new rooms make none", async () => {
  const bench = new HubBench({ roomRate: 1 });
  const { session } = bench.hello({ name: "Eve" });
  for (let n = 0; n < 50; n++) {
    bench.hub.join(session, { type: "join", room: `junk-${n}` });
    bench.hub.history(session, { type: "history", room: `other-${n}` });
    await bench.turn();
  }
  assertEquals(await bench.store.rooms(), []);
});

Deno.test("promise 7: a room over the store's limit is refused with a remedy, and other rooms go on", async () => {
  const bench = new HubBench({ maxRooms: 2 });
  const ada = await bench.enter("Ada");
  bench.say(ada.session, "hello");
  await bench.turn();
  const eve = bench.hello({ name: "Eve" });
  assertEquals(await publish(bench, eve, "one"), 1);
  assertEquals(await publish(bench, eve, "two"), "no_more_rooms");
  const [error] = eve.reader.all("error");
  assertMatch(error?.message ?? "", /more than 2 rooms.*--max-stored-rooms/);
  assertEquals(error?.retryable, false);
  bench.say(ada.session, "still here");
  await bench.turn();
  assertEquals(ada.reader.texts, ["hello", "still here"]);
  assertEquals(bench.hub.healthy, true);
  assertEquals(bench.logged.filter((line) => /stored/.test(line)), []);
});

Deno.test("promise 3: a member from before the first message gets all messages, even if all members left", async () => {
  const bench = new HubBench({ history: 2 });
  const ada = bench.hello({ name: "Ada" });
  bench.hub.join(ada.session, { type: "join", room: "hall" });
  await bench.turn();
  const [joined] = ada.reader.all("joined");
  const since = { epoch: joined?.epoch ?? "", seq: joined?.after ?? -1 };
  bench.hub.leave(ada.session, "hall");
  await bench.turn();
  const bob = bench.hello({ name: "Bob" });
  for (let n = 1; n <= 5; n++) await publish(bench, bob, "hall");
  for (const epoch of [since.epoch, "of-another"]) {
    ada.reader.frames = [];
    bench.hub.join(ada.session, {
      ...{ type: "join", room: "hall", since: { ...since, epoch } },
    });
    await bench.turn();
    assertEquals(ada.reader.all("joined")[0]?.recovered, "full");
    assertEquals(ada.reader.texts.length, 5);
    bench.hub.leave(ada.session, "hall");
    await bench.turn();
  }
});

Deno.test("RoomCreation counts an IPv6 network as one, forgets addresses in time, and never limits the server itself", () => {
  const clock = new FakeClock();
  const creation = new RoomCreation(1, clock);
  const at = (address: string) => {
    const session = fakeSession("Eve");
    Object.assign(session.reader ?? {}, { address });
    return session;
  };
  for (let n = 0; n < 3; n++) creation.made(at(`2001:db8::${n}`));
  assertEquals(creation.wait(at("2001:db8::77")), 60_000);
  assertEquals(creation.wait(at("2001:db8:0:1::1")), 0);
  clock.pass(HOUR_MS);
  assertEquals(creation.wait(at("2001:db8::77")), 0);
  for (let n = 0; n < 9; n++) creation.made(at(""));
  assertEquals(creation.wait(at("")), 0);
});
