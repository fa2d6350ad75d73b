/** The part of the store contract on what is no longer kept. */

import { assert, assertEquals } from "@std/assert";
import { Bench, draft } from "./bench.ts";
import type { Test } from "./contract.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Registers the tests. */
export function retentionContract(test: Test): void {
  test("keeps the newest messages of each room", async (place) => {
    await using bench = await Bench.open(place, { messages: 3, ms: 0 });
    await bench.fill("hall", 5);
    await bench.fill("yard", 2);
    await bench.trimAll();
    assertEquals(await bench.texts("hall"), ["3", "4", "5"]);
    assertEquals(await bench.texts("yard"), ["1", "2"]);
    await bench.say("hall", "6");
    await bench.trimAll();
    assertEquals(await bench.texts("hall"), ["4", "5", "6"]);
  });

  test("keeps messages for as long as asked", async (place) => {
    await using bench = await Bench.open(place, { messages: 99, ms: DAY_MS });
    await bench.say("hall", "monday");
    bench.clock.pass(DAY_MS / 2);
    await bench.say("hall", "noon");
    bench.clock.pass(DAY_MS / 2);
    await bench.trimAll();
    assertEquals(await bench.texts("hall"), ["monday", "noon"]);
    bench.clock.pass(1);
    await bench.trimAll();
    assertEquals(await bench.texts("hall"), ["noon"]);
    bench.clock.pass(DAY_MS);
    await bench.trimAll();
    assertEquals(await bench.texts("hall"), []);
  });

  test("goes on numbering when nothing is kept", async (place) => {
    await using bench = await Bench.open(place, { messages: 99, ms: 1_000 });
    await bench.fill("hall", 3);
    bench.clock.pass(5_000);
    await bench.trimAll();
    const state = (await bench.follow("hall")).state;
    assertEquals([state.first, state.head], [4, 3]);
    if (place.persistent) await bench.reopen();
    assertEquals(await bench.say("hall", "next"), [{
      seq: 4,
      duplicate: false,
    }]);
    assertEquals(await bench.texts("hall"), ["next"]);
    assertEquals((await bench.store.rooms())[0]?.head, 4);
  });

  test("lists a room of which nothing is kept", async (place) => {
    await using bench = await Bench.open(place, { messages: 99, ms: 1_000 });
    await bench.say("hall", "a");
    const at = bench.clock.now();
    bench.clock.pass(5_000);
    await bench.trimAll();
    assertEquals(await bench.store.rooms(), [{ room: "hall", head: 1, at }]);
  });

  test("notifies followers of the log's start, and never beyond it", async (place) => {
    await using bench = await Bench.open(place, { messages: 3, ms: 0 });
    const hall = await bench.follow("hall");
    const yard = await bench.follow("yard");
    await bench.fill("hall", 5);
    await bench.fill("yard", 3);
    await bench.trimAll();
    assertEquals(hall.firsts.at(-1), 3);
    assertEquals(yard.firsts, []);
    assertEquals((await bench.follow("hall")).state.first, 3);
  });

  test("still follows and numbers what is trimmed in small steps", async (place) => {
    await using bench = await Bench.open(place, { messages: 10, ms: 0 });
    const feed = await bench.follow("hall");
    await bench.fill("hall", 3_000);
    bench.clock.pass(DAY_MS);
    for (let step = 1; step <= 20; step++) {
      await bench.store.trim();
      await bench.say("hall", `while ${step}`);
    }
    await bench.trimAll();
    const { messages, first } = await bench.store.read("hall", {
      after: 0,
      limit: 99,
    });
    assertEquals(feed.messages.length, 3_020);
    assertEquals([messages.length, first], [10, 3_011]);
    assert(feed.firsts.every((first, i, all) => first > (all[i - 1] ?? 0)));
  });

  test("reaches every room in the end", async (place) => {
    await using bench = await Bench.open(place, { messages: 1, ms: 0 });
    const rooms = Array.from({ length: 700 }, (_, i) => `room-${i}`);
    for (const text of ["old", "new"]) {
      await bench.store.append(rooms.map((room) => draft({ room, text })));
    }
    await bench.trimAll();
    for (const room of ["room-0", "room-350", "room-699"]) {
      assertEquals(await bench.texts(room), ["new"]);
    }
  });
}
