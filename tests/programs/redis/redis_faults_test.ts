/**
 * What happens to a Redis under running nodes: messages are refused with an
 * error, never acked and lost; everything heals without a restart. What a Redis
 * loses itself is redis_losses_test.ts'.
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RedisStore } from "../../../server/store/redis/redis_store.ts";
import {
  OutOfReachError,
  StoreOpenError,
} from "../../../server/store/store.ts";
import { Relay } from "../../../soak/servers/relay.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { assertWithoutHoles, draft, KEEP_ALL } from "../../store/bench.ts";
import type { FleetBench, Node } from "../../store/fleet.ts";
import { insist } from "../../helpers/insist.ts";
import { ignore, redis } from "./redis.ts";
import { cutAll, stored, test, two } from "./redis_nodes.ts";

/** Every write on disk before it is answered. */
const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

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
  "requests fail at once without Redis and recover when it returns",
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
  "a node whose connection was cut reads missed messages without a new one",
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
  "a paused Redis refuses, and heals when it goes on",
  async (fleet, server) => {
    const { a, b, feeds } = await two(fleet);
    await a.say("hall", "before");
    {
      using _ = server.pause();
      await assertRejects(() => a.say("hall", "during"), Error, "not answer");
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
  "a node tells a broken link of its own from a Redis that is down",
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
  "documents written while a node was cut off reach it when it is back",
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
