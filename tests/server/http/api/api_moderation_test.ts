/** Keeping order from a script, on an open server and with tokens. */

import { assert, assertEquals } from "@std/assert";
import { AUDIT_ROOM } from "../../../../server/moderation/audit_log.ts";
import { byToken } from "../../../../server/http/api/access.ts";
import { Authority } from "../../../../server/auth/authenticator.ts";
import {
  type Answer,
  ApiBench,
  type AskOptions,
} from "../../../helpers/benches/api_bench.ts";
import { SECRET, signed } from "../../../helpers/tokens.ts";

/** Asks, and gives the answer with its status. */
async function ask(
  api: ApiBench,
  call: string,
  body?: unknown,
  options: AskOptions = {},
): Promise<Answer> {
  const [method = "", path = ""] = call.split(" ");
  const plain = typeof body === "string";
  const response = await api.ask(path, {
    method,
    ...options,
    headers: {
      ...(body !== undefined && {
        "content-type": plain ? "text/plain" : "application/json",
      }),
      ...options.headers,
    },
    ...(body !== undefined && { body: plain ? body : JSON.stringify(body) }),
  });
  return { status: response.status, ...await response.json() };
}

/** A server with tokens, and the headers of those who have one. */
async function closed() {
  const authority = await Authority.create({ secret: SECRET, guests: "none" });
  const api = new ApiBench({ authorize: byToken(authority) });
  const bearer = async (claims: object) => ({
    headers: { authorization: `Bearer ${await signed(claims, 3600)}` },
  });
  return { api, bearer };
}

const ALL = ["read", "write", "moderate"];

Deno.test("a script removes a message, and all members see it", async () => {
  const api = new ApiBench();
  const bob = await api.bench.enter("Bob");
  await ask(api, "POST /api/rooms/hall/messages", "secret");
  assertEquals(await ask(api, "DELETE /api/rooms/hall/messages/1"), {
    status: 200,
    room: "hall",
    removes: 1,
    seq: 2,
  });
  assertEquals(bob.reader.messages.at(-1)?.removes, 1);
  const page = await ask(api, "GET /api/rooms/hall/messages");
  assertEquals(
    page["messages"].map(({ text, removed, removes }: Answer) => [
      text,
      removed,
      removes,
    ]),
    [["", true, undefined], [
      "A message was removed by a moderator",
      undefined,
      1,
    ]],
  );
  const exported = await (await api.ask("/api/rooms/hall/export")).text();
  assert(!exported.includes("secret"));
  // Once more, a message that is not there, and a seq that is none.
  assertEquals(
    (await ask(api, "DELETE /api/rooms/hall/messages/1")).seq,
    undefined,
  );
  const missing = await ask(api, "DELETE /api/rooms/hall/messages/9");
  assertEquals([missing.status, missing["code"]], [404, "not_found"]);
  assertEquals(
    (await ask(api, "DELETE /api/rooms/hall/messages/x")).status,
    404,
  );
});

Deno.test("an import leaves out removed messages", async () => {
  const api = new ApiBench();
  for (const text of ["a", "b"]) {
    await ask(api, "POST /api/rooms/hall/messages", text);
  }
  await ask(api, "DELETE /api/rooms/hall/messages/1");
  await ask(api, "POST /api/rooms/hall/announcements", "c");
  const body = await (await api.ask("/api/rooms/hall/export")).text();
  const answer = await api.ask("/api/rooms/copy/import", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body,
  });
  assertEquals((await answer.json()).imported, 2);
  const page = await ask(api, "GET /api/rooms/copy/messages");
  assertEquals(
    page["messages"].map(({ text, announcement }: Answer) => [
      text,
      announcement,
    ]),
    [["b", undefined], ["c", true]],
  );
});

Deno.test("a repeat of a message that was removed is a repeat", async () => {
  const api = new ApiBench();
  const options = { headers: { "idempotency-key": "k" } };
  const post = () => ask(api, "POST /api/rooms/hall/messages", "hi", options);
  await post();
  await ask(api, "DELETE /api/rooms/hall/messages/1");
  assertEquals(await post(), {
    status: 200,
    room: "hall",
    seq: 1,
    duplicate: true,
  });
});

