/** The ledger itself, and that what is open shows in it and on /metrics. */

import { assertEquals } from "@std/assert";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { ledgerReturns } from "../../helpers/ledger.ts";
import { scrape } from "../../helpers/metrics.ts";

Deno.test("the ledger counts open and held resources by kind, and each end once", () => {
  const ledger = new ResourceLedger();
  const empty = ledger.snapshot();
  const first = ledger.open("request");
  const second = ledger.open("request");
  const bytes = ledger.hold("body", 100);
  ledger.hold("body", 20);
  assertEquals([ledger.count("request"), ledger.bytes("body")], [2, 120]);
  first();
  first();
  bytes();
  bytes();
  assertEquals([ledger.count("request"), ledger.bytes("body")], [1, 20]);
  second();
  assertEquals(ledger.snapshot().open, empty.open);
});

Deno.test("a snapshot of the ledger stays as it was", () => {
  const ledger = new ResourceLedger();
  const before = ledger.snapshot();
  ledger.open("timer");
  ledger.hold("reply", 1);
  assertEquals([before.open.timer, before.held.reply], [0, 0]);
});

Deno.test("promise 10: an event stream and its request are in the ledger until they end", async () => {
  await using server = await InProcessServer.start();
  await ledgerReturns(server, async () => {
    const stream = await fetch(server.url("/api/rooms/hall/events"));
    const { open } = server.ledger;
    assertEquals([open.request, open.event_stream], [1, 1]);
    const samples = await scrape(server.url("/metrics"));
    assertEquals(samples.get('hubbub_open{kind="event_stream"}'), 1);
    assertEquals(samples.get('hubbub_held_bytes{kind="body"}'), 0);
    await stream.body?.cancel();
  });
});

Deno.test("promise 10: a handshake that is refused leaves nothing in the ledger", async () => {
  await using server = await InProcessServer.start();
  await ledgerReturns(server, async () => {
    const socket = new WebSocket(server.socket("/ws"), "unheard-of");
    await new Promise((resolve) => socket.onerror = resolve);
  });
});
