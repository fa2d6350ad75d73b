/** TCP connections that never become a request, over ws. Deno's own server
 * shows nothing of them. */

import { assert, assertStringIncludes } from "@std/assert";
import { turnsDone } from "../../helpers/turns.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { openTransport } from "../../../server/transport/open_transport.ts";
import type { TcpLimits } from "../../../server/transport/tcp_connections.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";

/** A transport without a server behind it, that waits for a head half a second
 * only. */
async function listen(tcp: Partial<TcpLimits> = {}) {
  const ledger = new ResourceLedger();
  const transport = await openTransport("ws", {
    idleSeconds: 0,
    maxFrame: 65_536,
    slowMs: 10_000,
    headMs: 500,
    ledger,
    onError(error) {
      throw error;
    },
    tcp: { total: 99, perAddress: 99, onFull() {}, ...tcp },
  });
  const listener = await transport.listen({
    hostname: "127.0.0.1",
    port: 0,
    handler: () => new Response("here"),
    onError: Response.error,
    onFault: () => new Response(null, { status: 503 }),
  });
  return {
    ledger,
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      await listener.stop(Promise.resolve());
      await turnsDone();
    },
  };
}

for (
  const [title, bytes] of [
    ["sends nothing", ""],
    ["sends half a head", "GET / HTTP/1.1\r\nHost: a\r\nX-"],
    ["sends no more after the first line", "GET / HTTP/1.1\r\n"],
  ] as const
) {
  Deno.test(`promise 5: over ws a connection that ${title} is counted, and ends in time with 408`, async () => {
    await using server = await listen();
    using client = await RawClient.connect(server.port);
    await client.write(bytes);
    const answer = client.rest();
    while (server.ledger.count("connection") === 0) {
      await new Promise((next) => setTimeout(next, 5));
    }
    assertStringIncludes(await answer, "HTTP/1.1 408 ");
    while (server.ledger.count("connection") > 0) {
      await new Promise((next) => setTimeout(next, 5));
    }
  });
}

Deno.test("promise 5: over ws a second request that never comes whole ends in time too", async () => {
  await using server = await listen();
  using client = await RawClient.connect(server.port);
  await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT");
  const answer = await client.rest();
  assertStringIncludes(answer, "HTTP/1.1 200 ");
  assertStringIncludes(answer, "HTTP/1.1 408 ");
});

Deno.test("promise 5: over ws connections of an address beyond a limit are cut off, until others end", async () => {
  await using server = await listen({ perAddress: 2 });
  const ask = async (client: RawClient) => {
    await client.write(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    return await client.rest();
  };
  using first = await RawClient.connect(server.port);
  using second = await RawClient.connect(server.port);
  using third = await RawClient.connect(server.port);
  const refused = ask(third);
  for (const client of [first, second]) {
    assertStringIncludes(await ask(client), "HTTP/1.1 200 ");
  }
  assertStringIncludes(await refused, "HTTP/1.1 503 ");
  while (server.ledger.count("connection") > 0) {
    await new Promise((next) => setTimeout(next, 5));
  }
  using again = await RawClient.connect(server.port);
  assertStringIncludes(await ask(again), "HTTP/1.1 200 ");
});

Deno.test("promise 7: over ws a refused handshake's connection ends, whatever its peer does", async () => {
  await using server = await InProcessServer.start({ transport: "ws" });
  const before = server.ledger.open.connection;
  using client = await RawClient.connect(server.port);
  const head = await client.handshake("/ws", {
    "Sec-WebSocket-Protocol": "unheard-of",
  });
  assert(head.startsWith("HTTP/1.1 400 "), head);
  // It does not hang up.
  while (server.ledger.open.connection > before) {
    await new Promise((next) => setTimeout(next, 5));
  }
});