Deno.test("locks and slow mode are set, read, and lifted", async () => {
  const api = new ApiBench();
  const strangers = { address: "198.51.100.7" };
  assertEquals(await ask(api, "PUT /api/rooms/hall/lock"), {
    status: 200,
    room: "hall",
    locked: true,
    slowMs: 0,
  });
  const say = (text: string) =>
    ask(api, "POST /api/rooms/hall/messages", text, strangers);
  const locked = await say("but");
  assertEquals([locked.status, locked["code"]], [403, "locked"]);
  await ask(api, "DELETE /api/rooms/hall/lock");
  const slow = { everyMs: 10_000 };
  assertEquals(
    (await ask(api, "PUT /api/rooms/hall/slow", slow))["slowMs"],
    10_000,
  );
  assertEquals((await say("one")).status, 201);
  const early = await say("two");
  assertEquals([early.status, early["code"], early["retryAfterMs"]], [
    429,
    "slow_mode",
    10_000,
  ]);
  assertEquals(await ask(api, "DELETE /api/rooms/hall/slow"), {
    status: 200,
    room: "hall",
    locked: false,
    slowMs: 0,
  });
  assertEquals(
    await ask(api, "GET /api/rooms/hall/rules", undefined, strangers),
    {
      status: 200,
      room: "hall",
      locked: false,
      slowMs: 0,
    },
  );
  const wrong = await ask(api, "PUT /api/rooms/hall/slow", { everyMs: "soon" });
  assertEquals([wrong.status, wrong["code"]], [400, "bad_field"]);
});

Deno.test("bans hold for scripts and readers of events, and are listed until they are over", async () => {
  const api = new ApiBench();
  const eve = { address: "198.51.100.7" };
  const body = { address: eve.address, forMs: 60_000, reason: "spam" };
  const answer = await ask(api, "POST /api/bans", body);
  assertEquals(answer, { status: 201, room: "*", ...body });
  for (
    const call of [
      "GET /api/rooms",
      "GET /api/rooms/hall/messages",
      "GET /api/rooms/hall/events",
      "GET /api/rooms/hall/export",
    ]
  ) {
    const refused = await ask(api, call, undefined, eve);
    assertEquals([refused.status, refused["code"]], [403, "banned"], call);
  }
  const { bans } = await ask(api, "GET /api/bans");
  const now = api.bench.clock.now();
  assertEquals(bans, [{
    kind: "ban",
    room: "*",
    address: eve.address,
    until: now + 60_000,
    by: "Server",
    at: now,
    reason: "spam",
  }]);
  await ask(api, `DELETE /api/bans?address=${eve.address}`);
  assertEquals((await ask(api, "GET /api/rooms", undefined, eve)).status, 200);
  const again = await ask(api, `DELETE /api/bans?address=${eve.address}`);
  assertEquals(again.status, 404);
  // By name, in a room: a script that calls itself so.
  await ask(api, "POST /api/rooms/hall/bans", { name: "Eve", forMs: 60_000 });
  const say = (room: string) =>
    ask(api, `POST /api/rooms/${room}/messages?name=eve`, "hi", eve);
  assertEquals([(await say("hall")).status, (await say("yard")).status], [
    403,
    201,
  ]);
  assertEquals((await ask(api, "GET /api/rooms/hall/bans"))["bans"].length, 1);
  await api.bench.pass(60_000);
  assertEquals((await ask(api, "GET /api/rooms/hall/bans"))["bans"], []);
});

