/** HTTP/2 over the native transport, where one connection has many requests. */

import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../../server/runtime/clock.ts";
import { MemoryStore } from "../../../server/store/memory_store.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { UnreadHttp2 } from "../../helpers/raw/raw_http2.ts";

/** `:status: 200` in the static table of HPACK (RFC 7541, A). */
const OK = 0x88;

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!isSo()) {
    assert(performance.now() < end, isSo.toString());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function start(): Promise<InProcessServer> {
  const store = new MemoryStore({
    retention: { messages: 10_000, ms: 0 },
    clock: systemClock,
  });
  await store.append(Array.from({ length: 300 }, () => ({
    room: "hall",
    from: "Ada",
    author: "script:ada",
    text: "x".repeat(4_000),
    cid: undefined,
  })));
  return await InProcessServer.start({
    transport: "native",
    with: store,
    slowTimeout: 1,
  });
}

Deno.test("promise 10: a connection of HTTP/2 has 100 requests in progress at most", async () => {
  await using server = await start();
  using client = await UnreadHttp2.connect(server.port);
  await client.get("/api/rooms/hall/events", 150);
  await until(() => client.heads.size === 150);
  const ok = [...client.heads.values()].filter((byte) => byte === OK);
  assertEquals(ok.length, 100);
  assertEquals(server.ledger.open.event_stream, 100);
});

Deno.test("promise 10: exports over HTTP/2 are limited as over HTTP/1, and are cut off if unread", async () => {
  await using server = await start();
  using client = await UnreadHttp2.connect(server.port);
  await client.get("/api/rooms/hall/export", 90);
  await until(() => client.heads.size === 90);
  const ok = [...client.heads.values()].filter((byte) => byte === OK);
  assertEquals(ok.length, 20);
  await until(() => server.ledger.open.export === 0);
  assertEquals(server.ledger.held.export, 0);
  // The runtime keeps the streams, those of refusals too, until the connection
  // ends: they count as requests, or connections, of their address.
  assertEquals(server.ledger.open.request, 90);
});
