/** Moderation, from a request to what everybody sees of it. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { CLOSE } from "../../protocol/close_codes.ts";
import { type ErrorCode, HubbubError } from "../../protocol/errors.ts";
import type {
  BanRequest,
  ModerationRequest,
  PublishRequest,
} from "../../protocol/requests.ts";
import { simple } from "../../protocol/simple.ts";
import { text } from "../../protocol/text.ts";
import { v1 } from "../../protocol/v1.ts";
import { AUDIT_ROOM } from "../../server/audit.ts";
import { type Grant, OPEN, TRUSTED } from "../../server/grant.ts";
import { KICK_MS } from "../../server/decrees.ts";
import { MOST_RULES } from "../../server/rules.ts";
import type { Session } from "../../server/session.ts";
import { HubBench } from "../helpers/hub_bench.ts";
import { FakeReader } from "../helpers/reader.ts";

/** The bearer of a token without the right to moderate. */
function user(user: string, name?: string): Grant {
  return { ...OPEN, user, name };
}

/** A hall with a moderator in it. */
async function hall(dialect = v1) {
  const bench = new HubBench();
  const mod = await bench.enter("Mod", dialect, TRUSTED);
  const moderate = async (request: ModerationRequest) => {
    bench.hub.moderate(mod.session, { room: "hall", id: 1, ...request });
    await bench.turn();
  };
  return { bench, mod, moderate };
}

type Hall = Awaited<ReturnType<typeof hall>>;

/** What is refused, with which code. */
function assertRefused(act: () => void, code: ErrorCode): HubbubError {
  const error = assertThrows(act, HubbubError);
  assertEquals(error.code, code, error.message);
  return error;
}

/** Joins a room of the bench, and takes what was told of it. */
async function join({ bench }: Hall, session: Session, room = "hall") {
  bench.hub.join(session, { type: "join", room });
  await bench.turn();
}

/** What is written down. */
async function audit({ bench }: Hall): Promise<unknown[]> {
  const { messages } = await bench.store.read(AUDIT_ROOM, {
    after: 0,
    limit: 99,
  });
  return messages.map(({ from, text }) => ({ by: from, ...JSON.parse(text) }));
}

Deno.test("a moderator removes a message: it is gone for all, those who come later too", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const bob = await bench.enter("Bob");
  // Without a cid, which would be the text.
  const publish = { type: "publish", room: "hall", text: "secret" } as const;
  bench.hub.publish(bob.session, publish);
  await bench.turn();
  mod.reader.frames = [];
  await moderate({ type: "remove", seq: 1 });
  const [tombstone] = mod.reader.messages;
  assertEquals(
    [tombstone?.seq, tombstone?.from, tombstone?.text, tombstone?.removes],
    [2, "Mod", "A message by Bob was removed", 1],
  );
  assertEquals(mod.reader.all("ack").map(({ id, seq }) => [id, seq]), [[1, 2]]);
  assertEquals(bob.reader.messages.at(-1)?.removes, 1);

  // From memory, on joining, in history, and behind a cursor.
  const eve = bench.hello({ name: "Eve" });
  await join(here, eve.session);
  bench.hub.history(eve.session, { type: "history", room: "hall" });
  await bench.turn();
  const [history] = eve.reader.all("history");
  for (const messages of [eve.reader.messages, history?.messages ?? []]) {
    assertEquals(
      messages.map(({ seq, text, removed, removes }) => [
        seq,
        text,
        removed,
        removes,
      ]),
      [[1, "", true, undefined], [
        2,
        "A message by Bob was removed",
        undefined,
        1,
      ]],
    );
  }
  assert(!eve.reader.frames.join().includes("secret"));
  assertEquals(await audit(here), [
    { by: "Mod", act: "remove", room: "hall", seq: 1, name: "Bob" },
  ]);
  assert(bench.logged.some((line) => line.includes("moderated by=Mod")));
  assert(!bench.logged.join().includes("secret"));
});

Deno.test("a page that was read before a message was removed is read again", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const bob = await bench.enter("Bob");
  bench.say(bob.session, "secret");
  await bench.turn();
  // Everybody goes: what comes next is read from the store.
  for (const { session } of [mod, bob]) bench.hub.leave(session, "hall");
  await bench.turn();
  const eve = bench.hello({ name: "Eve" });
  const read = bench.store.inner.read.bind(bench.store.inner);
  const late = Promise.withResolvers<void>();
  bench.store.inner.read = async (room, range) => {
    const page = await read(room, range);
    if (room === "hall" && "after" in range && range.limit > 1) {
      await late.promise;
    }
    return page;
  };
  await join(here, eve.session);
  assertEquals(eve.reader.messages, []);
  await moderate({ type: "remove", seq: 1 });
  late.resolve();
  await bench.turn();
  assertEquals(eve.reader.texts, ["", "A message by Bob was removed"]);
});

