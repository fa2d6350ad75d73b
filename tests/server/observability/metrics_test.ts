/** That `/metrics` tells the truth, over HTTP, after known conversations. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { v1 } from "../../../protocol/v1.ts";
import { renderMetrics } from "../../../server/observability/metrics.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { Stats } from "../../../server/runtime/stats.ts";
import { V1Client } from "../../helpers/clients.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { OPCODE, RawClient } from "../../helpers/raw/raw_client.ts";
import { scrape } from "../../helpers/metrics.ts";

/** Those of the samples that are asked for. */
function pick(samples: Map<string, number>, ...names: string[]) {
  return names.map((name) => samples.get(`hubbub_${name}`));
}

Deno.test("/metrics counts a conversation's messages", async () => {
  await using server = await InProcessServer.start();
  const url = server.socket("/ws");
  await using ada = await V1Client.in("hall", { url, name: "Ada" });
  await using bob = await V1Client.in("hall", { url, name: "Bob" });
  await using _eve = await V1Client.in("garden", { url, name: "Eve" });
  for (const text of ["one", "two", "three"]) {
    const publish = { type: "publish", room: "hall", text, cid: text };
    await ada.ask(publish, "ack");
    await bob.next("message");
  }
  await ada.ask(
    { type: "publish", room: "hall", text: "one", cid: "one" },
    "ack",
  );
  await bob.ask({ type: "publish", room: "hall", text: "" }, "error");
  await bob.ask({ type: "publish", room: "hall", text: "" }, "error");
  const samples = await scrape(server.url("/metrics"));
  assertEquals(
    pick(samples, "connections", "sessions", "rooms", "members", "store_up"),
    [3, 3, 2, 3, 1],
  );
  assertEquals(
    pick(samples, "messages_total", "deliveries_total", "lag_messages"),
    [3, 6, 0],
  );
  assertEquals(pick(samples, 'refused_total{code="empty"}'), [2]);
  // The repeat was a tick too.
  assertEquals(
    pick(
      samples,
      "tick_messages_count",
      "tick_messages_sum",
      'tick_messages_bucket{le="1"}',
      "tick_seconds_count",
      "append_seconds_count",
    ),
    [4, 4, 4, 4, 4],
  );
  assert((samples.get("hubbub_memory_bytes") ?? 0) > 1_000_000);
});

Deno.test("/metrics counts resumes by recovery", async () => {
  await using server = await InProcessServer.start();
  const url = server.socket("/ws");
  await using ada = await V1Client.in("hall", { url, name: "Ada" });
  ada.send({ type: "join", room: "hall" });
  const { epoch } = await ada.next("joined");
  ada.send({ type: "join", room: "hall", since: { epoch, seq: 0 } });
  assertEquals((await ada.next("joined")).recovered, "full");
  ada.send({ type: "join", room: "hall", since: { epoch: "other", seq: 1 } });
  assertEquals((await ada.next("joined")).recovered, "none");
  const samples = await scrape(server.url("/metrics"));
  assertEquals(
    pick(
      samples,
      'resumes_total{recovered="full"}',
      'resumes_total{recovered="partial"}',
      'resumes_total{recovered="none"}',
    ),
    [1, 0, 1],
  );
});

Deno.test("/metrics counts evictions by reason, and no normal close", async () => {
  await using server = await InProcessServer.start();
  const url = server.socket("/ws");
  await using rude = await V1Client.connect(url);
  rude.client.send(new Uint8Array([1, 2, 3]));
  await rude.client.inbox.ended();
  const polite = await V1Client.in("hall", { url, name: "Ada" });
  await polite.client.close(1000);
  const samples = await scrape(server.url("/metrics"));
  const evictions = [...samples].filter(([name]) => /evictions/.test(name));
  assertEquals(evictions, [[
    'hubbub_evictions_total{reason="unsupportedData"}',
    1,
  ]]);
});

Deno.test("a request to the API that is refused is counted too", async () => {
  await using server = await InProcessServer.start();
  const response = await fetch(server.url("/api/nothing"));
  await response.body?.cancel();
  const samples = await scrape(server.url("/metrics"));
  assertEquals(pick(samples, 'refused_total{code="not_found"}'), [1]);
});

Deno.test("connections that are turned away are counted too", async () => {
  await using server = await InProcessServer.start({ maxConnections: 1 });
  const url = server.socket("/ws");
  await using _ada = await V1Client.in("hall", { url, name: "Ada" });
  await using bob = await V1Client.connect(url);
  await bob.next("error");
  using stranger = await RawClient.connect(server.port);
  const origin = "http://elsewhere.example";
  assertMatch(await stranger.handshake("/ws", { origin }), /^HTTP\/1.1 403 /);
  const samples = await scrape(server.url("/metrics"));
  assertEquals(
    pick(
      samples,
      "connections",
      'refused_total{code="too_many_connections"}',
      'refused_total{code="foreign_origin"}',
    ),
    [1, 1, 1],
  );
});

Deno.test("a socket that was closed and does not answer is stuck until it is gone", async () => {
  await using server = await InProcessServer.start();
  using rude = await RawClient.open(server.port, { path: "/ws" });
  await rude.frame(new Uint8Array([1]), { opcode: OPCODE.binary });
  while ((await rude.read())?.opcode !== OPCODE.close) continue;
  const samples = await scrape(server.url("/metrics"));
  assertEquals(pick(samples, "connections", "stuck_sockets"), [0, 1]);
});

Deno.test("the slowest member's lag is the messages it has not received", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada", v1);
  const slow = await bench.enter("Bob", v1);
  slow.reader.room = 0;
  for (const text of ["one", "two", "three"]) bench.say(ada.session, text);
  await bench.turn();
  assertEquals(bench.hub.occupancy.load, { rooms: 1, members: 2, lag: 3 });
  slow.reader.room = Infinity;
  await bench.pass(1_000);
  assertEquals(bench.hub.occupancy.load.lag, 0);
});

Deno.test("a histogram's buckets hold all that is below them", () => {
  const stats = new Stats(() => 0);
  for (const size of [1, 2, 3, 50, 10_000]) stats.tickSize.add(size);
  const text = renderMetrics(stats, {
    connections: 0,
    streams: 0,
    sessions: 0,
    rooms: 0,
    members: 0,
    lag: 0,
    stuck: 0,
    healthy: false,
    inFleet: false,
    nodes: 3,
    lasts: true,
    memory: 0,
    ledger: new ResourceLedger().snapshot(),
    logDropped: 0,
  });
  const bucket = (le: string) =>
    new RegExp(`tick_messages_bucket\\{le="${le}"\\} (\\d+)`).exec(text)?.[1];
  assertEquals(
    ["1", "3", "30", "100", "3000", "\\+Inf"].map(bucket),
    ["1", "3", "3", "4", "4", "5"],
  );
  assertMatch(text, /^hubbub_tick_messages_sum 10056$/m);
  assertMatch(text, /^hubbub_store_up 0$/m);
  assertMatch(text, /^hubbub_store_lasts 1$/m);
});
