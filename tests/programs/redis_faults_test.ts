/**
 * What happens to a Redis under running nodes: messages are refused with an
 * error, never acked and lost; everything heals without a restart.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { RedisStore } from "../../server/store/redis.ts";
import {
  OutOfReachError,
  type Store,
  StoreOpenError,
} from "../../server/store/store.ts";
import { Relay } from "../../soak/relay.ts";
import { FakeClock } from "../helpers/clock.ts";
import { assertWithoutHoles, draft, KEEP_ALL } from "../store/bench.ts";
import { FleetBench, type Node } from "../store/fleet.ts";
import { insist } from "./insist.ts";
import { ignore, redis, redisPlace } from "./redis.ts";
import type { RedisServer } from "../helpers/redis_server.ts";

/** Every write on disk before it is answered. */
const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

/** Registers a test with a Redis and nodes on it. */
function test(
  title: string,
  run: (fleet: FleetBench, server: RedisServer) => Promise<void>,
  settings: readonly string[] = [],
): void {
  Deno.test({
    name: `${redis} faults: ${title}`,
    ignore,
    async fn() {
      const place = await redisPlace(...settings);
      await using fleet = new FleetBench(place);
      await run(fleet, place.server);
    },
  });
}

/** All that is stored in a room, in order. */
async function stored(store: Store, room = "hall"): Promise<string[]> {
  const { messages } = await store.read(room, { after: 0, limit: 1_000 });
  assertWithoutHoles(messages);
  return messages.map(({ text }) => text);
}

/** Cuts every connection. */
async function cutAll(server: RedisServer): Promise<void> {
  for (const type of ["normal", "pubsub"]) {
    await server.command("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
  }
}

/** Two nodes, and what they are fed of the hall. */
async function two(fleet: FleetBench) {
  const [a, b] = [await fleet.start(), await fleet.start()];
  return { a, b, feeds: [await a.follow("hall"), await b.follow("hall")] };
}

/** Has two nodes say things until both have said `count`; what is refused is
 * said again with the same cid. */
async function talk(nodes: readonly Node[], count: number): Promise<void> {
  await Promise.all(nodes.map(async (node, n) => {
    for (let i = 1; i <= count; i++) {
      await insist(() => node.say("hall", `${n}.${i}`));
    }
  }));
}

/** Has two nodes talk while there is trouble some times: each text is stored
 * once, and both are fed all of them. */
async function talkThrough(
  fleet: FleetBench,
  count: number,
  { times, trouble }: { times: number; trouble: () => Promise<void> },
) {
  const { a, b, feeds } = await two(fleet);
  let talking = true;
  const talks = talk([a, b], count).finally(() => talking = false);
  for (let n = 0; n < times && talking; n++) {
    await feeds[0]!.reaches(feeds[0]!.messages.length + 10);
    await trouble();
  }
  await talks;
  const texts = await stored(a.store);
  assertEquals(texts.length, 2 * count);
  assertEquals(new Set(texts).size, 2 * count);
  for (const feed of feeds) {
    await feed.reaches(2 * count);
    assertEquals(feed.texts, texts);
  }
  return { feeds };
}

test(
  "a Redis that is gone refuses at once, and all goes on when it is back",
  async (fleet, server) => {
    const { a, b, feeds } = await two(fleet);
    const { epoch } = feeds[0]!.state;
    await a.say("hall", "before");
    await server.kill();
    await assertRejects(() => a.say("hall", "during"));
    await assertRejects(() => a.store.check());
    await assertRejects(() => b.store.follow("yard", feeds[1]!));
    await server.start();
    await insist(() => a.say("hall", "during"));
    await insist(() => b.say("hall", "after"));
    assertEquals(await stored(a.store), ["before", "during", "after"]);
    for (const feed of feeds) {
      await feed.reaches(3);
      assertEquals(feed.texts, ["before", "during", "after"]);
      assertEquals([feed.state.epoch, feed.resets], [epoch, []]);
    }
  },
  DURABLE,
);

test(
  "a Redis that dies again and again loses nothing that was acked, and doubles nothing",
  async (fleet, server) => {
    const { feeds } = await talkThrough(fleet, 100, {
      times: 5,
      async trouble() {
        await server.kill();
        await server.start();
      },
    });
    for (const { resets } of feeds) assertEquals(resets, []);
  },
  DURABLE,
);

test(
  "connections that are cut again and again lose and double nothing",
  async (fleet, server) => {
    await talkThrough(fleet, 300, { times: 8, trouble: () => cutAll(server) });
  },
);

test(
  "a node whose connection was cut reads what it missed, with nobody saying more",
  async (fleet, server) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const feed = await b.follow("hall");
    await a.say("hall", "before");
    await feed.reaches(1);
    // Of b alone: it is the one that listens.
    await server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await a.say("hall", "1", "2", "3");
    await feed.reaches(4);
    assertEquals(feed.texts, ["before", "1", "2", "3"]);
  },
);

