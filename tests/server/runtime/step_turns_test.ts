/** Answers that are written piece by piece let the event loop turn. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { StepTurns } from "../../../server/runtime/step_turns.ts";
import { V1Client } from "../../helpers/clients.ts";
import { filledStore } from "../../helpers/doubles/filled_store.ts";
import { InProcessServer } from "../../helpers/in_process.ts";

const MESSAGES = 2_000;
/** Pages, of 2,500, that may be read for others while one ping is answered.
 * Each side of the conversation, both in this process, needs some turns, and in
 * each of them up to 16 pages are read. Without turns all are. */
const MOST_PAGES = 600;

/** Event loop turns and a clock by hand. */
function byHand() {
  let later: (() => void)[] = [];
  const time = { now: 0 };
  const turns = new StepTurns({
    most: 8,
    ms: 2,
    soon: (act) => later.push(act),
    now: () => time.now,
  });
  const turn = async () => {
    const now = later;
    later = [];
    for (const act of now) {
      act();
      await Promise.resolve();
      await Promise.resolve();
    }
    return later.length;
  };
  return { turns, turn, time };
}

Deno.test("StepTurns admits a few writes per turn, in order", async () => {
  const { turns, turn } = byHand();
  const wrote: number[] = [];
  const write = async (id: number) => {
    for (let piece = 0; piece < 10; piece++) {
      await turns.next({ group: `192.0.2.${id}`, member: "" });
      wrote.push(id);
    }
  };
  const all = Promise.all([write(1), write(2), write(3)]);
  for (const most of [8, 16, 24, 30]) {
    await turn();
    assertEquals(wrote.length, most);
  }
  assertEquals(wrote, Array.from({ length: 30 }, (_, i) => i % 3 + 1));
  await all;
  // Nothing is planned while nobody writes.
  assertEquals(await turn(), 0);
});

Deno.test("promise 9: many answers to one address have one share of the pieces", async () => {
  const { turns, turn } = byHand();
  const eves = Array.from(
    { length: 200 },
    (_, n) => turns.next({ group: "192.0.2.1", member: `${n}` }),
  );
  let isDone = false;
  turns.next({ group: "192.0.2.2", member: "" }).then(() => isDone = true);
  await turn();
  assertEquals(isDone, true);
  for (let left = 0; left < 30; left++) await turn();
  await Promise.all(eves);
});

Deno.test("StepTurns ends a turn after 2 ms", async () => {
  const { turns, turn, time } = byHand();
  let wrote = 0;
  for (let count = 0; count < 5; count++) {
    turns.next({ group: "192.0.2.1", member: "" }).then(() => {
      wrote++;
      time.now += 1.5;
    });
  }
  for (const most of [2, 4, 5]) {
    await turn();
    assertEquals(wrote, most);
  }
});

/** A store with a room of 4 MB that counts its reads. */
async function counting() {
  const store = await filledStore(MESSAGES, "x".repeat(2_000));
  const counts = { reads: 0 };
  const read = store.read.bind(store);
  store.read = (...args) => {
    counts.reads++;
    return read(...args);
  };
  return { store, counts };
}

Deno.test("promise 4: a ping waits for few pages of 10 exports over ws", async () => {
  const { store, counts } = await counting();
  await using server = await InProcessServer.start({
    transport: "ws",
    with: store,
  });
  await using ada = await V1Client.in("yard", {
    url: server.socket("/ws"),
    name: "Ada",
  });
  let open = 10;
  const exports = Array.from({ length: open }, async () => {
    const response = await fetch(server.url("/api/rooms/hall/export"));
    const text = await response.text();
    open--;
    return text.trimEnd().split("\n").length;
  });
  let pings = 0;
  while (open > 0 && pings < 100) {
    const before = counts.reads;
    ada.send({ type: "ping", id: ++pings });
    await ada.next("pong");
    assertLess(counts.reads - before, MOST_PAGES);
  }
  assert(pings > 5, `${pings}`);
  assertEquals(new Set(await Promise.all(exports)), new Set([MESSAGES]));
});
