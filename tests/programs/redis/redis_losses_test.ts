/**
 * What a Redis loses under running nodes, who cannot mend it: every node
 * notices, and the log begins a new life.
 */

import { assertEquals, assertNotEquals } from "@std/assert";
import { assertWithoutHoles } from "../../store/bench.ts";
import { insist } from "../../helpers/insist.ts";
import { stored, test, two } from "./redis_nodes.ts";

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
  "wiped data are noticed in a quiet room",
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

test("wiped data are noticed by readers", async (fleet, server) => {
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

test(
  "a log whose messages were evicted begins a new epoch",
  async (fleet, server) => {
    const a = await fleet.start();
    const feed = await a.follow("hall");
    await a.say("hall", "old");
    await server.command("DEL", "hubbub:room:{hall}:messages");
    assertEquals(await stored(a.store), []);
    assertEquals(await a.say("hall", "old"), [{ seq: 1, duplicate: false }]);
    assertEquals(feed.texts, ["old"]);
  },
);

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
