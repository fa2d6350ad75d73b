/** Scripts that publish and read history, and people on sockets beside them. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { Permissions } from "../../../../server/auth/permissions.ts";
import { type Answer, ApiBench } from "../../../helpers/benches/api_bench.ts";
import { Client, V1Client } from "../../../helpers/clients.ts";
import { InProcessServer } from "../../../helpers/in_process.ts";

const PLAIN = { "content-type": "text/plain" };
const JSON_TYPE = { "content-type": "application/json" };

/** Publishes, and gives the answer with its status. */
async function post(
  url: string,
  body: string | object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const plain = typeof body === "string";
  const response = await fetch(url, {
    method: "POST",
    headers: { ...(plain ? PLAIN : JSON_TYPE), ...headers },
    body: plain ? body : JSON.stringify(body),
  });
  return { status: response.status, ...await response.json() };
}

async function get(url: string): Promise<Answer> {
  const response = await fetch(url);
  return { status: response.status, ...await response.json() };
}

Deno.test("a message that a script publishes is seen in all dialects", async () => {
  await using server = await InProcessServer.start();
  await using ada = await V1Client.in("hall", {
    url: server.socket("/ws"),
    name: "Ada",
  });
  await using bob = await Client.native(server.socket("/ws/hall?name=Bob"));
  await using eve = await Client.native(server.socket("/text/hall"));
  eve.send("Eve");
  await eve.inbox.until((line) => line.startsWith("[Server]: You are in"));

  const answer = await post(
    server.url("/api/rooms/hall/messages?name=Build"),
    "Build 7 is done\n",
    { "idempotency-key": "build-7" },
  );

  assertEquals(answer, { status: 201, room: "hall", seq: 1, duplicate: false });
  const { from, text, seq, cid } = await ada.next("message");
  assertEquals({ from, text, seq, cid }, {
    from: "Build",
    text: "Build 7 is done",
    seq: 1,
    cid: "build-7",
  });
  const [frame = ""] =
    (await bob.inbox.until((frame) => frame.includes("Build 7"))).slice(-1);
  assertEquals(JSON.parse(frame).sender, "Build");
  const lines = await eve.inbox.until((line) => line.includes("Build 7"));
  assertEquals(lines.at(-1), "[Build]: Build 7 is done");
});

Deno.test("a message from a socket is read by a script", async () => {
  await using server = await InProcessServer.start();
  await using ada = await V1Client.in("hall", {
    url: server.socket("/ws"),
    name: "Ada",
  });
  await ada.ask({ type: "publish", room: "hall", text: "Hi", cid: "1" }, "ack");
  const page = await get(server.url("/api/rooms/hall/messages"));
  const [message] = page["messages"];
  assertEquals(page, {
    status: 200,
    room: "hall",
    epoch: page["epoch"],
    first: 1,
    head: 1,
    messages: [{ seq: 1, from: "Ada", text: "Hi", at: message.at, cid: "1" }],
    older: null,
    newer: "/api/rooms/hall/messages?after=1&limit=50",
  });
});

Deno.test("a script that gives no name is Script, or like it where that is taken", async () => {
  await using server = await InProcessServer.start();
  const url = server.url("/api/rooms/hall/messages");
  await post(url, "one");
  await using _taken = await V1Client.in("hall", {
    url: server.socket("/ws"),
    name: "script",
  });
  await post(url, { text: "two" });
  const { messages } = await get(url);
  assertEquals(messages.map(({ from }: Answer) => from), [
    "Script",
    "Script 2",
  ]);
});

Deno.test("promise 6: a script cannot use the name of a connected user", async () => {
  await using server = await InProcessServer.start();
  const url = server.url("/api/rooms/hall/messages");
  {
    await using _ada = await V1Client.in("hall", {
      url: server.socket("/ws"),
      name: "Ada",
    });
    const refused = await post(url, { text: "It is me", from: "ADA" });
    assertEquals(refused["status"], 409);
    assertEquals(refused["code"], "name_taken");
    assertEquals(refused["suggestion"], "ADA 2");
    assertStringIncludes(refused["detail"], "Choose another one");
    assertEquals((await get(url))["messages"], []);
  }
});