Deno.test("everybody removes messages of one's own, nobody those of others", async () => {
  const here = await hall();
  const { bench } = here;
  const bob = await bench.enter("Bob");
  const eve = await bench.enter("Eve");
  bench.say(bob.session, "mine");
  await bench.turn();
  const remove = async (session: Session, seq: number) => {
    bench.hub.moderate(session, { type: "remove", room: "hall", seq, id: 7 });
    await bench.turn();
  };
  await remove(eve.session, 1);
  const [refusal] = eve.reader.all("error");
  assertEquals([refusal?.code, refusal?.id], ["forbidden", 7]);
  assert(refusal?.message.includes("--auth-secret"));
  await remove(bob.session, 1);
  assertEquals(eve.reader.messages.at(-1)?.removes, 1);
  assertEquals(
    await bench.store.read("hall", { after: 0, limit: 1 }).then(
      ({ messages }) => messages.map(({ text }) => text),
    ),
    [""],
  );
  // Once more, the tombstone, and what is not there.
  bob.reader.frames = [];
  await remove(bob.session, 1);
  assertEquals(bob.reader.all("done").length, 1);
  for (
    const [seq, code] of [[2, "forbidden"], [9, "not_found"], [
      0,
      "not_found",
    ]] as const
  ) {
    bob.reader.frames = [];
    await remove(bob.session, seq);
    assertEquals(bob.reader.all("error").map(({ code }) => code), [code]);
  }
  assertEquals(await audit(here), [], "one's own is nobody else's business");
});

Deno.test("two who remove a message at once remove it once", async () => {
  const here = await hall();
  const { bench, mod } = here;
  const other = await bench.enter("Other", v1, TRUSTED);
  bench.say(mod.session, "hi");
  await bench.turn();
  for (const { session } of [mod, other]) {
    bench.hub.moderate(session, {
      type: "remove",
      room: "hall",
      seq: 1,
      id: 1,
    });
  }
  await bench.turn();
  assertEquals(mod.reader.messages.filter(({ removes }) => removes).length, 1);
  assertEquals(other.reader.all("ack").at(-1)?.duplicate, true);
  assertEquals((await audit(here)).length, 1);
});

Deno.test("who is kicked has to go at once, is told why, and may come back after a minute", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const bob = await bench.enter("Bob");
  await moderate({ type: "kick", name: "bob", reason: "too loud" });
  const [left] = bob.reader.all("left");
  assertEquals([left?.room, left?.code, left?.retryAfterMs], [
    "hall",
    "banned",
    KICK_MS,
  ]);
  assertEquals(
    left?.message,
    'Mod has sent you away from room "hall": too loud. ' +
      "You may come back in 1 minute",
  );
  assertEquals(bob.reader.ended, undefined, "it may be in other rooms");
  assertEquals(mod.reader.all("presence").at(-1)?.left, ["Bob"]);
  assertEquals(mod.reader.all("done").length, 1);
  assertRefused(
    () => bench.hub.join(bob.session, { type: "join", room: "hall" }),
    "banned",
  );
  // Under another name too: it is the same session.
  bench.hub.rename(bob.session, "Rob");
  assertRefused(() => bench.say(bob.session, "here I am"), "banned");
  assertRefused(
    () => bench.hub.history(bob.session, { type: "history", room: "hall" }),
    "banned",
  );
  await join(here, bob.session, "yard");
  await bench.pass(KICK_MS);
  await join(here, bob.session);
  assertEquals(bob.reader.all("joined").map(({ room }) => room), [
    "yard",
    "hall",
  ]);
  assertEquals(await audit(here), [
    { by: "Mod", act: "kick", room: "hall", name: "bob", reason: "too loud" },
  ]);
});

Deno.test("a client that can be in one room only is closed when it is kicked", async () => {
  for (const dialect of [text, simple]) {
    const { bench, moderate } = await hall();
    const bob = await bench.enter("Bob", dialect);
    await moderate({ type: "kick", name: "Bob" });
    assertEquals(bob.reader.ended, CLOSE.removed);
    assert(bob.reader.frames.join().includes("Mod has sent you away"));
  }
});

