/**
 * That the truth checker can fail: real servers in this process, over stores
 * that are wrong on purpose, and real clients of the soak that talk to them.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { writeText } from "../../soak/texts.ts";
import { room, SoakBench } from "../helpers/benches/soak_bench.ts";
import {
  AcksFirst,
  FeedsOneOff,
  ReadsOneOff,
  ReplaysThenSubscribes,
  SharedStore,
  SkipsHoles,
  SoundStore,
} from "./broken_stores.ts";

Deno.test("a sound server violates nothing", async () => {
  await using bench = await SoakBench.start(new SoundStore());
  const ada = await bench.join("ada");
  await bench.join("bob");
  await bench.say(ada);
  await bench.restart();
  await bench.say(ada);
  ada.repeat("restart");
  await bench.until(() => ada.settled);
  const late = await bench.join("late", { fromStart: true });
  await bench.until(() => bench.check.complete(late.id, room));
  await bench.until(() => bench.check.complete("bob", room));
  assertEquals(bench.found(), "");
  assertEquals(bench.check.resumes, { full: 3, partial: 0, none: 0 });
});

Deno.test("a server that acks before it appends is found out after a crash", async () => {
  const store = new AcksFirst();
  await using bench = await SoakBench.start(store);
  const ada = await bench.join("ada");
  await bench.say(ada);
  store.busy = true;
  await bench.say(ada);
  store.busy = false;
  await bench.restart();
  await bench.say(ada);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 2, reader "the ack to ada": carries "ada.3.20", but "ada.2.20" for the ack to ada',
  );
});

Deno.test("an ack whose message never arrives is reported, without a crash too", async () => {
  const store = new AcksFirst();
  await using bench = await SoakBench.start(store);
  const ada = await bench.join("ada");
  store.busy = true;
  await bench.say(ada);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 1, reader "ada": never got it: it ended at seq 0, the newest is 1, known from the ack to ada',
  );
});

Deno.test("a server that replays and then subscribes is found out", async () => {
  const store = new ReplaysThenSubscribes();
  await using bench = await SoakBench.start(store);
  store.inBetween = () => {
    bench.check.sent("eve.1.20");
    const text = writeText("eve", 1, 20);
    return store.append([{ room, from: "eve", author: "eve", text }])
      .then(([receipt]) => {
        const seq = receipt?.seq ?? 0;
        bench.check.acked({ author: "eve", room, seq, text: "eve.1.20" });
      });
  };
  const ada = await bench.join("ada");
  await bench.say(ada);
  await bench.until(() => bench.check.violationCount > 0);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 1, reader "ada": carries "ada.1.20", but "eve.1.20" for the ack to eve',
  );
});

Deno.test("a feed that is off by one is found out", async () => {
  await using bench = await SoakBench.start(new FeedsOneOff());
  const ada = await bench.join("ada");
  await bench.say(ada);
  await bench.until(() => bench.check.violationCount > 0);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 2, reader "ada": "ada.1.20" is stored twice: as seq 1 too, known from the ack to ada',
  );
});

Deno.test("a cursor into the log that is off by one is found out", async () => {
  await using bench = await SoakBench.start(new ReadsOneOff());
  const ada = await bench.join("ada");
  await bench.say(ada);
  await bench.say(ada);
  // What is in memory is right: only a room that is opened anew is read.
  await bench.restart();
  const late = await bench.join("late", { fromStart: true });
  await bench.until(() => bench.check.violationCount > 0);
  assertStringIncludes(
    bench.found(),
    `room "hall", seq 1, reader "${late.id}": carries "ada.2.20", but "ada.1.20" for the ack to ada`,
  );
});

Deno.test("a sound fleet violates nothing", async () => {
  const engine = new SharedStore();
  await using bench = await SoakBench.start(engine, engine);
  const ada = await bench.join("ada");
  const bob = await bench.join("bob", { node: 1 });
  for (const client of [ada, bob, ada]) await bench.say(client);
  await bench.until(() =>
    [ada, bob].every(({ id }) => bench.check.complete(id, room))
  );
  assertEquals(bench.found(), "");
});

Deno.test("a node that skips a hole without reading it is found out", async () => {
  const engine = new SharedStore();
  const node = new SkipsHoles(engine);
  await using bench = await SoakBench.start(engine, node);
  const ada = await bench.join("ada");
  await bench.join("bob", { node: 1 });
  node.deaf = true;
  await bench.say(ada);
  node.deaf = false;
  await bench.say(ada);
  await bench.until(() => bench.check.violationCount > 0);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 1, reader "bob": carries "ada.2.20", but "ada.1.20" for',
  );
});

Deno.test("a node that stays behind the others is found out", async () => {
  const engine = new SharedStore();
  const node = new SkipsHoles(engine);
  await using bench = await SoakBench.start(engine, node);
  const ada = await bench.join("ada");
  await bench.join("bob", { node: 1 });
  node.deaf = true;
  await bench.say(ada);
  assertStringIncludes(
    bench.found(),
    'room "hall", seq 1, reader "bob": never got it: it ended at seq 0, the newest is 1, known from',
  );
});