Deno.test("a repeat with the same Idempotency-Key is stored once", async () => {
  await using server = await InProcessServer.start();
  const url = server.url("/api/rooms/hall/messages");
  const key = { "idempotency-key": '"k-1"' };
  assertEquals((await post(url, "once", key))["status"], 201);
  await post(url, "another");
  // The quotes are the header's, not the key's.
  const again = await post(url, "once", { "idempotency-key": "k-1" });
  assertEquals(again, { status: 200, room: "hall", seq: 1, duplicate: true });
  // Another script's key is another key.
  const other = await post(url, { text: "once", from: "Bot" }, key);
  assertEquals([other["status"], other["seq"]], [201, 3]);
  const { messages } = await get(url);
  assertEquals(messages.map(({ text }: Answer) => text), [
    "once",
    "another",
    "once",
  ]);
});

Deno.test("an Idempotency-Key that is used for another text is refused", async () => {
  await using server = await InProcessServer.start();
  const url = server.url("/api/rooms/hall/messages");
  const key = { "idempotency-key": "k-1" };
  await post(url, "one", key);
  const refused = await post(url, "two", key);
  assertEquals([refused["status"], refused["code"], refused["seq"]], [
    422,
    "key_reused",
    1,
  ]);
});

Deno.test("many scripts at once get a seq each, without holes", async () => {
  await using server = await InProcessServer.start({ rate: 0 });
  const url = server.url("/api/rooms/hall/messages");
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => post(url, `${i}`)),
  );
  assertEquals(
    answers.map(({ seq }) => Number(seq)).sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
});

Deno.test("the answer has the message's address", async () => {
  await using server = await InProcessServer.start();
  const url = server.url("/api/rooms/caf%C3%A9/messages");
  await post(url, "first");
  const response = await fetch(url, {
    method: "POST",
    headers: PLAIN,
    body: "second",
  });
  await response.body?.cancel();
  const location = response.headers.get("location") ?? "";
  const { messages } = await get(server.url(location));
  assertEquals(messages.map(({ text }: Answer) => text), ["second"]);
});

Deno.test("pages lead from the newest message to the oldest and back", async () => {
  await using server = await InProcessServer.start({ rate: 0 });
  const url = server.url("/api/rooms/hall/messages");
  for (let i = 1; i <= 7; i++) await post(url, `${i}`);
  const texts = ({ messages }: Answer) =>
    messages.map(({ text }: Answer) => text).join("");
  const newest = await get(`${url}?limit=3`);
  assertEquals(texts(newest), "567");
  const middle = await get(server.url(newest["older"]));
  assertEquals(texts(middle), "234");
  const oldest = await get(server.url(middle["older"]));
  assertEquals([texts(oldest), oldest["older"]], ["1", null]);
  const next = await get(server.url(oldest["newer"]));
  assertEquals(texts(next), "234");
  // At the head the same address asks for what is new, again and again.
  const none = await get(server.url(newest["newer"]));
  assertEquals([texts(none), none["newer"]], ["", newest["newer"]]);
  await post(url, "8");
  assertEquals(texts(await get(server.url(none["newer"]))), "8");
});

Deno.test("reading makes no room; writing to one does, and one that people are in is listed", async () => {
  await using server = await InProcessServer.start();
  const list = async () => (await get(server.url("/api/rooms")))["rooms"];
  const empty = await get(server.url("/api/rooms/nobody/messages"));
  assertMatch(String(empty["epoch"]), /^[0-9a-f]{8}-[0-9a-f]{4}$/);
  assertEquals(empty, {
    status: 200,
    room: "nobody",
    epoch: empty["epoch"],
    first: 1,
    head: 0,
    messages: [],
    older: null,
    newer: "/api/rooms/nobody/messages?after=0&limit=50",
  });
  assertEquals(await list(), []);
  await using _ada = await V1Client.in("yard", {
    url: server.socket("/ws"),
    name: "Ada",
  });
  await post(server.url("/api/rooms/hall/messages"), "Hello");
  const rooms = await list();
  assertMatch(String(rooms[0].at), /^\d{13}$/);
  assertEquals(rooms, [
    { room: "hall", head: 1, at: rooms[0].at, online: 0 },
    { room: "yard", head: 0, at: null, online: 1 },
  ]);
});

/** All rooms of the list, page by page, and how many pages there were. */
async function allRooms(server: InProcessServer, start: string) {
  const names: string[] = [];
  let pages = 0;
  for (let next: string | null = start; next !== null; pages++) {
    const page = await get(server.url(next));
    names.push(...page["rooms"].map(({ room }: { room: string }) => room));
    next = page["next"];
  }
  return { names, pages };
}

