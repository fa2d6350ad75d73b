/** Reading a room as server-sent events, beside people on sockets. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { V1Client } from "../../../helpers/clients.ts";
import { EventReader } from "../../../helpers/events.ts";
import { InProcessServer } from "../../../helpers/in_process.ts";
import { lastingStore } from "../../../helpers/doubles/lasting_store.ts";
import { numbers } from "../../../helpers/doubles/reader.ts";
import { TempFolder } from "../../../helpers/temp.ts";

/** Somebody in the room who can publish. */
function enter(server: InProcessServer, name: string): Promise<V1Client> {
  return V1Client.in("hall", { url: server.socket("/ws"), name });
}

/** Publishes texts, and waits until all are stored. */
async function say(client: V1Client, ...texts: string[]): Promise<void> {
  client.send(...texts.map((text) => ({
    type: "publish",
    room: "hall",
    text,
    cid: crypto.randomUUID(),
  })));
  for (const _ of texts) await client.next("ack");
}

Deno.test("a reader gets the newest messages, then new ones", async () => {
  await using server = await InProcessServer.start({ history: 2 });
  await using ada = await enter(server, "Ada");
  await say(ada, "1", "2", "3");
  await using reader = await EventReader.open(
    server.url("/api/rooms/Hall/events"),
  );
  const joined = await reader.next();
  assertEquals(joined?.type, "joined");
  assertEquals([joined?.data.head, joined?.data.after], [3, 1]);
  assertEquals(await reader.texts(2), ["2", "3"]);
  await say(ada, "4");
  const event = await reader.next();
  assertEquals(event, {
    id: `${joined?.data.epoch}:4`,
    type: "message",
    data: {
      room: "hall",
      seq: 4,
      from: "Ada",
      text: "4",
      at: event?.data.at,
      cid: event?.data.cid,
    },
  });
});

Deno.test("a stream is neither compressed nor kept, or it would come late", async () => {
  await using server = await InProcessServer.start();
  const response = await fetch(server.url("/api/rooms/hall/events"), {
    headers: { "accept-encoding": "gzip, br" },
  });
  const { headers } = response;
  await response.body?.cancel();
  assertEquals(headers.get("content-type"), "text/event-stream");
  assertEquals(headers.get("cache-control"), "no-store, no-transform");
  assertEquals(headers.get("content-encoding"), null);
});

Deno.test("?history= says how many messages come first", async () => {
  await using server = await InProcessServer.start();
  await using ada = await enter(server, "Ada");
  await say(ada, "1", "2", "3");
  const url = server.url("/api/rooms/hall/events");
  await using none = await EventReader.open(`${url}?history=0`);
  await using one = await EventReader.open(`${url}?history=1`);
  assertEquals(await one.texts(1), ["3"]);
  await none.next();
  await say(ada, "4");
  assertEquals(await none.texts(1), ["4"]);
});

Deno.test("promise 3: a reconnecting reader gets exactly the messages it missed", async () => {
  await using server = await InProcessServer.start();
  await using ada = await enter(server, "Ada");
  const url = server.url("/api/rooms/hall/events");
  await say(ada, "1");
  let lastId = "";
  {
    await using reader = await EventReader.open(url);
    await reader.next();
    lastId = (await reader.next())?.id ?? "";
  }
  await say(ada, "2", "3");
  for (
    const back of [
      await EventReader.open(url, { lastId }),
      await EventReader.open(`${url}?since=${encodeURIComponent(lastId)}`),
    ]
  ) {
    await using reader = back;
    const joined = await reader.next();
    assertEquals([joined?.data.recovered, joined?.id], ["full", lastId]);
    assertEquals(await reader.texts(2), ["2", "3"]);
  }
});

