/** The hub: messages on their way from one session to the others. */

import { assertEquals, assertThrows } from "@std/assert";
import { HubbubError } from "../../../protocol/errors.ts";
import { settled } from "../../helpers/doubles/clock.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { FakeReader, numbers } from "../../helpers/doubles/reader.ts";

Deno.test("promise 1: delivers and acknowledges a message only after it is stored", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  const bob = await bench.enter("Bob");
  ada.reader.frames = [];
  bench.store.held.add("append");
  bench.say(ada.session, "hi");
  await bench.turn();
  assertEquals([ada.reader.frames, bob.reader.frames], [[], []]);
  await bench.store.release();
  assertEquals(bob.reader.texts, ["hi"]);
  assertEquals(ada.reader.events.map(({ type }) => type), ["ack", "message"]);
});

Deno.test("promise 7: a message the store refuses gets an error and is not delivered", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  const bob = await bench.enter("Bob");
  ada.reader.frames = [];
  bench.store.failing.add("append");
  bench.say(ada.session, "hi");
  await bench.turn();
  const [error] = ada.reader.all("error");
  assertEquals([error?.code, error?.retryable, error?.cid], [
    "store_unavailable",
    true,
    "hi",
  ]);
  assertEquals(bob.reader.frames, []);
  assertEquals(bench.hub.healthy, false);
  bench.store.failing.clear();
  await bench.pass(1_000);
  assertEquals(bench.hub.healthy, true, "finds out by itself");
  bench.say(ada.session, "hi");
  await bench.turn();
  assertEquals(bob.reader.seqs, [1]);
});

Deno.test("promise 2: a repeated message is acknowledged with the first seq and delivered once", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  bench.say(ada.session, "hi");
  bench.say(ada.session, "hi");
  await bench.turn();
  bench.say(ada.session, "hi");
  await bench.turn();
  assertEquals(ada.reader.texts, ["hi"]);
  assertEquals(
    ada.reader.all("ack").map(({ seq, duplicate }) => [seq, duplicate]),
    [[1, undefined], [1, true], [1, true]],
  );
});

/** What a join consists of when everything takes its time. */
function joinSteps(bench: HubBench, reader: FakeReader) {
  const steps: (() => unknown)[] = [];
  const { session } = bench.hello({ name: "Late" }, reader);
  steps.push(() =>
    bench.hub.join(session, { type: "join", room: "hall", limit: 1_000 })
  );
  steps.push(() => bench.clock.endTurn());
  for (let i = 0; i < 30; i++) {
    steps.push(
      () => bench.store.release(),
      () => bench.clock.endTurn(),
      () => reader.room = i % 2,
      () => bench.clock.pass(20),
    );
  }
  steps.push(() => reader.room = Infinity);
  return steps;
}

for (const steps of [1, 2, 3, 5]) {
  Deno.test(`promise 2: messages published at every ${steps}. step of a join come once, in order`, async () => {
    const bench = new HubBench();
    const ada = await bench.enter("Ada");
    for (const n of numbers(1, 1_100)) bench.say(ada.session, `old ${n}`);
    await bench.turn();
    for (const what of ["append", "follow", "read"] as const) {
      bench.store.held.add(what);
    }
    const reader = new FakeReader();
    reader.room = 1;
    let said = 0;
    for (const [index, step] of joinSteps(bench, reader).entries()) {
      if (index % steps === 0) bench.say(ada.session, `new ${++said}`);
      step();
      await settled();
    }
    for (let i = 0; i < 100; i++) {
      await bench.store.release();
      await bench.pass(20);
    }
    const [joined] = reader.all("joined");
    const from = (joined?.after ?? 0) + 1;
    assertEquals(reader.seqs, numbers(from, 1_100 + said));
    assertEquals(ada.reader.seqs, numbers(1, 1_100 + said));
  });
}

Deno.test("promise 2: a join and a message in one turn leave no gap and no double", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  const bob = bench.hello({ name: "Bob" });
  bench.say(ada.session, "before");
  bench.hub.join(bob.session, { type: "join", room: "hall" });
  bench.say(ada.session, "after");
  await bench.turn();
  assertEquals(bob.reader.texts, ["before", "after"]);
});

