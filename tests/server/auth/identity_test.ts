/** Who counts as the author of what, and what follows from it for moderation. */

import { assertEquals, assertRejects } from "@std/assert";
import { SignJWT } from "jose";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { HubbubError } from "../../../protocol/errors.ts";
import type { ModerationRequest } from "../../../protocol/requests.ts";
import { byToken } from "../../../server/http/api/access.ts";
import {
  type Author,
  importAuthor,
  owns,
  readAuthor,
  scriptAuthor,
  sessionAuthor,
  SYSTEM,
  userAuthor,
} from "../../../server/auth/author.ts";
import { Authority } from "../../../server/auth/authenticator.ts";
import {
  OPEN,
  type Permissions,
  TRUSTED,
} from "../../../server/auth/permissions.ts";
import type { Hub } from "../../../server/hub/hub.ts";
import type { Session } from "../../../server/rooms/session.ts";
import { ApiBench } from "../../helpers/benches/api_bench.ts";
import { assertRefused, hall, user } from "../../helpers/benches/hall.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

const AUTHORS: readonly Author[] = [
  SYSTEM,
  sessionAuthor("0123456789abcdef"),
  ...["ada", "house", "script:x", "user:x", "", "a b"].flatMap((id) => [
    userAuthor(id),
    scriptAuthor(id),
    importAuthor(id),
  ]),
];

Deno.test("an author reads back from its stored form as the same, and no two share one", () => {
  for (const author of AUTHORS) assertEquals(readAuthor(author.key), author);
  assertEquals(new Set(AUTHORS.map(({ key }) => key)).size, AUTHORS.length);
});

Deno.test("only sessions and users own messages, and only their own", () => {
  for (const author of AUTHORS) {
    for (const other of AUTHORS) {
      const wanted = author === other &&
        ["session", "user"].includes(author.kind);
      assertEquals(owns(author, other.key), wanted);
    }
  }
});

/** A claim that is no string people could be known by. */
const ODD_CLAIMS: readonly unknown[] = [
  {},
  { toString: "x" },
  ["ada"],
  [],
  true,
  0,
  7,
  null,
  "",
  "a\u0000b",
  "a\nb",
  "\u001b[31m",
  "x".repeat(257),
];

for (const claim of ["sub", "name"]) {
  Deno.test(`a token whose identity is no plain string is refused: ${claim}`, async () => {
    const authority = await Authority.create({
      secret: SECRET,
      guests: "none",
    });
    for (const odd of ODD_CLAIMS) {
      const token = await new SignJWT({ [claim]: odd } as never)
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode(SECRET));
      const error = await assertRejects(
        () => authority.verify(token),
        HubbubError,
      );
      assertEquals(error.code, "auth_invalid", JSON.stringify(odd));
    }
  });
}

Deno.test("a token for another service or from another issuer is refused", async () => {
  const authority = await Authority.create({
    secret: SECRET,
    guests: "none",
    audience: "hubbub",
    issuer: "https://id.example",
  });
  const good = { sub: "ada", aud: "hubbub", iss: "https://id.example" };
  assertEquals((await authority.verify(await signed(good, 60))).user, "ada");
  const shared = { ...good, aud: ["other", "hubbub"] };
  await authority.verify(await signed(shared, 60));
  for (
    const wrong of [
      { aud: "other" },
      { aud: undefined },
      { aud: [] },
      { iss: "https://evil.example" },
      { iss: undefined },
    ]
  ) {
    const token = await signed({ ...good, ...wrong }, 60);
    const error = await assertRejects(
      () => authority.verify(token),
      HubbubError,
    );
    assertEquals(error.code, "auth_invalid");
  }
});

Deno.test("only moderators can remove server messages, by any request", async () => {
  for (const open of [true, false]) {
    const authority = await Authority.create({
      secret: SECRET,
      guests: "write",
    });
    const api = new ApiBench(
      open ? { authorize: () => OPEN } : { authorize: byToken(authority) },
    );
    const { bench } = api;
    const mod = await bench.enter("Mod", undefined, TRUSTED);
    bench.hub.moderate(mod.session, {
      type: "announce",
      room: "hall",
      text: "Tests begin",
    });
    await bench.turn();
    const users = open ? [undefined] : [undefined, "house", "ada"];
    for (const sub of users) {
      const response = await api.ask("/api/rooms/hall/messages/1", {
        method: "DELETE",
        ...(sub !== undefined && {
          headers: {
            authorization: `Bearer ${await signed({ sub }, 60)}`,
          },
        }),
      });
      assertEquals([response.status, (await response.json()).code], [
        403,
        "forbidden",
      ]);
    }
    const { messages } = await bench.store.read("hall", {
      after: 0,
      limit: 9,
    });
    assertEquals(messages.map(({ text }) => text), ["Tests begin"]);
  }
});

