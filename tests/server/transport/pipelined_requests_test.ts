/** Requests that come one behind the other, and more of them than anybody may
 * have: what is made of them is counted, not how long it takes. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { InProcessServer } from "../../helpers/in_process.ts";
import { RawConnection } from "../../helpers/raw/raw_connection.ts";

/** Requests of one packet of 64 KiB, about. */
const MANY = 2_000;
/** Requests of one connection that may wait (node_exchanges.ts). */
const MOST_WAITING = 32;

function pipelined(line: string, fields: string): string {
  return `${line} HTTP/1.1\r\n${fields}\r\n\r\n`.repeat(MANY);
}

for (
  const [title, line, fields] of [
    ["a path without anything", "GET /nix", "Host: a"],
    ["the health probe", "GET /healthz", "Host: a"],
    ["a faulty head", "GET /nix", "Host: a\r\nHost: b"],
    ["a handshake that is none", "GET /ws", "Host: a\r\nUpgrade: websocket"],
  ] as const
) {
  Deno.test(`promise 9: over ws no more requests are made of a packet than may wait: ${title}`, async () => {
    await using server = await InProcessServer.start({ transport: "ws" });
    let made = 0;
    const count = () => void made++;
    subscribe("http.server.request.start", count);
    try {
      using client = await RawConnection.connect(server.port);
      await client.write(pipelined(line, fields));
      await client.all();
      // What was sent may come in several packets, and each lets one more in
      // at most before the connection is closed.
      assert(made > 0 && made <= MOST_WAITING + 4, `${made} of ${MANY}`);
    } finally {
      unsubscribe("http.server.request.start", count);
    }
    assertEquals(server.errors, []);
  });
}

Deno.test("promise 9: over ws a connection ends after a few refusals, however they come", async () => {
  await using server = await InProcessServer.start({
    transport: "ws",
    // Far below one request a second: no stream is granted in between.
    httpRate: 0.01,
  });
  for (
    const [line, fields] of [
      ["GET /nix", "Host: 127.0.0.1"],
      ["GET /nix", "Host: other.example"],
      ["GET /nix", "Host: "],
      [
        "GET /api/rooms/hall/events",
        "Host: 127.0.0.1\r\nAccept: text/event-stream",
      ],
    ] as const
  ) {
    using client = await RawConnection.connect(server.port);
    let answers = "";
    // One after the other, so that none is pipelined.
    for (let count = 0; count < 5_000; count++) {
      await client.write(`${line} HTTP/1.1\r\n${fields}\r\n\r\n`);
      const all = await client.next();
      if (all === undefined) break;
      answers = all;
    }
    const heads = answers.match(/HTTP\/1\.1 \d+/g) ?? [];
    assert(heads.length >= 32 && heads.length < 5_000, `${heads.length}`);
    assertMatch(answers, /connection: close/i);
  }
  assertEquals(server.errors, []);
});

for (
  const [title, line, fields, status] of [
    ["a rate", "GET /nix", "Host: 127.0.0.1", 429],
    ["another host", "GET /nix", "Host: other.example", 421],
    ["no host", "GET /nix", "Host: ", 400],
    ["a long address", `GET /${"a".repeat(12_400)}`, "Host: 127.0.0.1", 414],
  ] as const
) {
  Deno.test(`promise 9: over native a connection ends after a few refusals: ${title}`, async () => {
    await using server = await InProcessServer.start({
      transport: "native",
      httpRate: 1,
    });
    using client = await RawConnection.connect(server.port);
    const request = `${line} HTTP/1.1\r\n${fields}\r\n`;
    // Without a limit, the last one would end it.
    const sent = client.write(
      `${request}\r\n`.repeat(400) + `${request}Connection: close\r\n\r\n`,
    );
    const answers = (await client.all()).match(/HTTP\/1\.1 \d+/g) ?? [];
    await sent;
    const refused = answers.filter((answer) => answer.endsWith(`${status}`));
    assert(refused.length > 0 && refused.length <= 32, `${refused.length}`);
    assertEquals(server.errors, []);
  });
}
