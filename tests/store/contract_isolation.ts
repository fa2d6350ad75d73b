/**
 * The part of the store contract on faults: one that is injected into one
 * draft, one room or one feed, nobody else notices.
 */

import { assertEquals } from "@std/assert";
import type { Draft, Receipt } from "../../server/store/store.ts";
import { Bench, draft, RecordingFeed } from "./bench.ts";
import type { Test } from "./contract.ts";

/** Seqs of what was stored; `refused` for what was not. */
function outcomes(receipts: readonly Receipt[]): (number | string)[] {
  return receipts.map(({ seq, refused }) => refused ? "refused" : seq);
}

/** Drafts that no store can take, each for another reason. */
function badDrafts(room: string): Record<string, Draft> {
  const odd = (fields: object): Draft => ({ ...draft({ room }), ...fields });
  return {
    "a field that throws": {
      ...draft({ room }),
      get text(): string {
        throw new Error("This draft breaks");
      },
    },
    "NUL in the author": odd({ author: "a\0da" }),
    "a lone surrogate in the author": odd({ author: "a\ud800" }),
    "NUL in the cid": odd({ cid: "1\0" }),
    "a lone surrogate in the cid": odd({ cid: "\udfff" }),
    "no text": odd({ text: undefined }),
    "a number as text": odd({ text: 7 }),
    "no name": odd({ from: null }),
    "a number as author": odd({ author: 7 }),
    "an object as cid": odd({ cid: {} }),
  };
}

/** Registers the tests. */
export function isolationContract(test: Test): void {
  test("refuses a draft that cannot be stored alone, in its room and in others", async (place) => {
    await using bench = await Bench.open(place);
    await bench.say("hall", "before");
    const hall = await bench.follow("hall");
    const yard = await bench.follow("yard");
    for (const bad of Object.values(badDrafts("hall"))) {
      const head = hall.messages.at(-1)?.seq ?? 1;
      const receipts = await bench.store.append([
        draft({ room: "yard", text: "y" }),
        draft({ room: "hall", text: "one" }),
        bad,
        draft({ room: "hall", text: "two" }),
      ]);
      assertEquals(outcomes(receipts.slice(1)), [
        head + 1,
        "refused",
        head + 2,
      ]);
    }
    const count = Object.keys(badDrafts("hall")).length;
    assertEquals(hall.texts, Array(count).fill(["one", "two"]).flat());
    assertEquals(yard.texts, Array(count).fill("y"));
    assertEquals(await bench.texts("hall"), ["before", ...hall.texts]);
    await bench.store.check();
  });

  test("refuses a draft that cannot be stored also where it is the only one", async (place) => {
    await using bench = await Bench.open(place);
    for (const [why, bad] of Object.entries(badDrafts("hall"))) {
      assertEquals(outcomes(await bench.store.append([bad])), ["refused"], why);
    }
    assertEquals(await bench.store.rooms(), []);
  });

  test("takes a refused cid for a new one", async (place) => {
    await using bench = await Bench.open(place);
    const good = draft({ room: "hall", cid: "c" });
    const bad = { ...good, text: undefined } as unknown as Draft;
    assertEquals(outcomes(await bench.store.append([bad])), ["refused"]);
    assertEquals(await bench.store.append([good]), [
      { seq: 1, duplicate: false },
    ]);
  });

  test("stores NUL and lone surrogates in texts and names as U+FFFD, and feeds the stored form", async (place) => {
    await using bench = await Bench.open(place);
    const feed = await bench.follow("hall");
    await bench.store.append([
      draft({ room: "hall", from: "A\ud800", text: "a\0b\udfffc" }),
      draft({ room: "hall", text: "\0" }),
    ]);
    const { messages } = await bench.store.read("hall", { after: 0, limit: 9 });
    assertEquals(messages.map(({ from, text }) => [from, text]), [
      ["A\uFFFD", "a\uFFFDb\uFFFDc"],
      ["Ada", "\uFFFD"],
    ]);
    assertEquals(feed.messages, [...messages]);
  });

  test("stores every other room's messages when one room is broken", async (place) => {
    await using bench = await Bench.open(place, { messages: 5, ms: 0 });
    if (place.breakRoom === undefined) return;
    const rooms = ["attic", "hall", "yard", "zoo"];
    for (const room of rooms) await bench.say(room, "before");
    const feeds = {
      attic: await bench.follow("attic"),
      yard: await bench.follow("yard"),
    };
    await place.breakRoom(bench.store, "hall");
    for (let tick = 2; tick <= 20; tick++) {
      const drafts = rooms.flatMap((room) => [
        draft({ room, text: `${tick}a`, cid: `${tick}` }),
        draft({ room, text: `${tick}b` }),
      ]);
      const receipts = await bench.store.append(drafts);
      const own = [2 * tick - 2, 2 * tick - 1];
      assertEquals(outcomes(receipts), [
        ...own,
        "refused",
        "refused",
        ...own,
        ...own,
      ]);
      // Alone in a tick too.
      const alone = await bench.store.append([draft({ room: "hall" })]);
      assertEquals(outcomes(alone), ["refused"]);
    }
    await bench.store.check();
    for (const [room, feed] of Object.entries(feeds)) {
      assertEquals(feed.texts.length, 38, room);
      assertEquals(feed.texts.slice(-2), ["20a", "20b"]);
    }
    // What is kept of each is looked after as before.
    bench.clock.pass(60 * 60_000);
    for (let step = 0; step < 50; step++) {
      await bench.store.trim().catch(() => {});
    }
    assertEquals(await bench.texts("yard"), [
      "18b",
      "19a",
      "19b",
      "20a",
      "20b",
    ]);
    assertEquals(await bench.texts("zoo"), ["18b", "19a", "19b", "20a", "20b"]);
  });

  test("feeds every other room when one feed throws, and reports that one", async (place) => {
    await using bench = await Bench.open(place);
    const failures: string[] = [];
    await bench.store.follow("hall", {
      append() {
        throw new Error("This feed breaks");
      },
      trimmed() {},
      reset() {},
      failed: (error) => failures.push((error as Error).message),
    });
    const yard = await bench.follow("yard");
    const receipts = await bench.store.append([
      draft({ room: "hall" }),
      draft({ room: "yard" }),
    ]);
    assertEquals(outcomes(receipts), [1, 1]);
    assertEquals(yard.texts, ["hi"]);
    assertEquals(failures, ["This feed breaks"]);
    // Following anew goes on as usual.
    const again = await bench.follow("hall");
    await bench.say("hall", "more");
    assertEquals([again.state.head, again.texts], [1, ["more"]]);
  });

  test("feeds every other room when a feed throws at a change of its room's start", async (place) => {
    await using bench = await Bench.open(place, { messages: 1, ms: 0 });
    class Breaking extends RecordingFeed {
      override trimmed(): void {
        throw new Error("This feed breaks");
      }
    }
    await bench.store.follow("hall", new Breaking());
    const yard = await bench.follow("yard");
    await bench.fill("hall", 3);
    await bench.fill("yard", 3);
    await bench.trimAll();
    assertEquals(yard.firsts.at(-1), 3);
    assertEquals(await bench.texts("hall"), ["3"]);
  });
}
