/** Following a room, whatever an engine tells of it and when. */

import { assertEquals, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers";
import {
  type Engine,
  type EnginePage,
  Follower,
  type News,
} from "../../server/store/follower.ts";
import type { StoredMessage } from "../../server/store/store.ts";
import { NodeFeed } from "./fleet.ts";

/** A log that can be read, and done things to. */
class FakeEngine implements Engine {
  epoch = "e1";
  first = 1;
  born = 0;
  log: StoredMessage[] = [];
  reads = 0;
  failing = false;

  read(after: number, limit: number): Promise<EnginePage> {
    this.reads++;
    if (this.failing) return Promise.reject(new Error("Out of reach"));
    const { epoch, first, born } = this;
    const messages = this.log
      .filter(({ seq }) => seq > after && seq >= first)
      .slice(0, limit);
    const head = this.log.at(-1)?.seq ?? first - 1;
    return Promise.resolve({ epoch, first, head, born, messages });
  }

  begin(): Promise<void> {
    this.epoch = "begun";
    return Promise.resolve();
  }

  renew(epoch: string): Promise<void> {
    this.epoch = `${epoch}+`;
    this.born = this.log.at(-1)?.seq ?? 0;
    return Promise.resolve();
  }

  /** Stores texts; what would be told of them. */
  add(...texts: string[]): News {
    const before = this.log.at(-1)?.seq ?? this.first - 1;
    const messages = texts.map((text, index) => ({
      room: "hall",
      seq: before + index + 1,
      from: "Ada",
      text,
      at: 1_000,
      author: "ada",
    }));
    this.log.push(...messages);
    const { epoch, first } = this;
    return { epoch, first, head: before + texts.length, messages };
  }
}

/** Ends the turn of the event loop, and all promises that wait for nothing. */
function turn(): Promise<void> {
  return new Promise((done) => setImmediate(() => setImmediate(done)));
}

async function following(): Promise<{
  engine: FakeEngine;
  feed: NodeFeed;
  follower: Follower;
}> {
  const engine = new FakeEngine();
  const feed = new NodeFeed();
  const follower = new Follower(feed, engine);
  follower.start({ epoch: "e1", first: 1, head: 0 });
  await turn();
  return { engine, feed, follower };
}

Deno.test("Follower feeds nothing before the follower has the state, and then all", async () => {
  const engine = new FakeEngine();
  const feed = new NodeFeed();
  const follower = new Follower(feed, engine);
  follower.hear(engine.add("a"));
  follower.start({ epoch: "e1", first: 1, head: 0 });
  follower.hear(engine.add("b"));
  await Promise.resolve();
  assertEquals(feed.texts, []);
  await follower.learn(engine.add("c"));
  assertEquals(feed.texts, ["a", "b", "c"]);
});

Deno.test("Follower feeds news at once, and each message once", async () => {
  const { engine, feed, follower } = await following();
  const a = engine.add("a");
  const b = engine.add("b", "c");
  follower.hear(a);
  follower.hear(b);
  follower.hear(b);
  follower.hear(a);
  assertEquals(feed.batches.map((batch) => batch.length), [1, 2]);
  assertEquals([feed.texts, engine.reads], [["a", "b", "c"], 0]);
});

Deno.test("Follower feeds only what is new of news that overlap", async () => {
  const { engine, feed, follower } = await following();
  const a = engine.add("a");
  const { messages } = engine.add("b");
  follower.hear(a);
  follower.hear({ ...a, head: 2, messages: [...a.messages, ...messages] });
  assertEquals(feed.texts, ["a", "b"]);
});

Deno.test("Follower reads missing messages before news that came too early", async () => {
  const { engine, feed, follower } = await following();
  engine.add("a");
  follower.hear(engine.add("b"));
  await feed.reaches(2);
  assertEquals(feed.texts, ["a", "b"]);
});

Deno.test("Follower reads when it only hears that there is more", async () => {
  const { engine, feed, follower } = await following();
  await follower.learn({ ...engine.add("a", "b"), messages: [] });
  assertEquals(feed.texts, ["a", "b"]);
});

Deno.test("Follower reads once for many that miss the same", async () => {
  const { engine, feed, follower } = await following();
  const news = { ...engine.add("a"), messages: [] };
  await Promise.all(Array.from({ length: 9 }, () => follower.learn(news)));
  assertEquals([feed.texts, engine.reads], [["a"], 1]);
});

Deno.test("Follower reports a failed read to its waiters, and reads again later", async () => {
  const { engine, feed, follower } = await following();
  engine.failing = true;
  const news = { ...engine.add("a"), messages: [] };
  await assertRejects(() => follower.learn(news), Error, "Out of reach");
  follower.hear(news);
  await turn();
  engine.failing = false;
  follower.hear(engine.add("b"));
  await feed.reaches(2);
  assertEquals(feed.texts, ["a", "b"]);
});

Deno.test("Follower reports a later start of the log, and no earlier one", async () => {
  const { engine, feed, follower } = await following();
  follower.hear(engine.add("a", "b", "c"));
  const state = { epoch: "e1", head: 3, messages: [] };
  for (const first of [1, 2, 2, 1, 3]) follower.hear({ ...state, first });
  assertEquals(feed.firsts, [2, 3]);
});

Deno.test("Follower continues with kept messages when it has missed more", async () => {
  const { engine, feed, follower } = await following();
  follower.hear(engine.add("a"));
  engine.add("b", "c", "d");
  engine.first = 4;
  await follower.backfill();
  assertEquals(feed.resets, [{ epoch: "e1", first: 4, head: 3 }]);
  assertEquals(feed.texts, ["d"]);
});

Deno.test("Follower feeds all of the next life of a log", async () => {
  const { engine, feed, follower } = await following();
  follower.hear(engine.add("old"));
  Object.assign(engine, { epoch: "e2", log: [] });
  follower.hear(engine.add("a", "b"));
  await feed.reaches(2);
  assertEquals(feed.resets, [{ epoch: "e2", first: 1, head: 0 }]);
  assertEquals(feed.texts, ["a", "b"]);
});

Deno.test("Follower begins a log that is gone", async () => {
  const { engine, feed, follower } = await following();
  follower.hear(engine.add("old"));
  Object.assign(engine, { epoch: "", log: [] });
  await follower.backfill();
  assertEquals(feed.resets, [{ epoch: "begun", first: 1, head: 0 }]);
});

for (
  const [title, change] of [
    ["has gone back", (log: StoredMessage[]) => log.slice(0, 1)],
    [
      "was written anew",
      (log: StoredMessage[]) =>
        log.map((message) =>
          message.seq === 2 ? { ...message, text: "other" } : message
        ),
    ],
    [
      "has a hole",
      (log: StoredMessage[]) => log.filter(({ seq }) => seq !== 3),
    ],
  ] as const
) {
  Deno.test(`Follower has a log renewed that ${title}`, async () => {
    const { engine, feed, follower } = await following();
    follower.hear(engine.add("a", "b"));
    engine.add("c", "d");
    engine.log = change(engine.log);
    follower.markStale();
    await follower.backfill();
    const head = engine.log.at(-1)?.seq ?? 0;
    assertEquals(feed.resets, [{ epoch: "e1+", first: 1, head }]);
    await follower.learn(engine.add("e"));
    assertEquals(feed.texts, ["e"]);
  });
}

Deno.test("Follower ignores notifications while its log is unverified", async () => {
  const { engine, feed, follower } = await following();
  follower.hear(engine.add("a", "b"));
  follower.markStale();
  // Another b, and what follows it.
  engine.log.pop();
  engine.add("other");
  await follower.learn(engine.add("c"));
  assertEquals(feed.resets.length, 1);
  assertEquals(feed.texts, []);
});

Deno.test("Follower feeds nothing when it is stopped, and waits for nothing", async () => {
  const engine = new FakeEngine();
  const feed = new NodeFeed();
  const follower = new Follower(feed, engine);
  const learning = follower.learn(engine.add("a"));
  follower.stop();
  await learning;
  await follower.backfill();
  assertEquals([feed.texts, engine.reads], [[], 0]);
});

Deno.test("Follower knows its log again when the last text it had was removed meanwhile", async () => {
  const { engine, feed, follower } = await following();
  follower.hear(engine.add("a", "secret"));
  const [, last] = engine.log;
  engine.log[1] = { ...last!, text: "", removed: true };
  engine.add("A message was removed");
  follower.markStale();
  await follower.backfill();
  assertEquals([feed.texts, feed.resets], [
    ["a", "secret", "A message was removed"],
    [],
  ]);
});