for (
  const [title, request, code] of [
    ["no text", { room: "hall", text: " \n" }, "empty"],
    ["too much text", { room: "hall", text: "x".repeat(101) }, "too_long"],
    ["a bad room", { room: "a b", text: "x" }, "bad_room"],
    ["no room", { text: "x" }, "not_joined"],
  ] as const
) {
  Deno.test(`promise 7: Hub.publish() refuses ${title}`, async () => {
    const bench = new HubBench();
    const { session } = await bench.enter("Ada");
    const error = assertThrows(
      () => bench.hub.publish(session, { type: "publish", ...request }),
      HubbubError,
    );
    assertEquals(error.code, code);
  });
}

Deno.test("promise 7: a client in no room gets an error that says so", async () => {
  const bench = new HubBench();
  const { session } = await bench.enter("Ada");
  assertThrows(
    () => bench.hub.publish(session, { type: "publish", text: "x" }),
    HubbubError,
    "You are not in a room. Join one first",
  );
});

Deno.test("Hub.publish() counts characters, not UTF-16 units", async () => {
  const bench = new HubBench();
  const { session, reader } = await bench.enter("Ada");
  bench.say(session, "🦊".repeat(100));
  await bench.turn();
  assertEquals(reader.texts, ["🦊".repeat(100)]);
});

Deno.test("Hub.join() replaces the room for dialects with one room at a time", async () => {
  const bench = new HubBench();
  const { session, reader } = await bench.enter("Ada");
  bench.hub.join(session, { type: "join", room: "yard", only: true });
  await bench.turn();
  assertEquals([...session.members.keys()], ["yard"]);
  assertEquals(session.current, "yard");
  assertEquals(reader.all("joined").map(({ room }) => room), ["yard"]);
});

Deno.test("Hub.history() answers with a page, its ids kept", async () => {
  const bench = new HubBench();
  const { session, reader } = await bench.enter("Ada");
  for (const n of numbers(1, 9)) bench.say(session, `${n}`);
  await bench.turn();
  reader.frames = [];
  const ask = (more: object) =>
    bench.hub.history(session, {
      type: "history",
      room: "hall",
      id: "q",
      limit: 2,
      ...more,
    });
  ask({});
  ask({ before: 4 });
  ask({ after: 4 });
  await settled();
  const pages = reader.all("history");
  assertEquals(pages.map(({ messages }) => messages.map(({ seq }) => seq)), [
    [8, 9],
    [2, 3],
    [5, 6],
  ]);
  assertEquals(pages.map(({ id, first, head }) => [id, first, head]), [
    ["q", 1, 9],
    ["q", 1, 9],
    ["q", 1, 9],
  ]);
  assertEquals(reader.frames.join().includes("author"), false);
});

Deno.test("promise 7: Hub.history() says so when the store does not answer", async () => {
  const bench = new HubBench();
  const { session, reader } = await bench.enter("Ada");
  bench.store.failing.add("read");
  bench.hub.history(session, { type: "history", room: "hall", id: 1 });
  await settled();
  const [error] = reader.all("error");
  assertEquals([error?.code, error?.id], ["store_unavailable", 1]);
});

for (const what of ["who", "typing"] as const) {
  Deno.test(`promise 7: Hub.${what}() refuses sessions that are not in the room`, () => {
    const bench = new HubBench();
    const { session } = bench.hello({ name: "Ada" });
    const error = assertThrows(
      () => bench.hub[what](session, "hall"),
      HubbubError,
    );
    assertEquals(error.code, "not_joined");
  });
}

Deno.test("promise 8: Hub.settle() waits for published messages and refuses later ones", async () => {
  const bench = new HubBench();
  const { session, reader } = await bench.enter("Ada");
  bench.store.held.add("append");
  bench.say(session, "last");
  let stopped = false;
  const stopping = bench.hub.settle().then(() => stopped = true);
  const error = assertThrows(() => bench.say(session, "late"), HubbubError);
  assertEquals(error.code, "stopping");
  await bench.turn();
  assertEquals(stopped, false);
  await bench.store.release();
  await stopping;
  assertEquals(reader.all("ack").length, 1);
  bench.hub.stop();
  assertEquals(bench.clock.waiting, 0);
});
