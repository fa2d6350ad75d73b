/**
 * What Deno KV bounds, met by the store: 64 KiB a value, 2 KiB a key, and
 * 1,000 changes, 100 checks, 80 KiB of keys and 800 KiB a commit
 * (https://docs.deno.com/deploy/kv/transactions/). The database of this machine
 * has the same limits, and refuses what goes beyond.
 */

import { assertEquals } from "@std/assert";
import { KvStore } from "../../server/store/kv/kv_store.ts";
import type { Draft } from "../../server/store/store.ts";
import { assertWithoutHoles, Bench, draft, type Place } from "./bench.ts";

async function place(): Promise<Place> {
  const kv = await Deno.openKv(":memory:");
  return {
    persistent: false,
    open: (options) => Promise.resolve(new KvStore(kv, options)),
    [Symbol.asyncDispose]() {
      kv.close();
      return Promise.resolve();
    },
  };
}

function many(count: number, make: (n: number) => Draft): Draft[] {
  return Array.from({ length: count }, (_, n) => make(n + 1));
}

/** Stores a tick and sees that nothing of it is missing or out of order. */
async function assertStores(drafts: readonly Draft[]): Promise<void> {
  await using bench = await Bench.open(await place());
  const rooms = [...new Set(drafts.map(({ room }) => room))];
  const feed = await bench.follow(rooms[0]!);
  const receipts = await bench.store.append(drafts);
  for (const room of rooms) {
    const own = drafts.filter((draft) => draft.room === room);
    assertEquals(
      receipts.filter((_, index) => drafts[index]?.room === room)
        .map(({ seq }) => seq),
      own.map((_, index) => index + 1),
    );
    let after = 0;
    while (after < own.length) {
      const { messages } = await bench.store.read(room, { after, limit: 500 });
      assertEquals(
        messages.map(({ text }) => text),
        own.slice(after, after + messages.length)
          .map(({ text }) => text.toWellFormed()),
      );
      after = messages.at(-1)?.seq ?? Infinity;
    }
  }
  assertWithoutHoles(feed.messages);
  assertEquals(
    feed.messages.length,
    drafts.filter(({ room }) => room === rooms[0]).length,
  );
  // All of it again is nothing new.
  const known = drafts.filter(({ cid }) => cid !== undefined);
  const repeats = await bench.store.append(known);
  assertEquals(repeats.filter(({ duplicate }) => !duplicate), []);
}

Deno.test("kv store: a text of any length and any characters is one message", async () => {
  const worst = ["x", "é", "한", "\u{1F98A}", "\u0007", "\ud800"];
  await assertStores(
    worst.map((character, n) =>
      draft({ room: "hall", text: character.repeat(65_536), cid: `${n}` })
    ),
  );
});

Deno.test("kv store: a tick of more changes than a commit takes", async () => {
  await assertStores(
    many(2_500, (n) => draft({ room: "hall", text: `${n}`, cid: `${n}` })),
  );
  await assertStores(many(2_500, (n) => draft({ room: "hall", text: `${n}` })));
});

Deno.test("kv store: a tick of more text than a commit takes", async () => {
  const text = "x".repeat(4_096);
  await assertStores(
    many(1_000, (n) => draft({ room: "hall", text, cid: `${n}` })),
  );
});

Deno.test("kv store: a tick of more rooms than a commit checks", async () => {
  await assertStores(
    many(300, (n) => draft({ room: `room ${n}`, text: "hi", cid: "c" })),
  );
});

Deno.test("kv store: a tick of more keys than a commit takes, each as long as can be", async () => {
  const room = "\u{1F98A}".repeat(32);
  await assertStores(
    many(400, (n) =>
      draft({
        room,
        text: "hi",
        author: `user:${"한".repeat(n % 2 === 0 ? 250 : 6_000)}`,
        cid: `${n}`.padStart(64, "한"),
      })),
  );
});

Deno.test("kv store: a tick of many messages in a room with a long name", async () => {
  const room = "\u{1F98A}".repeat(32);
  await assertStores(many(900, (n) => draft({ room, text: `${n}` })));
});

Deno.test("kv store: a long author is another one than one that begins alike", async () => {
  await using bench = await Bench.open(await place());
  const author = "user:".padEnd(3_000, "a");
  const one = draft({ room: "hall", author, cid: "c" });
  const receipts = await bench.store.append([
    one,
    { ...one, author: `${author}b` },
    one,
  ]);
  assertEquals(receipts.map(({ seq }) => seq), [1, 2, 1]);
});

Deno.test("kv store: a tick of removals of the longest messages", async () => {
  await using bench = await Bench.open(await place());
  const text = "\u0007".repeat(65_536);
  for (let n = 1; n <= 20; n++) {
    await bench.store.append([draft({ room: "hall", text })]);
  }
  const receipts = await bench.store.append(
    many(20, (n) => draft({ room: "hall", text: "", removes: n })),
  );
  assertEquals(receipts.at(-1)?.seq, 40);
  const { messages } = await bench.store.read("hall", { after: 0, limit: 20 });
  assertEquals(messages.map(({ text }) => text), Array(20).fill(""));
});

Deno.test("kv store: of a tick in several steps, one draft that no commit takes is refused alone", async () => {
  await using bench = await Bench.open(await place());
  const drafts = many(3_000, (n) => draft({ room: "hall", text: `${n}` }));
  const broken = draft({ room: "x".repeat(3_000), text: "too long a key" });
  const receipts = await bench.store.append([
    ...drafts.slice(0, 1_500),
    broken,
    ...drafts.slice(1_500),
  ]);
  const refused = receipts.flatMap(({ refused }, n) => refused ? [n] : []);
  assertEquals(refused, [1_500]);
  assertEquals(
    receipts.filter(({ refused }) => refused === undefined)
      .map(({ seq }) => seq),
    drafts.map((_, n) => n + 1),
  );
});
