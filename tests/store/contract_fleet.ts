/**
 * What the store contract means for several nodes on one engine, as tests that
 * every adapter for more than one node passes.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Retention, UNUSED_MS } from "../../server/store/store.ts";
import { assertWithoutHoles, draft, type Place } from "./bench.ts";
import { removal } from "./contract_moderation.ts";
import { FleetBench } from "./fleet.ts";

/**
 * Registers the tests of one adapter.
 *
 * @param name The adapter, for the tests' names.
 * @param open Makes an empty place; each test has its own.
 * @param options `ignore` when this machine cannot run them.
 */
export function fleetContract(
  name: string,
  open: () => Promise<Place>,
  { ignore = false }: { ignore?: boolean } = {},
): void {
  const test = (
    title: string,
    run: (fleet: FleetBench) => Promise<void>,
    retention?: Retention,
  ) =>
    Deno.test({
      name: `${name} fleet: ${title}`,
      ignore,
      async fn() {
        await using fleet = new FleetBench(await open(), retention);
        await run(fleet);
      },
    });

  test("feeds a node the messages that another one stored", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const feed = await b.follow("hall");
    await a.store.append([
      draft({ room: "hall", text: "a", cid: "c" }),
      draft({ room: "hall", text: "b", from: "李小龍" }),
    ]);
    await feed.reaches(2);
    const { messages } = await a.store.read("hall", { after: 0, limit: 9 });
    assertEquals(feed.messages, [...messages]);
  });

  test("feeds all nodes the same, in one order, when all append at once", async (fleet) => {
    const nodes = [await fleet.start(), await fleet.start()];
    const feeds = await Promise.all(nodes.map((node) => node.follow("hall")));
    const receipts = await Promise.all(nodes.map((node, n) =>
      Promise.all(
        Array.from(
          { length: 20 },
          (_, i) => node.say("hall", `${n}.${i}a`, `${n}.${i}b`),
        ),
      )
    ));
    await Promise.all(feeds.map((feed) => feed.reaches(80)));
    const page = await nodes[0]!.store.read("hall", { after: 0, limit: 99 });
    assertWithoutHoles(page.messages);
    assertEquals(page.messages.length, 80);
    for (const feed of feeds) assertEquals(feed.messages, [...page.messages]);
    assertEquals(
      new Set(receipts.flat(2).map(({ seq }) => seq)).size,
      80,
      "every message has a seq of its own",
    );
  });

  test("has fed a node all up to its own message when append resolves", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const feed = await b.follow("hall");
    for (let i = 1; i <= 20; i++) {
      await a.say("hall", `a${i}`);
      await b.say("hall", `b${i}`);
      assertEquals(feed.texts.slice(-2), [`a${i}`, `b${i}`]);
    }
    assertWithoutHoles(feed.messages);
  });

  test("leaves no gap when a node follows while another one appends", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    await a.say("hall", "first");
    const appends = Promise.all(
      Array.from({ length: 30 }, (_, i) => a.say("hall", `${i}`)),
    );
    const feed = await b.follow("hall");
    await appends;
    await a.say("hall", "last");
    await feed.reaches(32);
    assertWithoutHoles(feed.messages, feed.state.head + 1);
  });

  test("feeds each room to its followers", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const hall = await a.follow("hall");
    const yard = await b.follow("yard");
    await a.store.append([
      draft({ room: "hall", text: "h" }),
      draft({ room: "yard", text: "y" }),
    ]);
    await yard.reaches(1);
    assertEquals([hall.texts, yard.texts], [["h"], ["y"]]);
  });

  test("knows a repeat on another node", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const feed = await b.follow("hall");
    const [first] = await a.say("hall", "once");
    assertEquals(first, { seq: 1, duplicate: false });
    assertEquals(await b.say("hall", "once"), [{ seq: 1, duplicate: true }]);
    await b.say("hall", "twice");
    assertEquals(feed.texts, ["once", "twice"]);
  });

  test("stores a message once that two nodes store at once", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    for (let i = 0; i < 20; i++) {
      const both = await Promise.all([
        a.say("hall", `${i}`),
        b.say("hall", `${i}`),
      ]);
      const receipts = both.flat();
      assertEquals(receipts.map(({ seq }) => seq), [i + 1, i + 1]);
      assertEquals(receipts.filter(({ duplicate }) => duplicate).length, 1);
    }
  });

  test("feeds missed messages to a node that was away", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const before = await b.follow("hall");
    await a.say("hall", "before");
    await before.reaches(1);
    await fleet.stop(b);
    await a.say("hall", "meanwhile", "and more");
    const again = await fleet.start();
    const feed = await again.follow("hall");
    assertEquals(feed.state, { epoch: before.state.epoch, first: 1, head: 3 });
    const page = await again.store.read("hall", { after: 1, limit: 9 });
    assertEquals(page.messages.map(({ text }) => text), [
      "meanwhile",
      "and more",
    ]);
    await a.say("hall", "after");
    await feed.reaches(4);
    assertEquals(feed.texts, ["after"]);
  });

  test("begins a room once, however many nodes do", async (fleet) => {
    const nodes = await Promise.all(
      Array.from({ length: 4 }, () => fleet.start()),
    );
    const feeds = await Promise.all(nodes.map((node) => node.follow("hall")));
    assertEquals(new Set(feeds.map(({ state }) => state.epoch)).size, 1);
    const secrets = await Promise.all(nodes.map(({ store }) => store.secret()));
    assertEquals(new Set(secrets.map(String)).size, 1);
    assertNotEquals(secrets[0], new Uint8Array(32));
  });

  test("creates a room with the epoch reported to its followers", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const feeds = [await a.follow("hall"), await b.follow("hall")];
    const { epoch } = feeds[0]!.state;
    assertEquals(feeds[1]!.state, { epoch, first: 1, head: 0 });
    await Promise.all([a.say("hall", "a"), b.say("hall", "b")]);
    for (const feed of feeds) {
      await feed.reaches(2);
      assertEquals(feed.resets, []);
    }
    const c = await fleet.start();
    assertEquals((await c.follow("hall")).state, { epoch, first: 1, head: 2 });
  });

  test(
    "drops an unused room without notifying followers of others",
    async (fleet) => {
      const [a, b] = [await fleet.start(), await fleet.start()];
      await a.say("old", "gone soon");
      const before = await a.store.read("old", { after: 0, limit: 1 });
      const feeds = [await a.follow("hall"), await b.follow("hall")];
      const [yard, attic] = [await b.follow("yard"), await b.follow("attic")];
      await a.say("hall", "hello");
      // What is gone before it was read is told as a reset.
      for (const feed of feeds) await feed.reaches(1);
      fleet.clock.pass(2 * UNUSED_MS);
      for (let step = 0; step < 90; step++) {
        await Promise.all([a.store.trim(), b.store.trim()]);
      }
      const rooms = await b.store.rooms();
      assertEquals(rooms.map(({ room }) => room), ["hall"]);
      await b.say("yard", "first");
      assertEquals([yard.texts, yard.resets], [["first"], []]);
      // Written to by a node that was not there: it begins where it was.
      await a.say("attic", "first");
      await attic.reaches(1);
      assertEquals(attic.texts, ["first"]);
      for (const { first, head } of attic.resets) {
        assertEquals([first, head], [1, 0]);
      }
      const [receipt] = await a.say("hall", "still numbered");
      assertEquals(receipt, { seq: 2, duplicate: false });
      for (const feed of feeds) {
        await feed.reaches(2);
        assertEquals(feed.resets, []);
      }
      const { epoch, head } = await b.store.read("old", { after: 0, limit: 1 });
      assertEquals(head, 0);
      assertNotEquals(epoch, before.epoch);
    },
    { messages: 9, ms: 1_000 },
  );

  test(
    "notifies all followers of the start that one node removed up to",
    async (fleet) => {
      const [a, b] = [await fleet.start(), await fleet.start()];
      const feeds = [await a.follow("hall"), await b.follow("hall")];
      await a.say("hall", "1", "2", "3", "4", "5");
      await Promise.all(feeds.map((feed) => feed.reaches(5)));
      // Each node's hub calls it every second.
      await Promise.all([a, b].map(async ({ store }) => {
        for (let step = 0; step < 50; step++) await store.trim();
      }));
      for (const feed of feeds) {
        await feed.until(() => feed.firsts.at(-1) === 4);
        assert(feed.firsts.every((first, i, all) => first > (all[i - 1] ?? 0)));
      }
      await b.say("hall", "6");
      await feeds[0]!.reaches(6);
      assertEquals(feeds[0]!.texts, ["1", "2", "3", "4", "5", "6"]);
    },
    { messages: 2, ms: 0 },
  );

  test(
    "continues with kept messages when a feed lags behind",
    async (fleet) => {
      const [a, b] = [await fleet.start(), await fleet.start()];
      const feed = await b.follow("hall");
      const { epoch } = feed.state;
      await a.say("hall", "1", "2", "3", "4", "5");
      for (let step = 0; step < 9; step++) await a.store.trim();
      await b.say("hall", "6");
      const [reset] = feed.resets;
      // Either it was fast enough, or it is told where it goes on from.
      const head = reset?.head ?? 0;
      if (reset !== undefined) {
        assertEquals(reset, {
          epoch,
          first: 4,
          head: 3,
        });
      }
      assertWithoutHoles(feed.messages, head + 1);
      assertEquals(feed.texts.at(-1), "6");
    },
    { messages: 2, ms: 0 },
  );

  test("takes a text away on every node, also on one that has missed it", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    const feed = await b.follow("hall");
    await a.say("hall", "fine", "secret");
    await feed.reaches(2);
    await a.store.append([removal(2)]);
    await feed.reaches(3);
    assertEquals(feed.messages.at(-1)?.removes, 2);
    assertEquals(feed.resets, []);
    for (const { store } of [a, b]) {
      const { messages } = await store.read("hall", { after: 1, limit: 1 });
      assertEquals(messages.map(({ text, removed }) => [text, removed]), [
        ["", true],
      ]);
    }
  });

  test("notifies every node of documents", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    let told = new Map<string, string>();
    let changed = Promise.withResolvers<void>();
    const known = await b.store.watchKept((all) => {
      told = new Map(all);
      changed.resolve();
      changed = Promise.withResolvers();
    });
    assertEquals(known, new Map());
    const until = async (wanted: Record<string, string>) => {
      const all = JSON.stringify(wanted);
      while (JSON.stringify(Object.fromEntries(told)) !== all) {
        await changed.promise;
      }
    };
    await a.store.keep(new Map([["lock/hall", "{}"]]));
    await until({ "lock/hall": "{}" });
    await a.store.keep(new Map([["lock/hall", null]]));
    await until({});
  });

  test("lists the same rooms everywhere", async (fleet) => {
    const [a, b] = [await fleet.start(), await fleet.start()];
    await a.say("hall", "a");
    await b.say("yard", "b");
    assertEquals(await a.store.rooms(), await b.store.rooms());
    assertEquals((await a.store.rooms()).map(({ room }) => room), [
      "hall",
      "yard",
    ]);
  });
}