test(
  "a paused Redis refuses in a few seconds, and heals when it goes on",
  async (fleet, server) => {
    const { a, b, feeds } = await two(fleet);
    await a.say("hall", "before");
    {
      using _ = server.pause();
      const start = performance.now();
      await assertRejects(() => a.say("hall", "during"), Error, "not answer");
      assert(performance.now() - start < 5_000);
      // The connection is known to be dead by now.
      await assertRejects(() => a.say("hall", "also"));
    }
    await insist(() => a.say("hall", "during"));
    await insist(() => a.say("hall", "also"));
    await insist(() => b.say("hall", "after"));
    const texts = await stored(a.store);
    assertEquals(texts.toSorted(), ["after", "also", "before", "during"]);
    for (const feed of feeds) {
      await feed.reaches(4);
      assertEquals(feed.texts, texts);
    }
  },
);

test(
  "a node whose way to Redis is broken can tell, from a Redis that is away for all",
  async (fleet, server) => {
    const line = await Relay.start(0, () => [server.port]);
    const a = await RedisStore.open({
      address: `redis://127.0.0.1:${line.port}`,
      retention: KEEP_ALL,
      clock: new FakeClock(),
    });
    try {
      line.cut();
      // A call that was under way cannot tell.
      await insist(() => assertRejects(() => a.check(), OutOfReachError));
      line.mend();
      await insist(() => a.check());
      {
        using _ = server.pause();
        await assertRejects(() => a.check(), OutOfReachError);
      }
      await insist(() => a.check());
    } finally {
      await a.close();
      await line.end();
    }
    const b = await fleet.start();
    await server.kill();
    await insist(async () => {
      const error = await assertRejects(
        () => b.store.check(),
        Error,
        "cannot be reached",
      );
      // Until it was tried to connect again.
      assert(!(error instanceof OutOfReachError));
    });
    await server.start();
  },
);

test(
  "a full memory refuses whole ticks, and reading goes on",
  async (fleet, server) => {
    const a = await fleet.start();
    const feed = await a.follow("hall");
    const secret = await a.store.secret();
    await a.say("hall", "before");
    await server.command("CONFIG", "SET", "maxmemory", "1");
    const tick = [
      draft({ room: "new", text: "1", cid: "c-1" }),
      draft({ room: "hall", text: "2", cid: "c-2" }),
      draft({ room: "hall", text: "3" }),
    ];
    await assertRejects(() => a.store.append(tick), Error, "OOM");
    await assertRejects(() => a.store.check(), Error, "OOM");
    assertEquals(await stored(a.store), ["before"]);
    assertEquals(await stored(a.store, "new"), []);
    assertEquals((await (await fleet.start()).follow("hall")).state.head, 1);
    await a.store.trim();
    assertEquals(await (await fleet.start()).store.secret(), secret);
    // What was stored already is still known as such.
    assertEquals(await a.say("hall", "before"), [{ seq: 1, duplicate: true }]);
    await server.command("CONFIG", "SET", "maxmemory", "0");
    await a.store.check();
    assertEquals(await a.store.append(tick), [
      { seq: 1, duplicate: false },
      { seq: 2, duplicate: false },
      { seq: 3, duplicate: false },
    ]);
    assertEquals(feed.texts, ["before", "2", "3"]);
  },
);

test(
  "wiped data begin a new life of the log, on every node",
  async (fleet, server) => {
    const { a, b, feeds } = await two(fleet);
    const secret = await a.store.secret();
    await a.say("hall", "old", "older");
    await feeds[1]!.reaches(2);
    await server.command("FLUSHALL");
    assertEquals(await a.say("hall", "new"), [{ seq: 1, duplicate: false }]);
    assertEquals(feeds[0]!.texts, ["new"]);
    await feeds[1]!.until(() => feeds[1]!.texts[0] === "new");
    const [epoch] = feeds.map(({ resets }) => resets[0]?.epoch);
    for (const { resets } of feeds) {
      assertEquals(resets, [{ epoch: epoch!, first: 1, head: 0 }]);
    }
    const page = await b.store.read("hall", { after: 0, limit: 9 });
    assertEquals(page.epoch, epoch);
    assertEquals(await (await fleet.start()).store.secret(), secret);
  },
);

test(
  "wiped data are noticed in a room where nobody says a word",
  async (fleet, server) => {
    const a = await fleet.start();
    const feed = await a.follow("hall");
    const secret = await a.store.secret();
    await a.say("hall", "old");
    const before = feed.state.epoch;
    await server.command("FLUSHALL");
    // As the hub does every second.
    await a.store.trim();
    await feed.until(() => feed.resets.length > 0);
    assertEquals([feed.state.first, feed.state.head], [1, 0]);
    assertNotEquals(feed.state.epoch, before);
    await a.say("hall", "new");
    assertEquals(feed.texts, ["new"]);
    assertEquals(await (await fleet.start()).store.secret(), secret);
  },
);

