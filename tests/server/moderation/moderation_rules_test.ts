/** What holds in a room for all, and what is said to all. */

import { assertEquals } from "@std/assert";
import { text } from "../../../protocol/text.ts";
import { TRUSTED } from "../../../server/auth/permissions.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import {
  assertRefused,
  audit,
  hall,
  join,
} from "../../helpers/benches/hall.ts";

Deno.test("a locked room is for moderators alone to write in, and says so", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const bob = await bench.enter("Bob");
  const line = await bench.enter("Line", text);
  await moderate({ type: "lock", locked: true });
  assertEquals(bob.reader.all("rules"), [
    { type: "rules", room: "hall", locked: true, slowMs: 0 },
  ]);
  assertEquals(line.reader.frames, [
    "[Server]: This room is locked: only moderators can write.",
  ]);
  assertRefused(() => bench.say(bob.session, "but"), "locked");
  assertRefused(() => bench.hub.typing(bob.session, "hall"), "locked");
  bench.say(mod.session, "quiet please");
  await bench.turn();
  assertEquals(bob.reader.texts, ["quiet please"]);
  const eve = bench.hello({ name: "Eve" });
  await join(here, eve.session);
  const [joined] = eve.reader.all("joined");
  assertEquals([joined?.locked, joined?.rights], [true, ["read", "write"]]);
  await moderate({ type: "lock", locked: false });
  bench.say(bob.session, "thanks");
  await bench.turn();
  assertEquals(bob.reader.all("rules").at(-1)?.locked, false);
  assertEquals((await audit(here)).length, 2);
});

Deno.test("in slow mode everyone writes once per interval, whichever node stored the last message", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const bob = await bench.enter("Bob");
  await moderate({ type: "slow", everyMs: 10_000 });
  bench.say(bob.session, "one");
  const error = assertRefused(() => bench.say(bob.session, "two"), "slow_mode");
  assertEquals([error.retryable, error.details.retryAfterMs], [true, 10_000]);
  // A repeat is no message more.
  bench.say(bob.session, "one");
  await bench.turn();
  assertEquals(mod.reader.texts, ["one"]);
  for (const words of ["a", "b"]) bench.say(mod.session, words);
  await bench.pass(10_000);
  bench.say(bob.session, "two");
  await bench.turn();
  assertEquals(mod.reader.texts, ["one", "a", "b", "two"]);
  // Another node has stored a message of the same author.
  await bench.pass(10_000);
  const { author } = bob.session;
  await bench.store.append([
    { room: "hall", from: "Bob", text: "elsewhere", author: author.key },
  ]);
  await bench.turn();
  assertRefused(() => bench.say(bob.session, "three"), "slow_mode");
  await moderate({ type: "slow", everyMs: 0 });
  bench.say(bob.session, "three");
});

Deno.test("slow mode does not count messages that the store failed to write", async () => {
  const { bench, moderate } = await hall();
  const bob = await bench.enter("Bob");
  await moderate({ type: "slow", everyMs: 10_000 });
  bench.store.failing.add("append");
  bench.say(bob.session, "one");
  await bench.turn();
  bench.store.failing.clear();
  bench.say(bob.session, "two");
});

Deno.test("an announcement is a message that is marked, in one room or in all that are open", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const line = await bench.enter("Line", text, TRUSTED);
  await moderate({ type: "announce", text: "Tea is ready" });
  const [first] = mod.reader.messages;
  assertEquals([first?.from, first?.text, first?.announcement], [
    "Mod",
    "Tea is ready",
    true,
  ]);
  assertEquals(mod.reader.all("ack").map(({ id }) => id), [1]);
  // Its sender is shown it, also where one is not shown one's own messages.
  bench.hub.moderate(line.session, {
    type: "announce",
    room: "hall",
    text: "And cake",
  });
  await bench.turn();
  assertEquals(line.reader.frames, [
    "[Server]: Announcement by Mod: Tea is ready",
    "[Server]: Announcement by Line: And cake",
  ]);
  const bob = bench.hello({ name: "Bob" });
  await join(here, bob.session, "yard");
  await moderate({ type: "announce", room: "*", text: "Good night" });
  assertEquals(bob.reader.texts, ["Good night"]);
  assertEquals(mod.reader.texts.at(-1), "Good night");
  assertEquals(await audit(here), [
    { by: "Mod", act: "announce", room: "hall" },
    { by: "Line", act: "announce", room: "hall" },
    { by: "Mod", act: "announce", room: "*" },
  ]);
});

Deno.test("rules are there from the start, and announcements of before are not made again", async () => {
  const bench = new HubBench();
  const { clock, store } = bench;
  await store.keep(new Map([["lock/hall", "{}"]]));
  const announcement = {
    id: "1",
    by: "Ada",
    text: "Old",
    at: 0,
    until: clock.now() + 9,
  };
  await store.keep(
    new Map([["announcement/1", JSON.stringify(announcement)]]),
  );
  await bench.hub.begin();
  const bob = await bench.enter("Bob");
  assertRefused(() => bench.say(bob.session, "hi"), "locked");
  assertEquals(bob.reader.messages, []);
});

Deno.test("joining a room in slow mode tells the client its wait", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const bob = await bench.enter("Bob");
  await moderate({ type: "slow", everyMs: 10_000 });
  bench.say(bob.session, "one");
  await bench.turn();
  await bench.pass(4_000);
  const waits = async () => {
    for (const { session } of [bob, mod]) await join(here, session);
    return [bob, mod].map(({ reader }) => reader.all("joined").at(-1)?.waitMs);
  };
  assertEquals(await waits(), [6_000, undefined]);
  await bench.pass(6_000);
  assertEquals(await waits(), [undefined, undefined]);
  bench.say(bob.session, "two");
  await bench.turn();
  await moderate({ type: "slow", everyMs: 0 });
  assertEquals(await waits(), [undefined, undefined]);
});
