/** WebSockets beyond a limit: a few are told so, all of them are counted. */

import { assertEquals, assertMatch } from "@std/assert";
import { TRANSPORTS } from "../../helpers/transport.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { OPCODE, RawClient } from "../../helpers/raw/raw_client.ts";

for (const transport of TRANSPORTS) {
  for (const path of ["/ws", "/lessons/echo"]) {
    Deno.test(`promise 7: on ${path}, a few clients over a limit get the reason over a WebSocket, the others 503 over ${transport}`, async () => {
      await using server = await InProcessServer.start({
        transport,
        maxPerAddress: 2,
      });
      const clients = await Promise.all(
        Array.from({ length: 60 }, () => RawClient.connect(server.port)),
      );
      const answers: string[] = [];
      // One after the other, so that all of them find the places taken.
      for (const client of clients) answers.push(await client.handshake(path));
      const upgraded = answers.filter((head) =>
        head.startsWith("HTTP/1.1 101")
      );
      const refused = answers.filter((head) => head.startsWith("HTTP/1.1 503"));
      assertEquals([upgraded.length, refused.length], [2 + 5, 53]);
      for (const head of refused) assertMatch(head, /\nretry-after: \d+\r/i);
      // None of them answers the close.
      assertEquals(server.ledger.open.socket_refused, 5);
      for (const client of clients) client[Symbol.dispose]();
      while (server.ledger.open.socket_refused > 0) {
        await new Promise((next) => setTimeout(next, 10));
      }
      using again = await RawClient.open(server.port, { path });
      await again.frame("", { opcode: OPCODE.ping });
    });
  }
}

Deno.test("promise 7: over ws a client beyond a limit that answers nothing is cut off", async () => {
  await using server = await InProcessServer.start({
    transport: "ws",
    maxPerAddress: 1,
    idleTimeout: 3600,
  });
  using _first = await RawClient.open(server.port, { path: "/ws" });
  using second = await RawClient.open(server.port, { path: "/ws" });
  assertEquals(await second.ended(), 1013);
  // It answers no close, and is silent: its connection ends all the same.
  assertEquals(await second.read(), undefined);
  assertEquals(server.ledger.open.socket_refused, 0);
});
