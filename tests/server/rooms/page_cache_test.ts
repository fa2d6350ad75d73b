import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Dialect } from "../../../protocol/dialect.ts";
import { simple } from "../../../protocol/simple.ts";
import { text } from "../../../protocol/text.ts";
import { v1 } from "../../../protocol/v1.ts";
import {
  encodePage,
  framesFor,
  ownIn,
  PageCache,
} from "../../../server/rooms/page_cache.ts";
import type { StoredMessage } from "../../../server/store/store.ts";
import { numbers } from "../../helpers/doubles/reader.ts";

function message(seq: number, words = "hi", author = "ada"): StoredMessage {
  return { room: "hall", seq, from: "Ada", text: words, at: 7, author };
}

const TWO = [message(1), message(2, "ho", "bob")];

Deno.test("encodePage() makes one frame of a page where frames hold many lines", () => {
  const page = encodePage(v1, TWO, false);
  assertEquals(page.frames.length, 1);
  assertEquals(page.to, 2);
  const lines = page.frames[0]?.split("\n").map((line) => JSON.parse(line));
  assertEquals(lines, [
    { type: "message", room: "hall", seq: 1, from: "Ada", text: "hi", at: 7 },
    { type: "message", room: "hall", seq: 2, from: "Ada", text: "ho", at: 7 },
  ]);
});

Deno.test("encodePage() does not include the author's id", () => {
  for (const dialect of [v1, simple, text]) {
    const { frames } = encodePage(
      dialect,
      [message(1, "hi", "s3cr3t-id")],
      false,
    );
    assert(!frames.join().includes("s3cr3t-id"));
  }
});

Deno.test("encodePage() makes a frame of each message where frames hold one", () => {
  const page = encodePage(text, TWO, false);
  assertEquals(page.frames, ["[Ada]: hi", "[Ada]: ho"]);
  assertEquals(framesFor(page, "ada", []), ["[Ada]: ho"]);
  assertEquals(framesFor(page, "ada", [1]), page.frames, "from elsewhere");
  assertEquals(framesFor(page, "eve", []), page.frames);
});

Deno.test("encodePage() marks a replay, which includes own messages", () => {
  const replay = encodePage(simple, TWO, true);
  assertEquals(JSON.parse(replay.frames[0] ?? "").replay, true);
  for (const page of [replay, encodePage(text, TWO, true)]) {
    assertEquals(framesFor(page, "ada", []), page.frames);
  }
});

Deno.test("ownIn() returns the author's own messages of a page", () => {
  const three = [5, 6, 7].map((seq) =>
    message(seq, "hi", seq === 6 ? "bob" : "ada")
  );
  const page = encodePage(v1, three, true);
  const seqs = (author: string) => ownIn(page, author).map(({ seq }) => seq);
  assertEquals(seqs("ada"), [5, 7]);
  assertEquals(seqs("bob"), [6]);
  assertEquals(seqs("eve"), []);
});

for (const dialect of [v1, simple, text] as Dialect[]) {
  Deno.test(`promise 4: a page of ${dialect.name} holds at most about 29 Ki characters`, () => {
    const messages = numbers(1, 100).map((seq) =>
      message(seq, "x".repeat(1_000))
    );
    const { frames, to } = encodePage(dialect, messages, false);
    assertEquals(to, 27);
    assert(frames.join("").length < 33 * 1024);
  });
}

Deno.test("promise 4: a page of very short messages is no longer", () => {
  const messages = numbers(1, 1_000).map((seq) => message(seq, "x"));
  for (const dialect of [v1, simple, text] as Dialect[]) {
    const { frames } = encodePage(dialect, messages, false);
    assert(frames.join("").length < 33 * 1024, dialect.name);
  }
});

Deno.test("encodePage() holds at least one message, however long", () => {
  const page = encodePage(v1, [message(1, "x".repeat(65_536)), TWO[1]!], false);
  assertEquals(page.to, 1);
});

Deno.test("PageCache encodes a page once for all readers", () => {
  const cache = new PageCache();
  const key = { dialect: v1, replay: false, after: 0, upTo: 2 };
  let loads = 0;
  const load = () => {
    loads++;
    return TWO;
  };
  const page = cache.get(key, load);
  assertStrictEquals(cache.get({ ...key }, load), page);
  assertEquals(loads, 1);
});

Deno.test("PageCache keys pages by dialect, replay and range", () => {
  const cache = new PageCache();
  const key = { dialect: v1, replay: false, after: 0, upTo: 2 };
  const load = () => TWO;
  const pages = new Set([
    cache.get(key, load),
    cache.get({ ...key, dialect: simple }, load),
    cache.get({ ...key, replay: true }, load),
    cache.get({ ...key, upTo: 1 }, load),
    cache.get({ ...key, after: 1 }, load),
  ]);
  assertEquals(pages.size, 5);
});

Deno.test("PageCache keeps no page whose messages were not in memory", () => {
  const cache = new PageCache();
  const key = { dialect: v1, replay: false, after: 0, upTo: 2 };
  assertEquals(cache.get(key, () => undefined), undefined);
  assertEquals(cache.get(key, () => TWO)?.to, 2);
});

Deno.test("promise 4: PageCache keeps a few pages only", () => {
  const cache = new PageCache();
  const key = { dialect: v1, replay: false, after: 0, upTo: 2 };
  cache.get(key, () => TWO);
  for (const after of numbers(1, 12)) {
    cache.get({ ...key, after, upTo: after + 1 }, () => TWO);
  }
  let loaded = false;
  cache.get(key, () => {
    loaded = true;
    return TWO;
  });
  assert(loaded);
});