Deno.test("the room list is paginated and includes rooms without messages in order", async () => {
  await using server = await InProcessServer.start({ rate: 0, roomRate: 0 });
  const kept = Array.from({ length: 250 }, (_, n) => `room-${n}`);
  for (const room of kept) {
    await post(server.url(`/api/rooms/${room}/messages`), "Hello");
  }
  const url = server.socket("/ws");
  await using ada = await V1Client.in("room-2-only-here", { url, name: "Ada" });
  for (const room of ["a", "z", "room-100"]) {
    await ada.ask({ type: "join", room }, "joined");
  }
  const all = [...kept, "a", "z", "room-2-only-here"].toSorted();
  for (
    const [query, pages] of [
      ["", 3],
      ["?limit=1000", 1],
      ["?limit=7", 37],
      ["?limit=253", 1],
      ["?limit=252", 2],
    ] as const
  ) {
    const list = await allRooms(server, `/api/rooms${query}`);
    assertEquals(list, { names: all, pages }, query);
  }
  const behind = await allRooms(server, "/api/rooms?after=room-98&limit=5");
  assertEquals(behind.names, ["room-99", "z"]);
  const page = await get(server.url("/api/rooms?limit=2"));
  assertEquals(page["next"], "/api/rooms?after=room-0&limit=2");
  for (const query of ["limit=0", "limit=x", `after=${"x".repeat(300)}`]) {
    const refused = await get(server.url(`/api/rooms?${query}`));
    assertEquals([refused["status"], refused["code"]], [400, "bad_field"]);
  }
});

/** May read these rooms. */
function reading(...rooms: string[]): Permissions {
  return {
    until: Infinity,
    allows: (right, room) => right === "read" && rooms.includes(room),
  };
}

/** Stores a message in each room. */
async function fill(
  { bench: { store } }: ApiBench,
  rooms: readonly string[],
): Promise<void> {
  for (const room of rooms) {
    await store.inner.append([
      { room, text: "hi", from: "Ada", author: "ada" },
    ]);
  }
}

Deno.test("the room list neither names nor counts rooms the requester may not read", async () => {
  const permissions = reading("a", "m-4", "z");
  const bench = new ApiBench({ authorize: () => permissions });
  const hidden = Array.from({ length: 9_000 }, (_, n) => `m${n}-hidden`);
  await fill(bench, ["a", "z", ...hidden]);
  const names: string[] = [];
  let next = "/api/rooms?limit=1";
  for (let pages = 0; next !== null; pages++) {
    assert(pages < 9, "the list ends");
    const response = await bench.ask(next);
    const text = await response.text();
    assert(!/hidden|audit/.test(text), text);
    const page = JSON.parse(text);
    names.push(...page.rooms.map(({ room }: { room: string }) => room));
    next = page.next;
  }
  assertEquals(names, ["a", "z"]);
  // No hidden room makes it look as if more followed.
  const last = await (await bench.ask("/api/rooms?after=z&limit=1")).json();
  assertEquals([last.rooms, last.next], [[], null]);
  // Nor can one ask what lies behind a name of one's choice.
  for (const room of [hidden[0], hidden.at(-1), "nothing"]) {
    const refused = await bench.ask(`/api/rooms?after=${room}`);
    assertEquals([refused.status, (await refused.json()).code], [
      403,
      "forbidden",
    ]);
  }
  for (const cursor of ["", "x", "A".repeat(379), "A".repeat(9_000)]) {
    const refused = await bench.ask(`/api/rooms?cursor=${cursor}`);
    assertEquals([refused.status, (await refused.json()).code], [
      400,
      "bad_field",
    ]);
  }
});

Deno.test("a full page has no next one where only hidden rooms follow", async () => {
  const permissions = reading("a");
  const bench = new ApiBench({ authorize: () => permissions });
  const hidden = Array.from({ length: 150 }, (_, n) => `hidden-${n}`);
  await fill(bench, ["a", ...hidden]);
  const page = await (await bench.ask("/api/rooms?limit=1")).json();
  assertEquals([page.rooms.length, page.next], [1, null]);
});

Deno.test("HEAD answers like GET, without the body", async () => {
  await using server = await InProcessServer.start();
  const url = server.url("/api/rooms/hall/messages");
  // What is compressed on the way has no length beforehand.
  const headers = { "accept-encoding": "identity" };
  const whole = await (await fetch(url, { headers })).text();
  const head = await fetch(url, { method: "HEAD", headers });
  assertEquals([head.status, await head.text()], [200, ""]);
  assertEquals(head.headers.get("content-length"), String(whole.length));
});
