/**
 * The part of the store contract on messages that are removed, on what else is
 * special about messages, and on the small documents.
 */

import { assert, assertEquals } from "@std/assert";
import {
  DEDUPE_MS,
  PAGE_CHARACTERS,
  type Range,
} from "../../server/store/store.ts";
import { assertWithoutHoles, Bench, draft } from "./bench.ts";
import type { Test } from "./contract.ts";

/** What removes a message of `hall`. */
export function removal(seq: number) {
  return draft({
    room: "hall",
    from: "Mod",
    author: "mod",
    text: "A message was removed",
    cid: `remove:${seq}`,
    removes: seq,
  });
}

/** Registers the tests. */
export function moderationContract(test: Test): void {
  test("takes the text of a removed message away, in the step that says so", async (place) => {
    await using bench = await Bench.open(place);
    await bench.store.append([
      draft({ room: "hall", text: "a" }),
      draft({ room: "hall", text: "secret", from: "Bob", cid: "c" }),
      draft({ room: "yard", text: "untouched" }),
      draft({ room: "yard", text: "as well" }),
    ]);
    const feed = await bench.follow("hall");
    const at = bench.clock.now();
    assertEquals(await bench.store.append([removal(2)]), [
      { seq: 3, duplicate: false },
    ]);
    const tombstone = {
      room: "hall",
      seq: 3,
      from: "Mod",
      text: "A message was removed",
      at,
      author: "mod",
      cid: "remove:2",
      removes: 2,
    };
    assertEquals(feed.messages, [tombstone]);
    const check = async () => {
      const page = await bench.store.read("hall", { after: 1, limit: 9 });
      assertEquals(page.messages, [
        {
          room: "hall",
          seq: 2,
          from: "Bob",
          text: "",
          at,
          author: "ada",
          cid: "c",
          removed: true,
        },
        tombstone,
      ]);
      assertEquals([page.first, page.head], [1, 3]);
      assertEquals(await bench.texts("yard"), ["untouched", "as well"]);
    };
    await check();
    if (!place.persistent) return;
    await bench.reopen();
    await check();
  });

  test("reads removed messages in every kind of range", async (place) => {
    await using bench = await Bench.open(place);
    await bench.fill("hall", 9);
    for (const seq of [1, 2, 5, 9]) await bench.store.append([removal(seq)]);
    const read = async (range: Range) => {
      const { messages } = await bench.store.read("hall", range);
      assertWithoutHoles(messages, messages[0]?.seq);
      return messages.map(({ seq, removed, text }) => removed ? -seq : +text);
    };
    const all = [-1, -2, 3, 4, -5, 6, 7, 8, -9];
    assertEquals((await read({ after: 0, limit: 99 })).slice(0, 9), all);
    assertEquals(await read({ after: 0, limit: 2 }), [-1, -2]);
    assertEquals(await read({ after: 3, limit: 3 }), [4, -5, 6]);
    assertEquals(await read({ after: 4, limit: 1 }), [-5]);
    assertEquals(await read({ after: 6, limit: 3 }), [7, 8, -9]);
    assertEquals(await read({ before: 10, limit: 2 }), [8, -9]);
    assertEquals(await read({ before: 7, limit: 3 }), [4, -5, 6]);
    assertEquals(await read({ before: 3, limit: 9 }), [-1, -2]);
    assertEquals(await read({ before: 2, limit: 9 }), [-1]);
    assertEquals(await read({ before: 5, limit: 9 }), [-1, -2, 3, 4]);
  });

  test("takes away a text however long it is", async (place) => {
    await using bench = await Bench.open(place);
    const long = "\u0001x".repeat(PAGE_CHARACTERS / 8);
    await bench.store.append([
      draft({ room: "hall", text: long }),
      draft({ room: "hall", text: "next" }),
    ]);
    await bench.store.append([removal(1)]);
    const page = await bench.store.read("hall", { after: 0, limit: 9 });
    assertEquals(page.messages.map(({ text }) => text), [
      "",
      "next",
      "A message was removed",
    ]);
  });

  test("removes a message once, and still detects its repeat", async (place) => {
    await using bench = await Bench.open(place);
    const once = draft({ room: "hall", text: "secret", cid: "c" });
    await bench.store.append([once]);
    await bench.store.append([removal(1)]);
    assertEquals(await bench.store.append([removal(1), once]), [
      { seq: 2, duplicate: true },
      { seq: 1, duplicate: true },
    ]);
    assertEquals(await bench.texts("hall"), ["", "A message was removed"]);
  });

  test("ignores the removal of an absent message", async (place) => {
    await using bench = await Bench.open(place, { messages: 2, ms: 0 });
    await bench.fill("hall", 5);
    await bench.trimAll();
    await bench.store.append([removal(1), removal(99)]);
    const { messages } = await bench.store.read("hall", { after: 4, limit: 9 });
    assertEquals(messages.map(({ seq, removed }) => [seq, removed]), [
      [5, undefined],
      [6, undefined],
      [7, undefined],
    ]);
  });

  test("removes blanked messages with all others at retention", async (place) => {
    await using bench = await Bench.open(place, { messages: 3, ms: 0 });
    const once = draft({ room: "hall", text: "secret", cid: "c" });
    await bench.store.append([once]);
    await bench.fill("hall", 3);
    await bench.store.append([removal(1), removal(3)]);
    bench.clock.pass(2 * DEDUPE_MS + 1);
    await bench.say("hall", "last");
    await bench.trimAll();
    const page = await bench.store.read("hall", { after: 0, limit: 9 });
    assertEquals([page.first, page.head], [5, 7]);
    assertEquals(page.messages.map(({ seq }) => seq), [5, 6, 7]);
    // Its cid was let go of as well.
    assertEquals(await bench.store.append([once]), [
      { seq: 8, duplicate: false },
    ]);
  });

  test("keeps that a message is an announcement", async (place) => {
    await using bench = await Bench.open(place);
    const feed = await bench.follow("hall");
    await bench.store.append([
      draft({ room: "hall", text: "Hear, hear", announcement: true }),
      draft({ room: "hall", text: "What?" }),
    ]);
    const { messages } = await bench.store.read("hall", { after: 0, limit: 9 });
    assertEquals(feed.messages, [...messages]);
    assertEquals(messages.map(({ announcement }) => announcement), [
      true,
      undefined,
    ]);
    await bench.store.append([removal(1)]);
    const after = await bench.store.read("hall", { after: 0, limit: 1 });
    assertEquals(
      after.messages.map(({ removed, announcement }) => [
        removed,
        announcement,
      ]),
      [[true, undefined]],
    );
  });

  test("keeps documents, and notifies watchers", async (place) => {
    await using bench = await Bench.open(place);
    const told: Record<string, string>[] = [];
    const watch = async () =>
      Object.fromEntries(
        await bench.store.watchKept((all) =>
          told.push(Object.fromEntries(all))
        ),
      );
    assertEquals(await watch(), {});
    const keep = (key: string, document: string | null) =>
      bench.store.keep(new Map([[key, document]]));
    await keep("ban/*/name/böb", '{"by":"Ada"}');
    assertEquals(told.at(-1), { "ban/*/name/böb": '{"by":"Ada"}' });
    await keep("lock/hall", "{}");
    await keep("lock/hall", '{"by":"Eve"}');
    // Several in one step, of which one is none.
    await bench.store.keep(
      new Map([["ban/*/name/böb", null], ["slow/hall", "{}"]]),
    );
    assertEquals(told.at(-1), {
      "lock/hall": '{"by":"Eve"}',
      "slow/hall": "{}",
    });
    await keep("slow/hall", null);
    await keep("nothing", null);
    assertEquals(told.at(-1), { "lock/hall": '{"by":"Eve"}' });
    assert(told.length >= 4);
    // They are no messages.
    assertEquals(await bench.store.rooms(), []);
    if (!place.persistent) return;
    await bench.reopen();
    assertEquals(await watch(), { "lock/hall": '{"by":"Eve"}' });
  });
}
