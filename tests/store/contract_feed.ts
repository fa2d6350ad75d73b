/** The part of the store contract on following rooms. */

import { assertEquals } from "@std/assert";
import { assertWithoutHoles, Bench, draft } from "./bench.ts";
import type { Test } from "./contract.ts";

/** Registers the tests. */
export function feedContract(test: Test): void {
  test("feeds stored messages exactly once, in order, before append resolves", async (place) => {
    await using bench = await Bench.open(place);
    const feed = await bench.follow("hall");
    await bench.say("hall", "a", "b");
    assertEquals(feed.texts, ["a", "b"]);
    await bench.say("hall", "c");
    assertEquals(feed.texts, ["a", "b", "c"]);
    assertWithoutHoles(feed.messages);
  });

  test("feeds a room's part of a tick at once", async (place) => {
    await using bench = await Bench.open(place);
    const hall = await bench.follow("hall");
    const yard = await bench.follow("yard");
    await bench.store.append([
      draft({ room: "hall", text: "a" }),
      draft({ room: "yard", text: "b" }),
      draft({ room: "hall", text: "c" }),
    ]);
    assertEquals(hall.batches.map((batch) => batch.length), [2]);
    assertEquals([hall.texts, yard.texts], [["a", "c"], ["b"]]);
  });

  test("feeds the same fields as reading returns", async (place) => {
    await using bench = await Bench.open(place);
    const feed = await bench.follow("hall");
    await bench.store.append([
      draft({ room: "hall", text: "a", cid: "c" }),
      draft({ room: "hall", text: "b" }),
    ]);
    const { messages } = await bench.store.read("hall", { after: 0, limit: 9 });
    assertEquals(feed.messages, [...messages]);
  });

  test("feeds from the head on that follow resolved with", async (place) => {
    await using bench = await Bench.open(place);
    await bench.say("hall", "before", "and this");
    const feed = await bench.follow("hall");
    assertEquals([feed.state.first, feed.state.head], [1, 2]);
    await bench.say("hall", "after");
    assertWithoutHoles(feed.messages, 3);
    assertEquals(feed.texts, ["after"]);
  });

  test("leaves no gap when follow and append overlap", async (place) => {
    await using bench = await Bench.open(place);
    const appends = [bench.say("hall", "1"), bench.say("hall", "2")];
    const following = bench.follow("hall");
    appends.push(bench.say("hall", "3"), bench.say("hall", "4"));
    const feed = await following;
    await Promise.all(appends);
    assertWithoutHoles(feed.messages, feed.state.head + 1);
    assertEquals(feed.state.head + feed.messages.length, 4);
  });

  test("feeds nothing of a repeat beside something new", async (place) => {
    await using bench = await Bench.open(place);
    const once = draft({ room: "hall", text: "once", cid: "c" });
    await bench.store.append([once]);
    const feed = await bench.follow("hall");
    await bench.store.append([
      once,
      draft({ room: "hall", text: "new" }),
      once,
    ]);
    assertEquals(feed.texts, ["new"]);
    assertWithoutHoles(feed.messages, 2);
  });

  test("feeds nothing after unfollow, and everything after following again", async (place) => {
    await using bench = await Bench.open(place);
    const first = await bench.follow("hall");
    await bench.say("hall", "a");
    bench.store.unfollow("hall");
    await bench.say("hall", "b");
    const second = await bench.follow("hall");
    await bench.say("hall", "c");
    assertEquals([first.texts, second.texts], [["a"], ["c"]]);
    assertEquals(second.state.head, 2);
  });

  test("ignores an unfollow of a room that is not followed", async (place) => {
    await using bench = await Bench.open(place);
    bench.store.unfollow("nowhere");
    assertEquals(await bench.store.rooms(), []);
  });
}