Deno.test("a script kicks, and announces in one room and in all", async () => {
  const api = new ApiBench();
  const bob = await api.bench.enter("Bob");
  const ada = await api.bench.enter("Ada");
  assertEquals(
    await ask(api, "POST /api/rooms/hall/kick", {
      name: "Bob",
      reason: "loud",
    }),
    { status: 200, room: "hall", name: "Bob", reason: "loud" },
  );
  assertEquals(bob.reader.all("left").length, 1);
  assertEquals((await ask(api, "POST /api/kick", { name: "Zoe" })).status, 404);
  assertEquals(await ask(api, "POST /api/rooms/hall/announcements", "Tea\n"), {
    status: 201,
    room: "hall",
    seq: 1,
  });
  const all = await ask(api, "POST /api/announcements", { text: "Cake" });
  assertEquals(all, { status: 201, room: "*" });
  assertEquals(
    ada.reader.messages.map(({ from, text, announcement }) => [
      from,
      text,
      announcement,
    ]),
    [["Server", "Tea", true], ["Server", "Cake", true]],
  );
});

Deno.test("the audit log is readable only page by page", async () => {
  const { api, bearer } = await closed();
  const ada = await bearer({ sub: "u1", name: "Ada", rights: ALL });
  await ask(api, "PUT /api/rooms/hall/lock", undefined, ada);
  await ask(api, "POST /api/rooms/hall/messages", "hi", ada);
  const eve = await bearer({ sub: "u2", name: "Eve" });
  await ask(api, "DELETE /api/rooms/hall/lock", undefined, ada);
  await ask(api, "POST /api/rooms/hall/messages", "secret", eve);
  await ask(api, "DELETE /api/rooms/hall/messages/2", undefined, ada);
  const at = api.bench.clock.now();
  const newest = await ask(api, "GET /api/audit?limit=2", undefined, ada);
  assertEquals(newest["entries"], [
    { seq: 2, at, by: "Ada", act: "lock", room: "hall", locked: false },
    {
      seq: 3,
      at,
      by: "Ada",
      act: "remove",
      room: "hall",
      name: "Eve",
      message: 2,
    },
  ]);
  assertEquals(newest["newer"], "/api/audit?after=3&limit=2");
  const older = await ask(api, `GET ${newest["older"]}`, undefined, ada);
  assertEquals(
    older["entries"].map(({ seq, locked }: Answer) => [seq, locked]),
    [[1, true]],
  );
  assertEquals(older["older"], null);
  assertEquals((await ask(api, "GET /api/audit", undefined, eve)).status, 403);
  const some = await bearer({ rights: ALL, rooms: ["hall", "_*"] });
  assertEquals((await ask(api, "GET /api/audit", undefined, some)).status, 403);
  // No room has its name.
  const room = await ask(
    api,
    `GET /api/rooms/${AUDIT_ROOM}/messages`,
    undefined,
    ada,
  );
  assertEquals([room.status, room["code"]], [400, "bad_room"]);
  const { rooms } = await ask(api, "GET /api/rooms", undefined, ada);
  assertEquals(rooms.map(({ room }: Answer) => room), ["hall"]);
});

Deno.test("over the API, too, only moderators moderate, and authors remove their own", async () => {
  const { api, bearer } = await closed();
  const eve = await bearer({ sub: "u2", name: "Eve" });
  const ada = await bearer({ sub: "u1", name: "Ada" });
  const hall = await bearer({ sub: "u3", rights: ALL, rooms: ["hall"] });
  await ask(api, "POST /api/rooms/hall/messages", "mine", eve);
  for (
    const call of [
      "PUT /api/rooms/hall/lock",
      "DELETE /api/rooms/hall/lock",
      "DELETE /api/rooms/hall/slow",
      "GET /api/rooms/hall/bans",
      "GET /api/bans",
      "DELETE /api/bans?name=Bob",
      "DELETE /api/rooms/hall/messages/1",
    ]
  ) {
    const refused = await ask(api, call, undefined, ada);
    assertEquals([refused.status, refused["code"]], [403, "forbidden"], call);
  }
  assertEquals(
    (await ask(api, "DELETE /api/rooms/hall/messages/1", undefined, eve))
      .status,
    200,
  );
  // Who moderates one room does not moderate another one, nor all.
  const lock = (room: string) =>
    ask(api, `PUT /api/rooms/${room}/lock`, undefined, hall);
  assertEquals([(await lock("hall")).status, (await lock("yard")).status], [
    200,
    403,
  ]);
  assertEquals((await ask(api, "GET /api/bans", undefined, hall)).status, 403);
  const all = await ask(api, "POST /api/announcements", "hi", hall);
  assertEquals(all.status, 403);
});