Deno.test("a script removes no message of another script of the same name", async () => {
  const api = new ApiBench({ authorize: () => OPEN });
  await api.ask("/api/rooms/hall/messages?name=Cron", {
    method: "POST",
    body: "done",
  });
  const response = await api.ask("/api/rooms/hall/messages/1?name=Cron", {
    method: "DELETE",
  });
  assertEquals(response.status, 403);
});

Deno.test("never publishes the sub claim of a token", async () => {
  const authority = await Authority.create({ secret: SECRET, guests: "none" });
  const api = new ApiBench({ authorize: byToken(authority) });
  const { bench } = api;
  const bob = await bench.enter("Bob");
  const rights = ["read", "write", "moderate"];
  const headers = {
    authorization: `Bearer ${await signed(
      { sub: "ada@example.org", rights },
      60,
    )}`,
    "content-type": "application/json",
  };
  const post = (path: string, body: unknown) =>
    api.ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  bench.say(bob.session, "hi");
  await bench.turn();
  await post("/api/rooms/hall/messages", { text: "one" });
  await post("/api/rooms/hall/announcements", { text: "two" });
  await api.ask("/api/rooms/hall/messages/1", { method: "DELETE", headers });
  await post("/api/rooms/hall/bans", { name: "Bob", forMs: 60_000 });
  await post("/api/rooms/hall/kick", { name: "Bob" });
  await bench.turn();
  assertEquals(bob.reader.frames.join().includes("ada@example.org"), false);
  const page = await api.ask("/api/rooms/hall/messages", { headers });
  const { messages } = await page.json();
  assertEquals(messages.map(({ from }: { from: string }) => from), [
    "Bob",
    "Script",
    "Moderator",
    "Moderator",
  ]);
});

Deno.test("a removal notice contains no text by the author", async () => {
  const { bench } = await hall();
  const eve = await bench.enter("Eve");
  bench.say(eve.session, "hi");
  await bench.turn();
  bench.hub.sessionService.rename(eve.session, "Buy at evil.test");
  bench.hub.moderate(eve.session, { type: "remove", room: "hall", seq: 1 });
  await bench.turn();
  const { messages: [, notice] } = await bench.store.read("hall", {
    after: 0,
    limit: 9,
  });
  assertEquals([notice?.from, notice?.text, notice?.removes], [
    "Server",
    "A message was removed by its author",
    1,
  ]);
});

Deno.test("bans and locks apply to removing own messages too", async () => {
  for (
    const [act, code] of [
      [{ type: "ban", name: "Eve", forMs: 60_000 }, "banned"],
      [{ type: "kick", name: "Eve" }, "banned"],
      [{ type: "lock", locked: true }, "locked"],
    ] as const
  ) {
    const { bench, moderate } = await hall();
    const eve = await bench.enter("Eve");
    bench.say(eve.session, "hi");
    await bench.turn();
    await moderate({ room: "hall", ...act } as ModerationRequest);
    eve.reader.frames = [];
    const remove = { type: "remove", room: "hall", seq: 1, id: 1 } as const;
    if (code === "banned") {
      // Before anything is looked up.
      assertRefused(() => bench.hub.moderate(eve.session, remove), code);
      continue;
    }
    bench.hub.moderate(eve.session, remove);
    await bench.turn();
    assertEquals(eve.reader.all("error").map(({ code }) => code), [code]);
  }
});

/** Whether a session may join the hall. */
function mayJoin(hub: Hub, session: Session): boolean {
  try {
    hub.join(session, { type: "join", room: "hall" });
    return true;
  } catch {
    return false;
  }
}