test(
  "what was kept while a node was cut off it is told when it is back",
  async (fleet, server) => {
    const node = await fleet.start();
    const told = Promise.withResolvers<ReadonlyMap<string, string>>();
    const known = await node.store.watchKept(told.resolve);
    assertEquals(known, new Map());
    // As by a node whose message about it is not heard here.
    await server.command("HSET", "hubbub:kept", "lock/hall", "{}");
    await cutAll(server);
    assertEquals(await told.promise, new Map([["lock/hall", "{}"]]));
  },
);

test("wiped data are noticed by who reads", async (fleet, server) => {
  const a = await fleet.start();
  const feed = await a.follow("hall");
  await a.say("hall", "old");
  await server.command("FLUSHALL");
  await a.store.read("hall", { after: 0, limit: 9 });
  assertEquals(feed.resets.length, 1);
});

test(
  "a Redis that comes back without its last moments begins a new life",
  async (fleet, server) => {
    const a = await fleet.start();
    const feed = await a.follow("hall");
    await a.say("hall", "1", "2");
    await server.command("SAVE");
    await a.say("hall", "3", "4");
    await server.kill();
    await server.start();
    const [receipt] = await insist(() => a.say("hall", "new"));
    assertEquals(receipt, { seq: 3, duplicate: false });
    assertEquals(feed.resets.map(({ first, head }) => [first, head]), [[1, 2]]);
    assertEquals(feed.texts, ["new"]);
    assertEquals(await stored(a.store), ["1", "2", "new"]);
  },
);

test(
  "a lost end of a log that others have written anew is noticed",
  async (fleet, server) => {
    const a = await fleet.start();
    const feed = await a.follow("hall");
    await a.say("hall", "1", "2");
    await server.command("SAVE");
    await a.say("hall", "3", "4");
    await server.kill();
    await server.start();
    // Faster than the other one comes back, or not: both must do.
    const b = await fleet.start();
    await b.say("hall", "x", "y", "z");
    await insist(() => a.say("hall", "new"));
    const old = new Set(["3", "4"]);
    assertEquals(feed.resets.length, 1);
    assertEquals((await stored(a.store)).filter((text) => old.has(text)), []);
    assertEquals(feed.texts.at(-1), "new");
    assertWithoutHoles(feed.messages, feed.state.head + 1);
    assertNotEquals(feed.state.epoch, "");
  },
);

test(
  "messages that were stored and never published are read at the next one",
  async (fleet, server) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const feed = await b.follow("hall");
    await a.say("hall", "1");
    const key = "hubbub:room:{hall}";
    await server.command(
      ...["XADD", `${key}:messages`, "2-0", "from", "Ada", "text", "2"],
      ...["author", "ada", "at", "1"],
    );
    await server.command("HSET", `${key}:log`, "head", "2");
    await a.say("hall", "3");
    await feed.reaches(3);
    assertEquals(feed.texts, ["1", "2", "3"]);
  },
);

test("a log whose messages were evicted begins anew", async (fleet, server) => {
  const a = await fleet.start();
  const feed = await a.follow("hall");
  await a.say("hall", "old");
  await server.command("DEL", "hubbub:room:{hall}:messages");
  assertEquals(await stored(a.store), []);
  assertEquals(await a.say("hall", "old"), [{ seq: 1, duplicate: false }]);
  assertEquals(feed.texts, ["old"]);
});

test(
  "a log that has a hole gets another epoch, and goes on",
  async (fleet, server) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const feed = await b.follow("hall");
    await a.say("hall", "1");
    await feed.reaches(1);
    const before = feed.state.epoch;
    await server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await a.say("hall", "2", "3", "4");
    await server.command("XDEL", "hubbub:room:{hall}:messages", "3-0");
    await feed.until(() => feed.resets.length > 0);
    await b.say("hall", "5");
    assertEquals(feed.texts, ["5"]);
    assertNotEquals(feed.state.epoch, before);
  },
);

test("a node that is far behind catches up in pages", async (fleet, server) => {
  const [a, b] = [await fleet.start(), await fleet.start()];
  const feed = await b.follow("hall");
  await a.say("hall", "first");
  await feed.reaches(1);
  await server.command("CLIENT", "KILL", "TYPE", "pubsub");
  const texts = Array.from({ length: 2_500 }, (_, i) => `${i}`);
  await a.say("hall", ...texts);
  await a.say("hall", "x".repeat(300_000));
  await a.say("hall", "last");
  await feed.reaches(2_503);
  assertWithoutHoles(feed.messages);
});

Deno.test({
  name:
    `${redis} faults: a Redis that is not there is one line, without the password`,
  ignore,
  async fn() {
    const error = await assertRejects(
      () =>
        RedisStore.open({
          address: "redis://user:hunter2@127.0.0.1:1/0",
          retention: KEEP_ALL,
          clock: new FakeClock(),
        }),
      StoreOpenError,
    );
    assertMatch(error.message, /^Cannot open redis:\/\/user:…@127\.0\.0\.1:1/);
    assert(!error.message.includes("\n"));
  },
});
