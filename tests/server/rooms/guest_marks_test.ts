/** Messages of guests can be told from those of a token's bearer, by whatever
 * way they are read. */

import { assertEquals } from "@std/assert";
import { simple } from "../../../protocol/simple.ts";
import { sse } from "../../../protocol/sse.ts";
import { senderInWords, text } from "../../../protocol/text.ts";
import { v1 } from "../../../protocol/v1.ts";
import {
  importAuthor,
  isGuest,
  scriptAuthor,
  sessionAuthor,
  SYSTEM,
  userAuthor,
} from "../../../server/auth/author.ts";
import { Authority } from "../../../server/auth/authenticator.ts";
import { OPEN } from "../../../server/auth/permissions.ts";
import { byToken } from "../../../server/http/api/access.ts";
import { markAuthors } from "../../../server/rooms/author_marks.ts";
import { systemClock } from "../../../server/runtime/clock.ts";
import { MemoryStore } from "../../../server/store/memory_store.ts";
import { ApiBench } from "../../helpers/benches/api_bench.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

const ADA = { ...OPEN, user: "ada", name: "Ada" };

/** A room in which Ada, who has a token, writes and leaves, and then a guest
 * and a script take her name. */
async function hall({ marksGuests }: { marksGuests: boolean }) {
  const authority = await Authority.create({ secret: SECRET, guests: "write" });
  const bench = new HubBench({ marksGuests, graceMs: 0 });
  const api = new ApiBench({ authorize: byToken(authority) }, bench);
  const readers = {
    v1: (await bench.enter("One", v1)).reader,
    batched: (await bench.enter("Two", v1.batched)).reader,
    text: (await bench.enter("Three", text)).reader,
    simple: (await bench.enter("Four", simple)).reader,
  };
  const say = async (permissions = OPEN) => {
    const { session, reader } = await bench.enter("Ada", v1, permissions);
    bench.say(session, "I resign");
    await bench.turn();
    bench.hub.sessionService.lost(session, reader, { mayReturn: false });
    await bench.turn();
  };
  await say(ADA);
  await say();
  const { status } = await api.ask("/api/rooms/hall/messages", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ from: "Ada", text: "I resign" }),
  });
  assertEquals(status, 201);
  await bench.turn();
  return { bench, api, readers };
}

Deno.test("promise 6: guests' messages are marked for all readers, in every dialect and over every interface", async () => {
  const { bench, api, readers } = await hall({ marksGuests: true });
  const marks = [undefined, true, true];
  assertEquals(readers.v1.messages.map(({ guest }) => guest), marks);
  // What has no mark comes in runs.
  assertEquals(readers.batched.messages.map(({ guest }) => guest), [
    true,
    true,
  ]);
  assertEquals(readers.batched.all("messages").map(({ items }) => items), [
    [["Ada", "I resign", "I resign"]],
  ]);
  assertEquals(readers.text.frames.filter((line) => line.startsWith("[Ada]")), [
    "[Ada]: I resign",
    "[Ada] (guest): I resign",
    "[Ada] (guest): I resign",
  ]);
  const objects = readers.simple.frames.map((frame) => JSON.parse(frame));
  assertEquals(
    objects.filter(({ message }) => message === "I resign")
      .map(({ guest }) => guest),
    marks,
  );
  const asked = await api.ask("/api/rooms/hall/messages");
  assertEquals(
    (await asked.json()).messages.map(({ guest }: { guest?: true }) => guest),
    marks,
  );
  const exported = await (await api.ask("/api/rooms/hall/export")).text();
  assertEquals(
    exported.trim().split("\n").map((line) => JSON.parse(line).guest),
    marks,
  );
  const { session, reader } = await bench.enter("Late");
  await bench.hub.history(session, { type: "history", room: "hall" });
  const [{ messages = [] } = {}] = reader.all("history");
  assertEquals(messages.map(({ guest }) => guest), marks);
});

Deno.test("no message is marked as a guest's on a server without tokens", async () => {
  const { api, readers } = await hall({ marksGuests: false });
  const exported = await (await api.ask("/api/rooms/hall/export")).text();
  for (
    const all of [...Object.values(readers).map(({ frames }) => frames), [
      exported,
    ]]
  ) {
    assertEquals(all.filter((frame) => /\bguest\b/.test(frame)), []);
  }
});

Deno.test("a server marks guests where tokens are in use and guests may enter", async () => {
  const authorization = `Bearer ${await signed({ sub: "ada" })}`;
  for (
    const [settings, marks] of [
      [{}, [undefined, undefined]],
      [{ authSecret: SECRET, guests: "none" }, [undefined, undefined]],
      [{ authSecret: SECRET, guests: "read" }, [undefined, true]],
      [{ authSecret: SECRET, guests: "write" }, [undefined, true]],
    ] as const
  ) {
    const retention = { messages: 100, ms: 0 };
    const store = new MemoryStore({ retention, clock: systemClock });
    const draft = { room: "hall", from: "Ada", text: "hi", cid: undefined };
    await store.append([
      { ...draft, author: userAuthor("ada").key },
      { ...draft, author: sessionAuthor("5c1f0b7a9e2d4863").key },
    ]);
    await using server = await InProcessServer.start({
      ...settings,
      with: store,
    });
    const answer = await fetch(server.url("/api/rooms/hall/messages"), {
      headers: "authSecret" in settings ? { authorization } : server.operator,
    });
    const { messages } = await answer.json();
    assertEquals(
      messages.map(({ guest }: { guest?: true }) => guest),
      marks,
      JSON.stringify(settings),
    );
  }
});

Deno.test("isGuest() is true for guests and scripts only", () => {
  const authors = [
    ...[sessionAuthor("5c1f"), scriptAuthor("ada")],
    ...[userAuthor("5c1f"), userAuthor("house"), importAuthor("ada"), SYSTEM],
  ];
  assertEquals(authors.map(({ key }) => isGuest(key)), [
    ...[true, true],
    ...[false, false, false, false],
  ]);
});

Deno.test("no dialect leaves the mark of a guest out", () => {
  const message = { room: "hall", seq: 1, from: "Ada", text: "hi", at: 0 };
  for (const dialect of [v1, v1.batched ?? v1, text, simple, sse]) {
    const plain = dialect.encodeMessages([message], false).join();
    const marked = dialect.encodeMessages([{ ...message, guest: true }], false);
    assertEquals(
      [plain, marked.join()].map((frame) => frame.includes("guest")),
      [false, true],
      dialect.name,
    );
  }
});

Deno.test("promise 6: no name in a sentence looks like one with a mark", () => {
  const ada = { from: "Ada", guest: true } as const;
  assertEquals(senderInWords(ada), "Ada (guest)");
  assertEquals(senderInWords({ from: "Ada" }), "Ada");
  assertEquals(senderInWords({ from: "Ada (guest)" }), '"Ada (guest)"');
});

Deno.test("markAuthors() gives the same list where nothing is marked", () => {
  const messages = [{
    ...{ room: "hall", seq: 1, from: "Ada", text: "hi", at: 0 },
    author: userAuthor("ada").key,
  }];
  assertEquals(markAuthors(messages, true) === messages, true);
});
