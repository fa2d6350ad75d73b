/** Who is sent away or kept out, from the request to what everybody sees. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { type Ban, RULE_KEYS } from "../../../server/moderation/rules.ts";
import type { BanRequest } from "../../../protocol/requests.ts";
import { simple } from "../../../protocol/simple.ts";
import { text } from "../../../protocol/text.ts";
import { HELP, readCommand } from "../../../protocol/text_commands.ts";
import {
  OPEN,
  type Permissions,
  TRUSTED,
} from "../../../server/auth/permissions.ts";
import type { Session } from "../../../server/rooms/session.ts";
import { KICK_MS } from "../../../server/moderation/actions.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";
import {
  assertRefused,
  audit,
  hall,
  join,
  user,
} from "../../helpers/benches/hall.ts";

Deno.test("a kick removes the user at once with a reason and ends after a minute", async () => {
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
    'Mod has kicked you from room "hall": too loud. ' +
      "You can return in 1 minute",
  );
  assertEquals(bob.reader.ended, undefined, "it may be in other rooms");
  assertEquals(mod.reader.all("presence").at(-1)?.left, ["Bob"]);
  assertEquals(mod.reader.all("done").length, 1);
  assertRefused(
    () => bench.hub.join(bob.session, { type: "join", room: "hall" }),
    "banned",
  );
  // Under another name too: it is the same session.
  bench.hub.sessionService.rename(bob.session, "Rob");
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
    assert(bob.reader.frames.join().includes("Mod has kicked you"));
  }
});

Deno.test("an expired ban removes nobody when it reaches a node", async () => {
  const { bench } = await hall();
  const bob = await bench.enter("Bob");
  for (const until of [bench.clock.now(), bench.clock.now() + 1]) {
    const ban = {
      kind: "ban",
      room: "*",
      name: "Bob",
      by: "Mod",
      at: 0,
      until,
    };
    await bench.store.keep(
      new Map([[RULE_KEYS.ban(ban as Ban), JSON.stringify(ban)]]),
    );
    await bench.turn();
    const isOver = until === bench.clock.now();
    assertEquals(bob.reader.ended, isOver ? undefined : CLOSE.banned);
  }
});

Deno.test("closes a client banned from the server and refuses it until the ban ends", async () => {
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
  // The session is known under another name too.
  assertRefused(
    () => bench.hello({ name: "Rob", token: bob.token }),
    "banned",
  );
  assertRefused(
    () => bench.hub.sessionService.rename(bench.hello({}).session, "Bob"),
    "banned",
  );
  await bench.pass(600_000);
  bench.hello({ name: "Bob" });
  assertEquals(bench.hub.bans("*"), []);
});

Deno.test("a session within its grace period is banned too", async () => {
  const { bench, moderate } = await hall();
  const bob = await bench.enter("Bob");
  bench.hub.sessionService.lost(bob.session, bob.reader, { mayReturn: true });
  const before = bench.hub.sessions;
  await moderate({ type: "ban", room: "*", name: "Bob", forMs: 60_000 });
  assertEquals(bench.hub.sessions, before - 1);
});

Deno.test("an address ban removes all its clients, a user ban all the user's devices", async () => {
  const { bench, moderate } = await hall();
  const enter = async (name: string, address: string, permissions = OPEN) => {
    const reader = new FakeReader();
    reader.address = address;
    const person = bench.hello({ name }, reader, permissions);
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

Deno.test("/ban bans a name and its user or guest, not the address, as /help says", async () => {
  const line = HELP.find((line) => line.startsWith("/ban ")) ?? "";
  assertMatch(line, / {2}ban a name, and the person who has it now$/);
  for (const permissions of [OPEN, user("u1")]) {
    const here = await hall();
    const { bench, moderate } = here;
    const enter = (name: string, permissions: Permissions) =>
      bench.hello({ name }, new FakeReader(), permissions).session;
    const eve = enter("Eve", permissions);
    await join(here, eve);
    const request = readCommand("/ban Eve 10m");
    assert(request.type === "ban");
    await moderate({ ...request, room: "hall" });
    const refused = (session: Session) =>
      assertRefused(
        () => bench.hub.join(session, { type: "join", room: "hall" }),
        "banned",
      );
    // The person under another name, and on another device of the user.
    bench.hub.sessionService.rename(eve, "Ann");
    refused(eve);
    if (permissions.user !== undefined) refused(enter("Ida", permissions));
    // The name, whoever takes it next; not others at that address.
    refused(enter("Eve", user("u2")));
    await join(here, enter("Bob", OPEN));
    // Lifted by the same name, for name and person.
    const lift = readCommand("/unban Eve");
    assert(lift.type === "unban");
    await moderate({ ...lift, room: "hall" });
    await join(here, eve);
  }
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

Deno.test("a ban also applies to event stream readers", async () => {
  const bans: readonly [Permissions, Partial<BanRequest>][] = [
    [OPEN, { address: "192.0.2.7" }],
    [user("u1"), { user: "u1" }],
    [user("u1", "Bob"), { name: "Bob" }],
  ];
  for (const [permissions, ban] of bans) {
    const { bench, moderate } = await hall();
    const [reader, other] = [new FakeReader(), new FakeReader()];
    other.address = "198.51.100.1";
    bench.hub.listen(reader, { type: "join", room: "hall" }, permissions);
    bench.hub.listen(other, { type: "join", room: "hall" }, OPEN);
    await bench.turn();
    await moderate({ type: "ban", room: "*", ...ban, forMs: 1_000 });
    assertEquals([reader.ended, other.ended], [CLOSE.banned, undefined]);
  }
});