Deno.test("promise 3: a reader goes on where it was across a restart", async () => {
  using folder = new TempFolder();
  const start = async () =>
    await InProcessServer.start({ with: await lastingStore(folder) });
  const path = "/api/rooms/hall/events";
  let lastId = "";
  {
    await using server = await start();
    await using ada = await enter(server, "Ada");
    await using reader = await EventReader.open(server.url(path));
    await say(ada, "1", "2");
    assertEquals(await reader.texts(1), ["1"]);
    lastId = (await reader.next())?.id ?? "";
    await say(ada, "3");
    await reader.texts(1);
    // It is told to come back, and the stream ends as it should.
    await server[Symbol.asyncDispose]();
    assertEquals(await reader.next(), undefined);
    assertEquals(reader.asides.length, 1);
    await ada.client.inbox.ended();
  }
  await using server = await start();
  await using reader = await EventReader.open(server.url(path), { lastId });
  assertEquals((await reader.next())?.data.recovered, "full");
  assertEquals(await reader.texts(1), ["3"]);
});

Deno.test("promise 3: ignores a cursor from another log epoch", async () => {
  await using server = await InProcessServer.start();
  await using ada = await enter(server, "Ada");
  await say(ada, "1", "2");
  await using reader = await EventReader.open(
    server.url("/api/rooms/hall/events"),
    { lastId: "another:1" },
  );
  const joined = await reader.next();
  assertEquals(joined?.data.recovered, "none");
  assertNotEquals(joined?.data.epoch, "another");
  assertEquals(await reader.texts(2), ["1", "2"]);
});

Deno.test("an event stream reader is not announced or listed as a member", async () => {
  await using server = await InProcessServer.start();
  await using ada = await enter(server, "Ada");
  const url = server.url("/api/rooms/hall/events");
  {
    await using reader = await EventReader.open(url);
    assertEquals((await reader.next())?.data.count, 1);
    const { members, count } = await ada.ask(
      { type: "who", room: "hall" },
      "presence",
    );
    assertEquals([members, count], [["Ada"], 1]);
    const { rooms } = await (await fetch(server.url("/api/rooms"))).json();
    assertEquals(rooms[0].online, 1);
  }
  // Who comes after it is told of neither it nor its leaving.
  await using bob = await enter(server, "Bob");
  await say(bob, "Hi");
  const types = (await ada.sofar()).map(({ type }) => type);
  assertEquals(types, ["presence", "message"]);
});

Deno.test("a reader waits for the first message of a room without members", async () => {
  await using server = await InProcessServer.start();
  await using reader = await EventReader.open(
    server.url("/api/rooms/hall/events"),
  );
  assertEquals((await reader.next())?.data.head, 0);
  await using ada = await enter(server, "Ada");
  await say(ada, "first");
  assertEquals(await reader.texts(1), ["first"]);
});

Deno.test("promise 4: a slow reader does not delay others and misses no message", async () => {
  await using server = await InProcessServer.start({ rate: 0 });
  await using ada = await enter(server, "Ada");
  const url = server.url("/api/rooms/hall/events");
  await using slow = await EventReader.open(url);
  await using fast = await EventReader.open(url);
  // Beyond what sockets and streams hold by themselves.
  const text = "x".repeat(4_000);
  const texts = numbers(1, 3_000).map((n) => `${n} ${text}`);
  for (let i = 0; i < texts.length; i += 100) {
    await say(ada, ...texts.slice(i, i + 100));
    assertEquals(await fast.texts(100), texts.slice(i, i + 100));
  }
  assertEquals(await slow.texts(texts.length), texts);
});

Deno.test("a reader that hangs up is out of the room", async () => {
  await using server = await InProcessServer.start();
  const url = server.url("/api/rooms/hall/events");
  for (let i = 0; i < 20; i++) {
    await using reader = await EventReader.open(url);
    await reader.next();
  }
  // One that hangs up before it is answered.
  const abort = new AbortController();
  const lost = fetch(url, { signal: abort.signal }).catch(() => "lost");
  abort.abort();
  assertEquals(await lost, "lost");
  assertEquals(server.errors, []);
});
