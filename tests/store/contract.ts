/**
 * The contract of server/store/store.ts as tests that every adapter passes:
 * numbering and repeats. The rest of it stands next to this file: faults of one
 * draft or room in contract_isolation.ts, following in contract_feed.ts, reading
 * in contract_read.ts, the retention in contract_retention.ts, which rooms there are in
 * contract_rooms.ts, removing in
 * contract_moderation.ts; for several nodes at once in contract_fleet.ts.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { DEDUPE_MS } from "../../server/store/store.ts";
import { assertWithoutHoles, Bench, draft, type Place } from "./bench.ts";
import { feedContract } from "./contract_feed.ts";
import { isolationContract } from "./contract_isolation.ts";
import { moderationContract } from "./contract_moderation.ts";
import { readContract } from "./contract_read.ts";
import { retentionContract } from "./contract_retention.ts";
import { roomsContract } from "./contract_rooms.ts";

/** What a suite registers its tests with. */
export type Test = (
  title: string,
  run: (place: Place) => Promise<void>,
) => void;

/**
 * Registers the tests of one adapter.
 *
 * @param name The adapter, for the tests' names.
 * @param open Makes an empty place; each test has its own.
 * @param options `ignore` when this machine cannot run them.
 */
export function storeContract(
  name: string,
  open: () => Promise<Place>,
  { ignore = false }: { ignore?: boolean } = {},
): void {
  const test: Test = (title, run) =>
    Deno.test({
      name: `${name} store: ${title}`,
      ignore,
      fn: async () => await run(await open()),
    });
  appendContract(test);
  repeatContract(test);
  isolationContract(test);
  feedContract(test);
  readContract(test);
  retentionContract(test);
  roomsContract(test);
  moderationContract(test);
}

function appendContract(test: Test): void {
  test("numbers each room's messages 1, 2, 3 … on its own", async (place) => {
    await using bench = await Bench.open(place);
    const receipts = await bench.store.append([
      draft({ room: "hall" }),
      draft({ room: "yard" }),
      draft({ room: "hall" }),
    ]);
    assertEquals(receipts.map(({ seq }) => seq), [1, 1, 2]);
    assertEquals((await bench.say("hall", "a", "b")).map(({ seq }) => seq), [
      3,
      4,
    ]);
  });

  test("numbers without a hole when ticks overlap", async (place) => {
    await using bench = await Bench.open(place);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => bench.say("hall", `${i}a`, `${i}b`)),
    );
    const { messages } = await bench.store.read("hall", {
      after: 0,
      limit: 99,
    });
    assertEquals(messages.length, 40);
    assertWithoutHoles(messages);
  });

  test("keeps messages and their times", async (place) => {
    await using bench = await Bench.open(place);
    const text = "Zwei Zeilen\nund 👩‍💻 \u{1F98A} \u0007";
    await bench.store.append([
      draft({ room: "hall", from: "李小龍", text, author: "lee", cid: "c-1" }),
    ]);
    const { messages } = await bench.store.read("hall", { after: 0, limit: 1 });
    assertEquals(messages, [{
      room: "hall",
      seq: 1,
      from: "李小龍",
      text,
      at: bench.clock.now(),
      author: "lee",
      cid: "c-1",
    }]);
  });

  test("goes on after being opened again", async (place) => {
    if (!place.persistent) return await place[Symbol.asyncDispose]();
    await using bench = await Bench.open(place);
    await bench.say("hall", "a", "b");
    const { epoch } = await bench.follow("hall").then(({ state }) => state);
    await bench.reopen();
    assertEquals((await bench.follow("hall")).state, {
      epoch,
      first: 1,
      head: 2,
    });
    await bench.say("hall", "c");
    assertEquals(await bench.texts("hall"), ["a", "b", "c"]);
  });

  test("gives every log an epoch of its own", async (place) => {
    await using bench = await Bench.open(place);
    const hall = await bench.follow("hall");
    const yard = await bench.follow("yard");
    assertNotEquals(hall.state.epoch, "");
    assertNotEquals(hall.state.epoch, yard.state.epoch);
    await bench.say("hall", "a");
    bench.store.unfollow("hall");
    assertEquals((await bench.follow("hall")).state.epoch, hall.state.epoch);
  });

  test("has a secret of 32 bytes that stays the same", async (place) => {
    await using bench = await Bench.open(place);
    const secret = await bench.store.secret();
    assertEquals(secret.length, 32);
    assertNotEquals(secret, new Uint8Array(32));
    if (place.persistent) await bench.reopen();
    assertEquals(await bench.store.secret(), secret);
  });
}

