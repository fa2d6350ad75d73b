/** What the transports promise, and what only one of them can. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { scrape } from "../../helpers/metrics.ts";
import { OPCODE, RawClient } from "../../helpers/raw/raw_client.ts";
import { Scene } from "../../helpers/bystander.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";

const FRAGMENT = "x".repeat(64 * 1024);

for (const transport of TRANSPORTS) {
  Deno.test(`a page is compressed over ${transport}, with a weak tag, for clients that accept it`, async () => {
    const etag = '"1"';
    const body = new TextEncoder().encode("<p>".repeat(1000));
    const page = { body, type: "text/html", etag };
    const assets = new Map([["index.html", page]]);
    await using server = await InProcessServer.start({ transport, assets });
    const get = async (headers: Record<string, string>) => {
      using client = await RawClient.connect(server.port);
      const lines = Object.entries({ ...headers, connection: "close" })
        .map(([name, value]) => `${name}: ${value}\r\n`).join("");
      await client.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines}\r\n`);
      return (await client.rest()).toLowerCase();
    };
    const plain = await get({});
    assertStringIncludes(plain, `etag: ${etag}\r\n`);
    assert(!plain.includes("content-encoding"));
    const small = await get({ "accept-encoding": "gzip" });
    assertStringIncludes(small, "content-encoding: gzip\r\n");
    assertStringIncludes(small, `etag: w/${etag}\r\n`);
    assertStringIncludes(small, "vary: accept-encoding\r\n");
    assert(small.length < plain.length);
    const known = await get({ "if-none-match": `W/${etag}` });
    assert(known.startsWith("http/1.1 304"), known);
  });

  Deno.test(`an upgrade to anything else is ignored over ${transport}`, async () => {
    await using server = await InProcessServer.start({ transport });
    using client = await RawClient.connect(server.port);
    await client.write(
      "GET /healthz HTTP/1.1\r\nHost: a\r\n" +
        "Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
    );
    const answer = await client.rest();
    assert(answer.startsWith("HTTP/1.1 200"), answer);
  });

  Deno.test(`a handshake that asks for a page gets it over ${transport}`, async () => {
    await using server = await InProcessServer.start({ transport });
    using client = await RawClient.connect(server.port);
    const head = await client.handshake("/healthz", {
      "Connection": "Upgrade, close",
    });
    assert(head.startsWith("HTTP/1.1 200"), head);
    assertStringIncludes(await client.rest(), "alive");
  });
}

/** A server with the hardened transport, and a raw client in its chat. */
async function hardened(options: Partial<{ maxFrame: number }> = {}) {
  const scene = await Scene.open({ transport: "ws", ...options });
  const client = await RawClient.open(scene.server.port, { path: "/ws" });
  return {
    scene,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await scene[Symbol.asyncDispose]();
    },
  };
}

Deno.test("promise 5: over ws a frame too big is refused by its head alone, and counted", async () => {
  await using made = await hardened({ maxFrame: 100_000 });
  const { scene, client } = made;
  // 100,001 bytes are announced; none of them comes.
  await client.write(
    new Uint8Array([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x86, 0xa1, 1, 2, 3, 4]),
  );
  assertEquals(await client.ended(), 1009);
  client[Symbol.dispose]();
  const evictions = 'hubbub_evictions_total{reason="tooBig"}';
  const metrics = scene.server.url("/metrics");
  while ((await scrape(metrics)).get(evictions) !== 1) { /* not yet */ }
  await scene.assertUnnoticed();
});

Deno.test("promise 5: over ws a message in fragments that gets too big is closed with 1009", async () => {
  await using made = await hardened({ maxFrame: 100_000 });
  const { scene, client } = made;
  await client.frame(FRAGMENT, { fin: false });
  const opcode = OPCODE.continuation;
  await client.frame(FRAGMENT, { opcode, fin: false });
  assertEquals(await client.ended(), 1009);
  await scene.assertUnnoticed();
});

Deno.test("promise 5: over ws a frame that is not masked is closed with 1002", async () => {
  await using made = await hardened();
  const { scene, client } = made;
  await client.frame("Hello", { masked: false });
  assertEquals(await client.ended(), 1002);
  await scene.assertUnnoticed();
});

Deno.test("promise 8: over ws a peer that answers no close is cut off", async () => {
  await using made = await hardened();
  const { scene, client } = made;
  await client.frame(FRAGMENT, { opcode: OPCODE.binary });
  assertEquals(await client.ended(), 1003);
  // It does not answer; the connection itself ends.
  assertEquals(await client.read(), undefined);
  assertEquals(scene.server.closing, 0);
});

Deno.test("over ws many frames of the same text reach each as they are", async () => {
  await using server = await InProcessServer.start({ transport: "ws" });
  await using ada = await Client.native(server.socket("/lessons/broadcast"));
  await using bob = await Client.foreign(server.socket("/lessons/broadcast"));
  for (const text of ["née 🦕", "née 🦕", "", "x"]) ada.send(text);
  for (const client of [ada, bob]) {
    const heard = [];
    while (heard.length < 4) heard.push(await client.inbox.next());
    assertEquals(new Set(heard.map((frame) => typeof frame)).size, 1);
    assertEquals(heard.filter((frame) => frame.includes("née 🦕")).length, 2);
  }
});
