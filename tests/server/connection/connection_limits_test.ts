/** How much there may be of everything, over real connections: promise 7 says
 * that who is one too many is told so. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { HubbubError } from "../../../protocol/errors.ts";
import { ConnectionLimits } from "../../../server/connection/connection_limits.ts";
import { systemClock } from "../../../server/runtime/clock.ts";
import { Client, V1Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { scrape } from "../../helpers/metrics.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";

const clock = systemClock;

for (
  const [what, settings, code] of [
    ["in total", { maxConnections: 2 }, 1013],
    ["from one address", { maxPerAddress: 2 }, 1013],
  ] as const
) {
  Deno.test(`promise 7: a connection over the limit ${what} gets the reason and is closed with ${code}`, async () => {
    await using server = await InProcessServer.start(settings);
    const url = server.socket("/ws");
    const first = await Client.native(url);
    await using _second = await Client.native(url);
    await using third = await Client.native(url);
    const told = JSON.parse(await third.inbox.next());
    assertEquals([told.event, told.code], ["error", "too_many_connections"]);
    assert(told.retryAfterMs > 0);
    assertMatch(told.message, /^Too many connections.*[Tt]ry again later$/);
    assertEquals((await third.inbox.ended()).code, code);
    // A lesson has no words for it, but a code.
    await using lesson = await Client.native(server.socket("/lessons/echo"));
    assertEquals((await lesson.inbox.ended()).code, code);
    // Both are counted.
    const refused = 'hubbub_refused_total{code="too_many_connections"}';
    const metrics = await scrape(server.url("/metrics"));
    assertEquals(metrics.get(refused), 2);
    // A place that is free again is given away again.
    await first.close(1000);
    await using fourth = await Client.native(url);
    assertEquals(JSON.parse(await fourth.inbox.next()).event, "welcome");
  });
}

Deno.test("promise 7: readers over HTTP count as connections", async () => {
  await using server = await InProcessServer.start({ maxPerAddress: 1 });
  const url = server.url("/api/rooms/hall/events");
  const first = await fetch(url);
  assertEquals(first.status, 200);
  const second = await fetch(url);
  assertEquals(second.status, 503);
  assert(Number(second.headers.get("retry-after")) > 0);
  assertEquals((await second.json()).code, "too_many_connections");
  const metrics = await scrape(server.url("/metrics"));
  const refused = 'hubbub_refused_total{code="too_many_connections"}';
  assertEquals(metrics.get(refused), 1);
  await first.body?.cancel();
});

Deno.test("ConnectionLimits releases a place only once", () => {
  const connectionLimits = new ConnectionLimits({
    clock,
    total: 2,
    perAddress: 1,
  });
  const leave = connectionLimits.enter("192.0.2.1");
  assertThrows(() => connectionLimits.enter("192.0.2.1"), HubbubError);
  leave();
  leave();
  assertEquals(connectionLimits.total, 0);
  connectionLimits.enter("192.0.2.1");
});

Deno.test("Admission counts the addresses of an IPv6 network as one", () => {
  const connectionLimits = new ConnectionLimits({
    clock,
    total: 9,
    perAddress: 2,
  });
  const leave = connectionLimits.enter("2001:db8::1");
  connectionLimits.enter("2001:db8::2");
  assertThrows(() => connectionLimits.enter("2001:db8::3"), HubbubError);
  connectionLimits.enter("2001:db8:0:1::3");
  leave();
  connectionLimits.enter("2001:db8::3");
});

Deno.test("behind a trusted proxy each client's own address counts", async () => {
  await using server = await InProcessServer.start({
    maxPerAddress: 1,
    trustProxy: true,
  });
  const connect = (address: string) =>
    RawClient.open(server.port, {
      path: "/ws",
      headers: { "X-Forwarded-For": `10.0.0.1, ${address}` },
    });
  using one = await connect("192.0.2.1");
  using other = await connect("192.0.2.2");
  using again = await connect("192.0.2.1");
  for (const client of [one, other]) {
    assertEquals(JSON.parse(await client.text()).event, "welcome");
  }
  assertEquals(await again.ended(), 1013);
});

Deno.test("promise 7: a room too many for one client is refused, also of many at once", async () => {
  await using server = await InProcessServer.start({ maxRoomsPerSession: 2 });
  await using client = await V1Client.connect(server.socket("/ws"));
  const join = (room: string, id: number) => ({ type: "join", room, id });
  client.send({ type: "hello" }, join("a", 1), join("b", 2), join("c", 3));
  const error = await client.next("error");
  assertEquals(error.code, "too_many_rooms");
  // A room one is in already is no further one, and one left is free.
  client.send(join("a", 4), { type: "leave", room: "b" }, join("d", 5));
  const joined = [];
  while (joined.at(-1) !== 5) joined.push((await client.next("joined")).id);
  assertEquals(joined.slice(-2), [4, 5]);
});

Deno.test("promise 7: refuses a room over the server's limit and leaves a text client in its room", async () => {
  await using server = await InProcessServer.start({ maxRooms: 1 });
  await using text = await Client.native(server.socket("/text/hall"));
  text.send("Ada");
  await text.inbox.until((frame) => /Here now/.test(frame));
  text.send("/join yard");
  await text.inbox.until((frame) => /Too many rooms are open/.test(frame));
  text.send("/who");
  await text.inbox.until((frame) => /Here now: Ada/.test(frame));
  await using client = await V1Client.connect(server.socket("/ws"));
  client.send({ type: "hello" }, { type: "join", room: "yard", id: 1 });
  const error = await client.next("error");
  assertEquals([error.code, error.id], ["rooms_full", 1]);
  assert((error.retryAfterMs ?? 0) > 0);
  const response = await fetch(server.url("/api/rooms/yard/events"));
  assertEquals(response.status, 503);
  assertEquals((await response.json()).code, "rooms_full");
});

Deno.test("promise 7: more bytes than allowed are refused with when to go on", async () => {
  await using server = await InProcessServer.start({ byteRate: 1_000 });
  await using client = await V1Client.connect(server.socket("/ws"));
  client.send({ type: "hello" }, { type: "ping", pad: "x".repeat(10_000) });
  await client.next("pong");
  client.send({ type: "ping", id: 7 });
  const error = await client.next("error");
  assertEquals([error.code, error.id], ["rate_limited", 7]);
  assertMatch(error.message, /Wait \d/);
  // It has overdrawn by a full bucket, which is eight seconds, and no more.
  const { retryAfterMs = 0 } = error;
  assert(retryAfterMs > 0 && retryAfterMs <= 8_001, String(retryAfterMs));
});

Deno.test("promise 5: closes a client that keeps sending refused requests with 4003", async () => {
  await using server = await InProcessServer.start({ byteRate: 1_000 });
  await using client = await Client.native(server.socket("/ws"));
  for (let i = 0; i < 10; i++) client.send("x".repeat(4_000));
  assertEquals((await client.inbox.ended()).code, 4003);
});

Deno.test("--byte-rate 0 is no limit", async () => {
  await using server = await InProcessServer.start({ byteRate: 0 });
  await using client = await V1Client.connect(server.socket("/ws"));
  for (let id = 1; id <= 5; id++) {
    client.send({ type: "ping", id, pad: "x".repeat(900_000) });
  }
  while ((await client.next("error")).id !== 5);
});

for (
  const [request, most, settings] of [
    ["rename", 10, {}],
    ["rename", 2, { renameRate: 6 }],
    ["join", 100, {}],
    ["join", 3, { joinRate: 9 }],
    // Hello is one too.
    ["ping", 19, { requestRate: 2 }],
  ] as const
) {
  Deno.test(`promise 7: ${most + 1} times ${request} at once is too fast with ${JSON.stringify(settings)}`, async () => {
    await using server = await InProcessServer.start(settings);
    await using client = await V1Client.connect(server.socket("/ws"));
    const lines = Array.from({ length: most + 1 }, (_, id) => ({
      type: request,
      id,
      ...(request === "join" ? { room: `r${id % 2}` } : { name: `N${id}` }),
    }));
    client.send({ type: "hello" }, ...lines);
    const error = await client.next("error");
    assertEquals([error.code, error.id], ["rate_limited", most]);
    assert((error.retryAfterMs ?? 0) > 0);
  });
}

Deno.test("promise 7: closes a client that sends no hello within --hello-timeout with 4501", async () => {
  await using server = await InProcessServer.start({ helloTimeout: 1 });
  await using client = await V1Client.connect(server.socket("/ws"));
  assertEquals((await client.client.inbox.ended()).code, 4501);
});

Deno.test("a class of 40 behind one address meets no limit", async () => {
  await using server = await InProcessServer.start();
  const url = server.socket("/ws/class");
  const clients = await Promise.all(
    Array.from({ length: 40 }, () => Client.native(url)),
  );
  for (const client of clients) {
    client.send("Good morning");
    client.send("A line as long as people write them. ".repeat(10));
  }
  for (const client of clients) {
    const heard = [];
    while (heard.length < 80) {
      const event = JSON.parse(await client.inbox.next());
      assert(event.event !== "error", JSON.stringify(event));
      if ("seq" in event) heard.push(event.seq);
    }
  }
  for (const client of clients) await client.close(1000);
});

Deno.test("promise 7: a connection too many is one too many on all nodes", () => {
  const elsewhere = (network: string) => network === "192.0.2.1" ? 30 : 0;
  const connectionLimits = new ConnectionLimits({
    clock,
    total: 99,
    perAddress: 40,
    elsewhere,
  });
  for (let i = 0; i < 10; i++) connectionLimits.enter("192.0.2.1");
  assertThrows(() => connectionLimits.enter("192.0.2.1"), HubbubError);
  connectionLimits.enter("192.0.2.2");
  // Others need not know of who has one.
  assertEquals([...connectionLimits.crowds], [["192.0.2.1", 10]]);
});