function repeatContract(test: Test): void {
  const once = draft({ room: "hall", text: "once", cid: "c-1" });

  test("drops a repeat within a tick", async (place) => {
    await using bench = await Bench.open(place);
    assertEquals(
      await bench.store.append([once, draft({ room: "hall" }), once]),
      [
        { seq: 1, duplicate: false },
        { seq: 2, duplicate: false },
        { seq: 1, duplicate: true },
      ],
    );
    assertEquals(await bench.texts("hall"), ["once", "hi"]);
  });

  test("drops a repeat in a later tick, and feeds nothing", async (place) => {
    await using bench = await Bench.open(place);
    await bench.store.append([once]);
    const feed = await bench.follow("hall");
    assertEquals(await bench.store.append([once]), [{
      seq: 1,
      duplicate: true,
    }]);
    assertEquals(feed.batches, []);
  });

  test("counts no repeat as a new message of the room", async (place) => {
    await using bench = await Bench.open(place);
    await bench.store.append([once]);
    const at = bench.clock.now();
    bench.clock.pass(1_000);
    await bench.store.append([once]);
    assertEquals(await bench.store.rooms(), [{ room: "hall", head: 1, at }]);
  });

  test("knows a repeat by room, author and cid together", async (place) => {
    await using bench = await Bench.open(place);
    const receipts = await bench.store.append([
      once,
      { ...once, room: "yard" },
      { ...once, author: "bob" },
      { ...once, cid: "c-2" },
      { ...once, cid: undefined },
      { ...once, cid: undefined },
    ]);
    assertEquals(receipts.map(({ duplicate }) => duplicate), [
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test("knows a repeat after being opened again", async (place) => {
    if (!place.persistent) return await place[Symbol.asyncDispose]();
    await using bench = await Bench.open(place);
    await bench.say("hall", "first");
    await bench.store.append([once]);
    await bench.reopen();
    assertEquals(await bench.store.append([once]), [{
      seq: 2,
      duplicate: true,
    }]);
  });

  test("detects a repeat for 10 minutes, also of a message that retention removed", async (place) => {
    await using bench = await Bench.open(place, { messages: 2, ms: 60_000 });
    await bench.store.append([once]);
    await bench.fill("hall", 5);
    bench.clock.pass(DEDUPE_MS - 1);
    await bench.trimAll();
    assertEquals(await bench.texts("hall"), []);
    if (place.persistent) await bench.reopen();
    assertEquals(await bench.store.append([once]), [{
      seq: 1,
      duplicate: true,
    }]);
    assertEquals((await bench.follow("hall")).state.head, 6);
  });

  const MOMENT_MS = 1;

  test("stores a repeat anew after 20 minutes, also in a quiet room that keeps all", async (place) => {
    await using bench = await Bench.open(place);
    for (const room of ["followed", "unfollowed"]) {
      const again = { ...once, room };
      if (room === "followed") await bench.follow(room);
      for (let seq = 1; seq <= 3; seq++) {
        assertEquals(await bench.store.append([again, again]), [
          { seq, duplicate: false },
          { seq, duplicate: true },
        ]);
        bench.clock.pass(DEDUPE_MS - MOMENT_MS);
        assertEquals(await bench.store.append([again]), [
          { seq, duplicate: true },
        ]);
        bench.clock.pass(DEDUPE_MS + 2 * MOMENT_MS);
      }
    }
  });

  test("stores a repeat anew after 20 minutes, also when it was opened again", async (place) => {
    if (!place.persistent) return await place[Symbol.asyncDispose]();
    await using bench = await Bench.open(place);
    await bench.store.append([once]);
    bench.clock.pass(2 * DEDUPE_MS + MOMENT_MS);
    await bench.reopen();
    assertEquals(await bench.store.append([once]), [
      { seq: 2, duplicate: false },
    ]);
  });

  test("knows each repeat for 10 to 20 minutes while others come all the time", async (place) => {
    await using bench = await Bench.open(place, { messages: 10, ms: 0 });
    const [ages, stepMs]: [number[], number] = [[], DEDUPE_MS / 8];
    const stored = new Map<string, number>();
    for (let step = 0; step < 60; step++) {
      const now = bench.clock.now();
      const names = Array.from({ length: 17 }, (_, n) => `c${step - n}`);
      const cids = names.filter((cid) => Number(cid.slice(1)) >= 0);
      const receipts = await bench.store.append(
        cids.map((cid) => draft({ room: "hall", cid })),
      );
      for (const [index, cid] of cids.entries()) {
        const age = now - (stored.get(cid) ?? now);
        if (receipts[index]?.duplicate) ages.push(age);
        else {
          assert(age === 0 || age >= DEDUPE_MS, `${cid} after ${age} ms`);
          stored.set(cid, now);
        }
      }
      if (step % 3 === 0) await bench.store.trim();
      bench.clock.pass(stepMs);
    }
    assert(Math.max(...ages) <= 2 * DEDUPE_MS);
  });

  test("knows a repeat when the date is set forth or back meanwhile", async (place) => {
    await using bench = await Bench.open(place, { messages: 2, ms: 60_000 });
    let seq = 1;
    for (const ms of place.datesSet ?? [60 * 60_000, -60 * 60_000]) {
      const again = { ...once, cid: `c${ms}` };
      await bench.store.append([again]);
      bench.clock.setForth(ms);
      await bench.trimAll();
      bench.clock.pass(DEDUPE_MS - MOMENT_MS);
      assertEquals(await bench.store.append([again]), [
        { seq: seq++, duplicate: true },
      ]);
    }
    for (const ms of place.datesSet ?? [60 * 60_000, -60 * 60_000]) {
      const again = { ...once, cid: `d${ms}` };
      await bench.store.append([again]);
      bench.clock.setForth(ms);
      bench.clock.pass(2 * DEDUPE_MS + MOMENT_MS);
      assertEquals(await bench.store.append([again]), [
        { seq: ++seq, duplicate: false },
      ]);
      seq++;
    }
  });
}