Deno.test("who is banned from the server is closed, and not let in again before it is over", async () => {
  const here = await hall();
  const { bench, moderate } = here;
  const bob = await bench.enter("Bob");
  const { size } = { size: bench.hub.sessions };
  await moderate({
    type: "ban",
    room: "*",
    name: "Bob",
    forMs: 600_000,
    reason: "spam",
  });
  const [error] = bob.reader.all("error");
  assertEquals([error?.code, error?.retryAfterMs, error?.message], [
    "banned",
    600_000,
    "You are banned from this server for 10 minutes: spam",
  ]);
  assertEquals(bob.reader.ended, CLOSE.banned);
  assertEquals(bench.hub.sessions, size - 1);
  assertRefused(() => bench.hello({ name: "ＢＯＢ" }), "banned");
  // The session is known under another name, and let nowhere in.
  const rob = bench.hello({ name: "Rob", token: bob.token });
  for (const room of ["hall", "yard"]) {
    assertRefused(
      () => bench.hub.join(rob.session, { type: "join", room }),
      "banned",
    );
  }
  assertRefused(
    () => bench.hub.rename(bench.hello({}).session, "Bob"),
    "banned",
  );
  await bench.pass(600_000);
  bench.hello({ name: "Bob" });
  assertEquals(bench.hub.bans("*"), []);
});

Deno.test("a session within its grace period is banned too", async () => {
  const { bench, moderate } = await hall();
  const bob = await bench.enter("Bob");
  bench.hub.lost(bob.session, bob.reader, true);
  const before = bench.hub.sessions;
  await moderate({ type: "ban", room: "*", name: "Bob", forMs: 60_000 });
  assertEquals(bench.hub.sessions, before - 1);
});

Deno.test("an address is banned with all who are there, a user wherever it is", async () => {
  const { bench, moderate } = await hall();
  const enter = async (name: string, address: string, grant = OPEN) => {
    const reader = new FakeReader();
    reader.address = address;
    const person = bench.hello({ name }, reader, grant);
    bench.hub.join(person.session, { type: "join", room: "hall" });
    await bench.turn();
    return person;
  };
  const bob = await enter("Bob", "2001:db8:1:2::1");
  const eve = await enter("Eve", "2001:db8:1:2:3::1");
  const ada = await enter("Ada", "198.51.100.1", user("u1"));
  const teacher = await enter("Teacher", "2001:db8:1:2::2", TRUSTED);
  const forMs = 60_000;
  await moderate({ type: "ban", room: "*", address: "2001:db8:1:2::9", forMs });
  assertEquals(
    [bob, eve, ada, teacher].map(({ reader }) => reader.ended),
    [CLOSE.banned, CLOSE.banned, undefined, undefined],
  );
  await moderate({ type: "ban", room: "hall", user: "u1", forMs });
  assertEquals(ada.reader.all("left").length, 1);
  const again = bench.hello({ name: "Other" }, new FakeReader(), user("u1"));
  assertRefused(
    () => bench.hub.join(again.session, { type: "join", room: "hall" }),
    "banned",
  );
  await moderate({ type: "unban", room: "hall", user: "u1" });
  bench.hub.join(again.session, { type: "join", room: "hall" });
});

Deno.test("a ban of a name takes the address with it where that is asked for", async () => {
  const here = await hall();
  const { bench, moderate } = here;
  await bench.enter("Bob");
  await moderate({
    type: "ban",
    room: "hall",
    name: "Bob",
    withAddress: true,
    forMs: 60_000,
  });
  const eve = bench.hello({ name: "Eve" });
  assertRefused(
    () => bench.hub.join(eve.session, { type: "join", room: "hall" }),
    "banned",
  );
  assertEquals(
    bench.hub.bans("hall").map(({ name, address }) => name ?? address).sort(),
    ["192.0.2.7", "Bob"],
  );
});

Deno.test("who reads events is banned as well", async () => {
  const bans: readonly [Grant, Partial<BanRequest>][] = [
    [OPEN, { address: "192.0.2.7" }],
    [user("u1"), { user: "u1" }],
    [user("u1", "Bob"), { name: "Bob" }],
  ];
  for (const [grant, ban] of bans) {
    const { bench, moderate } = await hall();
    const [reader, other] = [new FakeReader(), new FakeReader()];
    other.address = "198.51.100.1";
    bench.hub.listen(reader, { type: "join", room: "hall" }, grant);
    bench.hub.listen(other, { type: "join", room: "hall" }, OPEN);
    await bench.turn();
    await moderate({ type: "ban", room: "*", ...ban, forMs: 1_000 });
    assertEquals([reader.ended, other.ended], [CLOSE.banned, undefined]);
  }
});

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
    "[Server]: This room is locked: moderators alone can write.",
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

Deno.test("in slow mode everybody writes once in a while, wherever the last message was stored", async () => {
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
    { room: "hall", from: "Bob", text: "elsewhere", author },
  ]);
  await bench.turn();
  assertRefused(() => bench.say(bob.session, "three"), "slow_mode");
  await moderate({ type: "slow", everyMs: 0 });
  bench.say(bob.session, "three");
});

