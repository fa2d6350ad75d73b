/** Reading a part of a room's log, no more of it than is answered. */

import { Buffer } from "node:buffer";
import { assert, assertEquals, assertLess } from "@std/assert";
import { bytesOf, readHistory } from "../../../server/rooms/history.ts";
import {
  PAGE_BYTES,
  SMALL_PAGE_BYTES,
} from "../../../server/rooms/read_queue.ts";
import { MemoryStore } from "../../../server/store/memory_store.ts";
import type { Range } from "../../../server/store/store.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { numbers } from "../../helpers/doubles/reader.ts";

/** A room of so many messages; counts what is read of it. */
async function room(count: number, text: (n: number) => string) {
  const clock = new FakeClock();
  const store = new MemoryStore({
    clock,
    retention: { messages: 1_000_000, ms: 0 },
  });
  await store.append(
    numbers(1, count).map((n) => ({
      room: "hall",
      from: "Ada",
      text: text(n),
      author: "a",
      cid: undefined,
    })),
  );
  const counts = { reads: 0, messages: 0, most: 0 };
  const counting = {
    marksGuests: false,
    async read(room: string, range: Range) {
      const page = await store.read(room, range);
      counts.reads++;
      counts.messages += page.messages.length;
      counts.most = Math.max(counts.most, page.messages.length);
      return page;
    },
  };
  return { store, counting, counts };
}

Deno.test("readHistory returns the same as one read, in reads of at most 256", async () => {
  const { store, counting, counts } = await room(1_200, String);
  for (
    const range of [
      { before: Infinity, limit: 1_000 },
      { before: 700, limit: 33 },
      { before: 10, limit: 500 },
      { before: 1, limit: 5 },
      { after: 0, limit: 1_000 },
      { after: 1_190, limit: 50 },
      { after: 2_000, limit: 50 },
      { after: 5, limit: 32 },
      { after: 5, limit: 1 },
      { before: Infinity, limit: 0 },
    ]
  ) {
    counts.reads = 0;
    const { bytes, ...page } = await readHistory(counting, "hall", range);
    assertEquals(page, await store.read("hall", range));
    const sizes = page.messages.map(bytesOf);
    assertEquals(bytes, sizes.reduce((sum, size) => sum + size, 0));
    assertLess(counts.reads, 8);
  }
  assertEquals(counts.most, 256);
  assertEquals(
    (await readHistory(counting, "nobody", { after: 0, limit: 9 })).messages,
    [],
  );
});

Deno.test("promise 4: readHistory reads hardly more than it gives", async () => {
  const { counting, counts } = await room(1_200, () => "x".repeat(4_096));
  for (const range of [{ before: Infinity }, { after: 0 }]) {
    counts.messages = 0;
    const { messages } = await readHistory(counting, "hall", {
      ...range,
      limit: 1_000,
    });
    assertEquals(messages.length, 62);
    assertLess(counts.messages, 65 + 1);
  }
});

for (
  const [what, text] of [
    ["letters", "x".repeat(4_096)],
    ["control characters", "\u0001".repeat(4_096)],
    ["quotes", '"'.repeat(4_096)],
    ["Chinese", "語".repeat(4_096)],
    ["emoji", "😀".repeat(2_048)],
    ["nothing", ""],
  ] as const
) {
  Deno.test(`promise 4: a page of history is bounded in bytes, not characters: ${what}`, async () => {
    const { counting } = await room(1_200, () => text);
    for (const most of [SMALL_PAGE_BYTES, PAGE_BYTES]) {
      for (const range of [{ before: Infinity }, { after: 0 }]) {
        const { messages } = await readHistory(counting, "hall", {
          ...range,
          limit: 1_000,
        }, most);
        const sent = messages.map((message) => ({
          ...message,
          room: undefined,
        }));
        const bytes = Buffer.byteLength(JSON.stringify(sent));
        assertLess(bytes, most * 1.05);
        assert(messages.length === 1_000 || bytes > most / 4, `${bytes}`);
      }
    }
  });
}

Deno.test("readHistory returns one message of any length, and no gap when retention runs between two reads", async () => {
  const { counting } = await room(3, () => "x".repeat(300_000));
  const one = await readHistory(counting, "hall", { after: 1, limit: 9 });
  assertEquals(one.messages.map(({ seq }) => seq), [2]);

  const other = await room(100, String);
  let reads = 0;
  const { messages } = await readHistory(
    {
      marksGuests: false,
      async read(room, range) {
        const page = await other.store.read(room, range);
        if (reads++ === 0) return page;
        return { ...page, messages: page.messages.slice(3) };
      },
    },
    "hall",
    { after: 0, limit: 100 },
  );
  assertEquals(messages.map(({ seq }) => seq), numbers(1, messages.length));
  assert(messages.length < 100);
});

Deno.test("readHistory does not mix two lives of a log", async () => {
  const { store } = await room(100, String);
  let reads = 0;
  const { epoch, messages } = await readHistory(
    {
      marksGuests: false,
      async read(room, range) {
        const page = await store.read(room, range);
        return reads++ === 0 ? { ...page, epoch: "before" } : page;
      },
    },
    "hall",
    { after: 0, limit: 100 },
  );
  assertEquals([epoch, messages.length], ["before", 32]);
});