Deno.test("on a server without access tokens only the operator can moderate, from any address", async () => {
  const api = new ApiBench();
  for (const address of ["198.51.100.7", "127.0.0.1", "::1", ""]) {
    const stranger = { address };
    const refused = await ask(
      api,
      "PUT /api/rooms/hall/lock",
      undefined,
      stranger,
    );
    assertEquals([refused.status, refused["code"]], [403, "forbidden"]);
    assert(refused["detail"].includes("--auth-secret"));
    const { seq } = await ask(
      api,
      "POST /api/rooms/hall/messages",
      "hi",
      stranger,
    );
    const path = `DELETE /api/rooms/hall/messages/${seq}`;
    const own = await ask(api, path, undefined, stranger);
    assertEquals(own.status, 403, "without a token nobody knows whose it is");
    const wrong = { address, headers: { authorization: "Bearer operators" } };
    assertEquals((await ask(api, path, undefined, wrong)).status, 403);
  }
  assertEquals((await ask(api, "PUT /api/rooms/hall/lock")).status, 200);
});

Deno.test("pages of other origins do not moderate", async () => {
  const api = new ApiBench();
  const foreign = { headers: { origin: "https://evil.example" } };
  for (
    const call of [
      "PUT /api/rooms/hall/lock",
      "DELETE /api/rooms/hall/messages/1",
      "POST /api/announcements",
    ]
  ) {
    const refused = await ask(api, call, undefined, foreign);
    assertEquals([refused.status, refused["code"]], [403, "foreign_origin"]);
  }
});

Deno.test("addresses are shown only to moderators of the whole server, and no sub is in the log", async () => {
  const { api, bearer } = await closed();
  const { bench } = api;
  await bench.enter("Eve");
  const one = await bearer({
    sub: "one@x.example",
    rights: ALL,
    rooms: ["hall"],
  });
  const all = await bearer({ sub: "all@x.example", rights: ALL });
  const forMs = 60_000;
  const bans = "POST /api/rooms/hall/bans";
  await ask(api, bans, { name: "Eve", withAddress: true, forMs }, one);
  await ask(api, bans, { address: "198.51.100.7", forMs }, one);
  await ask(api, bans, { user: "bob@x.example", forMs }, one);
  await bench.turn();
  const listed = async (who: AskOptions) => {
    const list = await ask(api, "GET /api/rooms/hall/bans", undefined, who);
    return list["bans"].map(({ name, user, address, withAddress }: Answer) =>
      [name, user, address, withAddress].filter((one) => one).join(" ")
    ).toSorted();
  };
  assertEquals(await listed(one), ["Eve true", "bob@x.example", "hidden"]);
  assertEquals(await listed(all), [
    "192.0.2.7",
    "198.51.100.7",
    "Eve true",
    "bob@x.example",
  ]);
  // Every other act, too.
  const { seq } = await ask(api, "POST /api/rooms/hall/messages", "hi", all);
  for (
    const [call, body] of [
      [`DELETE /api/rooms/hall/messages/${seq}`],
      ["PUT /api/rooms/hall/lock"],
      ["PUT /api/rooms/hall/slow", { everyMs: 1 }],
      ["POST /api/rooms/hall/announcements", "Tea"],
      ["POST /api/announcements", "Tea"],
      ["DELETE /api/rooms/hall/bans?user=bob@x.example"],
    ] as const
  ) {
    const { status, detail } = await ask(api, call, body, all);
    assert(status < 300, `${call}: ${detail}`);
  }
  await api.ask("/api/rooms/hall/import", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", ...all.headers },
    body: '{"from":"A","text":"x"}',
  });
  const log = bench.logged.join("\n");
  // One's own message was removed, which is no act of a moderator.
  assertEquals(log.match(/moderated/g)?.length, 10, log);
  assert(!log.includes("@x.example"), log);
});