Deno.test("who could not be heard because the store failed need not wait", async () => {
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

Deno.test("without the right nobody moderates, and is told what it takes", async () => {
  const { bench } = await hall();
  const bob = await bench.enter("Bob");
  const requests: ModerationRequest[] = [
    { type: "kick", name: "Mod" },
    { type: "ban", name: "Mod", forMs: 1 },
    { type: "unban", name: "Mod" },
    { type: "lock", locked: true },
    { type: "slow", everyMs: 1 },
    { type: "announce", text: "I rule" },
    { type: "announce", room: "*", text: "I rule" },
  ];
  for (const request of requests) {
    const { message } = assertRefused(
      () => bench.hub.moderate(bob.session, { room: "hall", ...request }),
      "forbidden",
    );
    assert(message.includes("--auth-secret"), message);
  }
});

Deno.test("who moderates some rooms does not moderate others, nor the server", async () => {
  const { bench } = await hall();
  const ada = bench.hello({ name: "Ada" }, new FakeReader(), {
    until: Infinity,
    allows: (right, room) => right !== "moderate" || room === "hall",
  });
  const lock = { type: "lock", locked: true } as const;
  bench.hub.moderate(ada.session, { ...lock, room: "hall" });
  const kick = { type: "kick", name: "Mod" } as const;
  for (const room of ["yard", "*"]) {
    assertRefused(
      () => bench.hub.moderate(ada.session, { ...kick, room }),
      "forbidden",
    );
  }
});

Deno.test("moderators are not sent away, nor kept out by what holds for others", async () => {
  const { bench, moderate } = await hall();
  const other = await bench.enter("Other", v1, TRUSTED);
  for (const type of ["kick", "ban"] as const) {
    assertRefused(
      () =>
        bench.hub.moderate(other.session, {
          type,
          room: "hall",
          name: "Mod",
          forMs: 1,
        } as ModerationRequest),
      "forbidden",
    );
  }
  await moderate({
    type: "ban",
    room: "*",
    address: "192.0.2.7",
    forMs: 1_000,
  });
  assertEquals(other.reader.ended, undefined);
  await bench.enter("Third", v1, TRUSTED);
});

Deno.test("what makes no sense is refused with what to do", async () => {
  const { bench, mod } = await hall();
  const wrong: readonly [ModerationRequest, ErrorCode][] = [
    [{ type: "kick", name: "Nobody" }, "not_found"],
    [{ type: "kick", name: "" }, "bad_name"],
    [{ type: "ban", forMs: 1 }, "bad_field"],
    [{ type: "ban", name: "A", address: "192.0.2.1", forMs: 1 }, "bad_field"],
    [{ type: "ban", address: "nowhere", forMs: 1 }, "bad_field"],
    [{ type: "ban", name: "A", forMs: 0 }, "bad_field"],
    [{ type: "ban", name: "A", forMs: 1e15 }, "bad_field"],
    [{ type: "unban", name: "A" }, "not_found"],
    [{ type: "slow", everyMs: 1e9 }, "bad_field"],
    [{ type: "lock", room: "*", locked: true }, "bad_room"],
    [{ type: "slow", room: "*", everyMs: 1 }, "bad_room"],
    [{ type: "remove", room: "*", seq: 1 }, "bad_room"],
    [{ type: "announce", text: " " }, "empty"],
    [{ type: "kick", name: "A", reason: "x".repeat(201) }, "bad_field"],
  ];
  for (const [request, code] of wrong) {
    assertRefused(
      () => bench.hub.moderate(mod.session, { room: "hall", ...request }),
      code,
    );
  }
});

Deno.test("there are only so many rules, and those that are over make room", async () => {
  const { bench, mod, moderate } = await hall();
  await bench.store.keep(
    new Map(Array.from({ length: MOST_RULES }, (_, i) => [
      `ban/*/name bob${i}`,
      JSON.stringify({
        kind: "ban",
        room: "*",
        name: `bob${i}`,
        until: bench.clock.now() + 5_000,
      }),
    ])),
  );
  assertRefused(
    () =>
      bench.hub.moderate(mod.session, {
        type: "lock",
        room: "hall",
        locked: true,
      }),
    "rules_full",
  );
  await bench.pass(6_000);
  await moderate({ type: "lock", locked: true });
  const publish: PublishRequest = { type: "publish", room: "hall", text: "x" };
  assertRefused(
    () => bench.hub.publish(bench.hello({}).session, publish),
    "locked",
  );
});

Deno.test("promise 7: a moderator is told when the store cannot do it, and nothing is half done", async () => {
  const { bench, mod, moderate } = await hall();
  const bob = await bench.enter("Bob");
  for (const failing of ["append", "keep"] as const) {
    mod.reader.frames = [];
    bench.store.failing.add(failing);
    await moderate({ type: "lock", locked: true });
    const [error] = mod.reader.all("error");
    assertEquals([error?.code, error?.id], ["store_unavailable", 1]);
    bench.store.failing.clear();
  }
  bench.say(bob.session, "still open");
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
