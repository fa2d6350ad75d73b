/** What an event stream costs, how it shows that it lives, and how it ends. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { CLOSE } from "../../../../protocol/close_codes.ts";
import {
  CutStream,
  EventStream,
} from "../../../../server/http/api/event_stream.ts";
import { ApiBench } from "../../../helpers/benches/api_bench.ts";
import { EventReader } from "../../../helpers/events.ts";

const EVENTS = "/api/rooms/hall/events";
const KIB = 1024;

/** Publishes messages of 100 characters as a script would. */
async function fill(api: ApiBench, count: number): Promise<void> {
  const line = JSON.stringify({ from: "Bot", text: "x".repeat(100) });
  await api.ask("/api/rooms/hall/import", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: `${line}\n`.repeat(count),
  });
  await api.bench.turn();
}

Deno.test("promise 4: an unread stream buffers at most two pages", async () => {
  const api = new ApiBench();
  const response = await api.ask(EVENTS);
  for (let i = 0; i < 20; i++) await fill(api, 1_000);
  const [stream] = api.api.readers;
  assertEquals(stream?.writable, false);
  stream?.end(CLOSE.restart);
  const held = await response.bytes();
  assert(held.length > 64 * KIB, "it held what it could");
  assertLess(held.length, 200 * KIB);
});

Deno.test("promise 4: a stream that takes nothing for too long is cut off", async () => {
  const api = new ApiBench({ slowMs: 10_000 });
  const response = await api.ask(EVENTS);
  await fill(api, 2_000);
  await api.bench.pass(8_000);
  assertEquals(api.api.readers.length, 1);
  await api.bench.pass(4_000);
  assertEquals(api.api.readers, []);
  await assertRejects(() => response.bytes(), CutStream);
  api.api.stop();
});

Deno.test("promise 4: looking after many streams takes a share of each turn", async () => {
  const api = new ApiBench();
  const responses = [];
  for (let i = 0; i < 20; i++) responses.push(await api.ask(EVENTS));
  const { clock } = api.bench;
  const { check } = EventStream.prototype;
  const checked: EventStream[] = [];
  EventStream.prototype.check = function (slowMs) {
    checked.push(this);
    clock.spend(1);
    check.call(this, slowMs);
  };
  try {
    clock.pass(2_000);
    const turns = [checked.length];
    while (checked.length < 20) {
      const before = checked.length;
      assert(clock.endOneTurn(), "the next turn follows");
      turns.push(checked.length - before);
    }
    assert(Math.max(...turns) <= 5, `${turns}`);
    assertEquals(new Set(checked).size, 20);
  } finally {
    EventStream.prototype.check = check;
    api.api.stop();
    for (const stream of api.api.readers) stream.end(CLOSE.restart);
    for (const response of responses) await response.bytes();
  }
});

Deno.test("a slow stream that goes on reading is not cut off", async () => {
  const api = new ApiBench({ slowMs: 10_000 });
  const response = await api.ask(EVENTS);
  await using reader = new EventReader(response);
  await fill(api, 4_000);
  for (let i = 0; i < 10; i++) {
    await api.bench.pass(6_000);
    await reader.texts(400);
  }
  assertEquals(api.api.readers.length, 1);
});

Deno.test("an idle stream shows every 15 s that it lives", async () => {
  const api = new ApiBench();
  const response = await api.ask(EVENTS);
  await using reader = new EventReader(response);
  assertEquals((await reader.next())?.type, "joined");
  // Streams are looked after every two seconds, each time in another turn.
  for (let i = 0; i < 32; i++) {
    await api.bench.pass(2_000);
    assertEquals(api.bench.clock.waiting > 0, true);
  }
  await fill(api, 1);
  await reader.texts(1);
  assertEquals(reader.asides, [":", ":", ":", ":"]);
});

Deno.test("a stream that is given up leaves the room", async () => {
  const api = new ApiBench();
  const response = await api.ask(EVENTS);
  assertEquals(api.api.readers.length, 1);
  await response.body?.cancel();
  await api.bench.turn();
  assertEquals(api.api.readers, []);
});

Deno.test("a stream that was begun while the server stopped is answered 503", async () => {
  const api = new ApiBench();
  api.bench.store.held.add("follow");
  const answer = api.ask(EVENTS);
  while (api.api.readers.length === 0) await api.bench.turn();
  api.api.readers[0]?.end(CLOSE.restart);
  const response = await answer;
  assertEquals(response.status, 503);
  assertEquals((await response.json()).code, "stopping");
  await api.bench.store.release();
});