Deno.test("repeating a ban keeps everyone it covers and does not shorten it", async () => {
  for (const [first, second] of [[60_000, 120_000], [120_000, 60_000]]) {
    const { bench, moderate } = await hall();
    const eve = await bench.enter("Eve");
    const ban = { type: "ban", room: "hall", name: "Eve" } as const;
    await moderate({ ...ban, withAddress: true, forMs: first! });
    await moderate({ ...ban, forMs: second! });
    bench.hub.sessionService.rename(eve.session, "Innocent");
    assertEquals(mayJoin(bench.hub, eve.session), false);
    const neighbour = bench.hello({ name: "Neighbour" });
    assertEquals(mayJoin(bench.hub, neighbour.session), false);
    await bench.pass(119_000);
    assertEquals(mayJoin(bench.hub, eve.session), false);
    assertEquals(mayJoin(bench.hub, neighbour.session), false);
    await bench.pass(2_000);
    assertEquals(mayJoin(bench.hub, eve.session), true);
    assertEquals(mayJoin(bench.hub, neighbour.session), true);
  }
});

Deno.test("unban ends all that the ban began, and nothing else", async () => {
  const { bench, moderate } = await hall();
  const eve = await bench.enter("Eve");
  const ban = { type: "ban", room: "hall", forMs: 60_000 } as const;
  await moderate({ ...ban, name: "Eve", withAddress: true });
  assertEquals(bench.hub.bans("hall").length, 2);
  await moderate({ type: "unban", room: "hall", name: "Eve" });
  assertEquals(bench.hub.bans("hall"), []);
  assertEquals(mayJoin(bench.hub, eve.session), true);
  // A ban of the address that a moderator made by itself stays.
  await moderate({ ...ban, address: "192.0.2.7" });
  await moderate({ ...ban, name: "Eve", withAddress: true });
  await moderate({ type: "unban", room: "hall", name: "Eve" });
  assertEquals(bench.hub.bans("hall").map(({ address }) => address), [
    "192.0.2.7",
  ]);
  assertEquals(mayJoin(bench.hub, eve.session), false);
  await moderate({ type: "unban", room: "hall", address: "192.0.2.7" });
  assertEquals(mayJoin(bench.hub, eve.session), true);
});

Deno.test("a ban that an earlier version has kept holds, and is extended", async () => {
  const { bench, moderate } = await hall();
  const eve = await bench.enter("Eve");
  const kept = {
    kind: "ban",
    room: "hall",
    name: "Eve",
    author: eve.session.author.key,
    by: "Mod",
    at: 0,
    until: bench.clock.now() + 60_000,
  };
  await bench.store.keep(
    new Map([["ban/hall/name eve", JSON.stringify(kept)]]),
  );
  await bench.turn();
  const ban = { type: "ban", room: "hall", name: "Eve" } as const;
  await moderate({ ...ban, forMs: 90_000 });
  bench.hub.sessionService.rename(eve.session, "Innocent");
  assertEquals(mayJoin(bench.hub, eve.session), false);
});

/** May moderate everywhere, as long as it has this. */
const moderator: Permissions = { ...TRUSTED, user: "mod2", name: "Mod2" };

for (
  const [room, ended] of [["hall", undefined], ["*", CLOSE.banned]] as const
) {
  Deno.test(`a moderator banned from ${room} is removed when the right to moderate ends`, async () => {
    const { bench, moderate } = await hall();
    const other = await bench.enter("Mod2", undefined, moderator);
    await moderate({ type: "ban", room, user: "mod2", forMs: 60_000 });
    assertEquals([...other.session.members.keys()], ["hall"]);
    bench.hub.sessionService.renew(other.session, user("mod2", "Mod2"));
    await bench.turn();
    assertEquals([...other.session.members.keys()], []);
    assertEquals(other.reader.ended, ended);
  });
}

Deno.test("a banned guest cannot resume the session under another name", async () => {
  const { bench, moderate } = await hall();
  const eve = bench.hello({ name: "Eve" });
  await moderate({ type: "ban", room: "*", name: "Eve", forMs: 60_000 });
  assertEquals(eve.reader.ended, CLOSE.banned);
  const reader = new FakeReader();
  assertRefused(
    () => bench.hello({ name: "Innocent", token: eve.token }, reader),
    "banned",
  );
  assertEquals(bench.hub.sessions, 1, "only the moderator is here");
});
