/**
 * Floods of frames that carry nothing: promise 5 says that one client's cost
 * nobody else anything. Over `native`, pings and pongs never reach the server's
 * code; all else holds over both transports.
 */

import { assert, assertEquals } from "@std/assert";
import { V1Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { scrape } from "../../helpers/metrics.ts";
import { makeFrame, OPCODE, RawClient } from "../../helpers/raw/raw_client.ts";
import { Scene } from "../../helpers/bystander.ts";
import { clearImmediate, setImmediate } from "node:timers";
import { turnsDone } from "../../helpers/turns.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import {
  openTransport,
  TRANSPORTS,
} from "../../../server/transport/open_transport.ts";

/** Many times the same frame. */
function repeated(frame: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(frame.length * count);
  for (let i = 0; i < count; i++) all.set(frame, i * frame.length);
  return all;
}

/** 10,000 frames with nothing in them, 60 KB. */
const packet = (opcode: number) => repeated(makeFrame("", { opcode }), 10_000);

/** Sends packets, with no end but the connection's.
 * @returns The code it was closed with; undefined when it was cut off. */
async function flood(
  client: RawClient,
  bytes: Uint8Array,
): Promise<number | undefined> {
  const ended = client.ended();
  let over = false;
  ended.then(() => over = true);
  const writing = async () => {
    while (!over) {
      await client.write(bytes);
      // The server is in this process: it needs a turn too.
      await new Promise((next) => setTimeout(next, 0));
    }
  };
  // A server that has closed may not read on: then this waits for ever.
  writing().catch(() => {});
  return await ended;
}

/** How many the server says it has thrown out, once that is at least so many. */
async function evictions(server: InProcessServer, least = 0): Promise<number> {
  while (true) {
    const metrics = await scrape(server.url("/metrics"));
    const counts = [...metrics].flatMap(([name, count]) =>
      name.startsWith("hubbub_evictions_total{") ? [count] : []
    );
    const all = counts.reduce((sum, count) => sum + count, 0);
    if (all >= least) return all;
  }
}

for (
  const [what, opcode, transports] of [
    ["empty frames", OPCODE.text, TRANSPORTS],
    ["pongs", OPCODE.pong, ["ws"]],
    ["pings", OPCODE.ping, ["ws"]],
  ] as const
) {
  for (const transport of transports) {
    for (const path of ["/ws", "/text", "/lessons/echo"]) {
      Deno.test(`promise 5: a flood of ${what} on ${path} is cut off over ${transport}`, async () => {
        await using scene = await Scene.open({ transport });
        using client = await RawClient.open(scene.server.port, { path });
        const code = await flood(client, packet(opcode));
        // With so much unread the system may reset it before the code is read;
        // and it may have left as much of the answers unread as anybody may.
        assert([4003, 4000, undefined].includes(code), String(code));
        client[Symbol.dispose]();
        await scene.assertUnnoticed();
        if (path === "/lessons/echo") return;
        assertEquals(await evictions(scene.server, 1), 1);
      });
    }
  }
}

Deno.test("promise 5: over ws the frames of one packet leave others their turns", async () => {
  const transport = await openTransport("ws", {
    idleSeconds: 0,
    maxFrame: 65_536,
    ledger: new ResourceLedger(),
    slowMs: 30_000,
    onError(error) {
      throw error;
    },
  });
  const count = 2_000;
  const all = Promise.withResolvers<void>();
  let messages = 0;
  let most = 0;
  let sinceTurn = 0;
  let turning = setImmediate(function turn() {
    sinceTurn = 0;
    turning = setImmediate(turn);
  });
  const listener = await transport.listen({
    hostname: "127.0.0.1",
    port: 0,
    handler: (request) =>
      transport.upgrade(request, () => ({
        message() {
          const until = performance.now() + 0.2;
          while (performance.now() < until) { /* as long as work takes */ }
          most = Math.max(most, ++sinceTurn);
          if (++messages === count) all.resolve();
        },
        control() {},
        close() {},
      })),
    onError: Response.error,
    onFault: Response.error,
  });
  const { port } = listener.addr as Deno.NetAddr;
  {
    using client = await RawClient.open(port, { path: "/" });
    await client.write(repeated(makeFrame("x".repeat(20), {}), count));
    await all.promise;
  }
  clearImmediate(turning);
  await listener.stop(Promise.resolve());
  await turnsDone();
  // A piece of 1 KiB holds 39 of them, and a turn takes 8 ms and a piece.
  assert(most < 200, String(most));
});

Deno.test("promise 4: over ws fragments keep neither the packets they came in nor more than a message may", async () => {
  await using scene = await Scene.open({ transport: "ws", byteRate: 0 });
  // A fragment of one byte in each packet of 64 KiB, which pongs fill.
  const pong = makeFrame("x".repeat(125), { opcode: OPCODE.pong });
  const pongs = repeated(pong, 500);
  const fragment = makeFrame("x", { opcode: OPCODE.continuation, fin: false });
  const before = Deno.memoryUsage().external;
  const clients = await Promise.all(Array.from({ length: 6 }, async () => {
    const path = "/lessons/echo";
    const client = await RawClient.open(scene.server.port, { path });
    await client.frame("x", { fin: false });
    for (let sent = 0; sent < 250; sent++) {
      await client.write(pongs);
      await client.write(fragment);
    }
    await client.frame("", { opcode: OPCODE.ping });
    assertEquals((await client.read())?.opcode, OPCODE.pong);
    return client;
  }));
  const held = Deno.memoryUsage().external - before;
  // All packets are 96 MB.
  assert(held < 50_000_000, String(held));
  for (const client of clients) {
    const code = await flood(client, repeated(fragment, 100));
    assert([1008, undefined].includes(code), String(code));
    client[Symbol.dispose]();
  }
  await scene.assertUnnoticed();
});

for (const code of [4000, 4001, 4003, 4500, 4502, 1009, 1011, 1012]) {
  Deno.test(`promise 5: a client that closes with ${code} is no eviction`, async () => {
    await using server = await InProcessServer.start();
    await using bystander = await V1Client.in("hall", {
      url: server.socket("/ws"),
      name: "Witness",
    });
    using client = await RawClient.open(server.port, {
      path: "/ws/hall?name=Forger",
    });
    assertEquals((await bystander.next("presence")).joined, ["Forger"]);
    const payload = new Uint8Array([code >> 8, code & 0xff]);
    await client.frame(payload, { opcode: OPCODE.close });
    await client.ended();
    assertEquals((await bystander.next("presence")).left, ["Forger"]);
    assertEquals(await evictions(server), 0);
  });
}
