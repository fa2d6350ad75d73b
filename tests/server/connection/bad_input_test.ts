/** Lines that make no sense: each gets a clear error and costs nobody else. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client, V1Client } from "../../helpers/clients.ts";
import { Scene } from "../../helpers/bystander.ts";

for (
  const [title, line, code, words] of [
    ["not JSON", "nonsense", "bad_json", /not a JSON object/],
    ["an empty frame", "", "bad_json", /not a JSON object/],
    ["an unknown type", { type: "dance" }, "unknown_type", /Known types are/],
    ["a wrong field", { type: "join", room: 5 }, "bad_field", /"room" must/],
    ["a bad room", { type: "join", room: "a b" }, "bad_room", /letters/],
    [
      "an empty message",
      { type: "publish", room: "yard", text: " " },
      "empty",
      /empty/,
    ],
    [
      "a message too long",
      { type: "publish", room: "yard", text: "x".repeat(4097) },
      "too_long",
      /4097 characters, 4096 are allowed/,
    ],
    ["a room not joined", { type: "who", room: "hall" }, "not_joined", /Join/],
    ["a second hello", { type: "hello" }, "already_hello", /rename/],
    ["a bad name", { type: "rename", name: "" }, "bad_name", /visible/],
    [
      "a taken name",
      { type: "rename", name: "witness" },
      "name_taken",
      /taken/,
    ],
  ] as [string, string | object, string, RegExp][]
) {
  Deno.test(`promise 7: ${title} is answered with ${code} and affects no other client`, async () => {
    await using scene = await Scene.open();
    await using visitor = await scene.visitor();
    const isObject = typeof line === "object";
    visitor.client.send(isObject ? JSON.stringify({ ...line, id: 9 }) : line);
    const error = await visitor.next("error");
    assertEquals([error.code, error.id], [code, isObject ? 9 : undefined]);
    assertMatch(error.message, words);
    // It can go on.
    const pong = await visitor.ask({ type: "ping", id: 10 }, "pong");
    assertEquals(pong.id, 10);
    await scene.assertUnnoticed();
  });
}

Deno.test("promise 7: refuses requests before hello and closes clients that never send it", async () => {
  await using scene = await Scene.open();
  await using stranger = await V1Client.connect(scene.server.socket("/ws"));
  const publish = { type: "publish", room: "hall", text: "hi", cid: "c" };
  const error = await stranger.ask(publish, "error");
  assertEquals([error.code, error.cid], ["hello_first", "c"]);
  await scene.assertUnnoticed();
});

Deno.test("promise 7: a rate-limited client gets a retry time, and others are unaffected", async () => {
  await using scene = await Scene.open({ rate: 2 });
  await using visitor = await scene.visitor();
  for (let n = 1; n <= 10; n++) {
    visitor.send({ type: "publish", room: "yard", text: `${n}`, cid: `c${n}` });
  }
  const events = await visitor.sofar();
  const errors = events.filter((event) => event.type === "error");
  assertEquals(errors.map(({ code }) => code), Array(4).fill("rate_limited"));
  for (const { retryable, retryAfterMs = 0, message } of errors) {
    assert(retryable && retryAfterMs > 0 && retryAfterMs <= 500, message);
  }
  assertEquals(errors.map(({ cid }) => cid), ["c7", "c8", "c9", "c10"]);
  await scene.assertUnnoticed();
});

Deno.test("promise 5: closes a client that sends only malformed messages with 4500, without affecting others", async () => {
  await using scene = await Scene.open();
  await using visitor = await scene.visitor();
  for (let n = 0; n < 60; n++) visitor.client.send("nonsense");
  assertEquals((await visitor.client.inbox.ended()).code, 4500);
  await scene.assertUnnoticed();
});

Deno.test("promise 5: closes a client that sends a frame of too many lines with 1009, without affecting others", async () => {
  await using scene = await Scene.open();
  await using visitor = await scene.visitor();
  visitor.client.send('{"type":"ping"}\n'.repeat(60_000));
  assertEquals((await visitor.client.inbox.ended()).code, 1009);
  assertEquals(visitor.client.inbox.rest, []);
  await scene.assertUnnoticed();
});

Deno.test("promise 5: closes a client that sends an oversized frame with 1009, without affecting others", async () => {
  await using scene = await Scene.open();
  await using visitor = await scene.visitor();
  visitor.client.send("x".repeat(1024 * 1024 + 1));
  assertEquals((await visitor.client.inbox.ended()).code, 1009);
  await scene.assertUnnoticed();
});

for (const path of ["/", "/ws", "/text/yard", "/lessons/hello"]) {
  Deno.test(`promise 5: a binary frame on ${path} is closed with 1003 and affects no other client`, async () => {
    await using scene = await Scene.open();
    await using client = await Client.native(scene.server.socket(path));
    client.send(new Uint8Array([1, 2, 3]));
    assertEquals((await client.inbox.ended()).code, 1003);
    await scene.assertUnnoticed();
  });
}

for (
  const [frame, words] of [
    ["", /empty/],
    ["  \n ", /empty/],
    ["x".repeat(5_000), /5000 characters, 4096 are allowed/],
  ] as const
) {
  Deno.test(`promise 7: a simple client that sends ${JSON.stringify(frame.slice(0, 9))} gets the reason`, async () => {
    await using scene = await Scene.open();
    await using client = await Client.native(scene.server.socket("/ws/yard"));
    await client.inbox.next();
    client.send(frame);
    const told = JSON.parse(await client.inbox.next());
    assertEquals([told.sender, told.event], ["Server", "error"]);
    assertMatch(told.message, words);
    await scene.assertUnnoticed();
  });
}

Deno.test("a simple client that asks for a name it cannot have gets one like it", async () => {
  await using scene = await Scene.open();
  const url = scene.server.socket("/ws/yard");
  await using taken = await Client.native(`${url}?name=WITNESS`);
  assertEquals(JSON.parse(await taken.inbox.next()).name, "WITNESS 2");
  await using bad = await Client.native(`${url}?name=Server`);
  assertMatch(
    JSON.parse(await bad.inbox.next()).message,
    /The name "Server" is reserved/,
  );
  assertMatch(JSON.parse(await bad.inbox.next()).name, /^\w+ \w+$/);
});

Deno.test("promise 7: a text client gets an error for every refused request", async () => {
  await using scene = await Scene.open();
  await using client = await Client.native(scene.server.socket("/text/yard"));
  const { inbox } = client;
  await inbox.next();
  for (
    const [frame, words] of [
      ["", /has no visible character/],
      ["Witness", /The name "Witness" is taken\..* Witness 2 is available\./],
    ] as const
  ) {
    client.send(frame);
    assertMatch(await inbox.next(), words);
    assertEquals(await inbox.next(), "[Server]: What is your name?");
  }
  client.send("Ada");
  await inbox.until((frame) => frame.includes("You are in yard."));
  for (
    const [frame, words] of [
      ["", /The message is empty/],
      ["/dance", /Unknown command "\/dance"/],
      ["/nick witness", /is taken/],
      ["/join a b", /This room name is invalid/],
      ["/history x", /needs a number/],
    ] as const
  ) {
    client.send(frame);
    assertMatch(await inbox.next(), words);
  }
  await scene.assertUnnoticed();
});

Deno.test("promise 7: a text client's /who right after its name is answered", async () => {
  await using scene = await Scene.open();
  await using client = await Client.native(scene.server.socket("/text/yard"));
  client.send("Ada");
  client.send("/who");
  const lines = await client.inbox.until((frame) => /Here now/.test(frame));
  assertEquals(lines.filter((line) => /Join it first/.test(line)), []);
});
