/**
 * From when a lost connection's grace period runs, and after which closes there
 * is none, however the loss is noticed.
 */

import { assert, assertEquals } from "@std/assert";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { v1 } from "../../../protocol/v1.ts";
import { Authority } from "../../../server/auth/authenticator.ts";
import { Connection } from "../../../server/connection/connection.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { V1Client } from "../../helpers/clients.ts";
import { scrape } from "../../helpers/metrics.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";
import { freeRates } from "../../helpers/rates.ts";
import { SILENCE } from "../../helpers/doubles/silence.ts";

const [GRACE_MS, IDLE_MS] = [120_000, 2_000];
const PATIENCE = { slowMs: IDLE_MS, idleMs: IDLE_MS };

const authority = await Authority.create({ guests: "none" });

/** One who is in, over a socket that takes nothing any more. */
async function somebody() {
  const bench = new HubBench({
    graceMs: GRACE_MS,
    idleSeconds: IDLE_MS / 1000,
  });
  let buffered = 0;
  const connection = new Connection({
    address: "192.0.2.7",
    id: "1",
    socket: {
      open: true,
      get buffered() {
        return buffered;
      },
      send: (frame) => void (buffered += frame.length),
      close() {},
    },
    entry: { dialect: v1 },
    hub: bench.hub,
    authority,
    clock: bench.clock,
    log: SILENCE,
    rates: freeRates(bench.clock),
    maxFrame: 2 ** 20,
    ledger: new ResourceLedger(),
    helloMs: 10_000,
    onGone() {},
    onClosed() {},
  });
  connection.open();
  connection.message('{"type":"hello","name":"Ada"}');
  await bench.turn();
  return { bench, connection };
}

type Ada = Awaited<ReturnType<typeof somebody>>;

/** How a connection is lost, and how long it had been then. */
const LOSSES: readonly (readonly [
  how: string,
  agoMs: number,
  lose: (ada: Ada) => void | Promise<void>,
])[] = [
  ["reset", 0, ({ connection }) => connection.close(0)],
  [
    "closed without a close frame",
    0,
    ({ connection }) => connection.close(1006),
  ],
  [
    "closed by a page that goes away",
    0,
    ({ connection }) => connection.close(CLOSE.goingAway.code),
  ],
  [
    "closed with a code of its client's own",
    0,
    ({ connection }) => connection.close(4_321),
  ],
  ["silent", IDLE_MS, async ({ bench, connection }) => {
    await bench.pass(IDLE_MS);
    connection.close(CLOSE.silent.code, CLOSE.silent);
  }],
  ["slow", IDLE_MS, async ({ bench, connection }) => {
    connection.checkProgress(PATIENCE);
    await bench.pass(IDLE_MS);
    connection.checkProgress(PATIENCE);
    assert(connection.gone);
  }],
  ["flooding", 0, ({ connection }) => connection.end(CLOSE.flood)],
  [
    "speaking nonsense",
    0,
    ({ connection }) => connection.end(CLOSE.badProtocol),
  ],
  [
    "broken by a fault",
    0,
    ({ connection }) => connection.end(CLOSE.internalError),
  ],
  ["told to come back", 0, ({ connection }) => connection.end(CLOSE.restart)],
  ["handed over", 0, ({ connection }) => connection.end(CLOSE.goingAway)],
  ["expired", 0, ({ connection }) => connection.end(CLOSE.expired)],
];

for (const [how, agoMs, lose] of LOSSES) {
  Deno.test(`the grace of a connection that is ${how} runs from the loss`, async () => {
    const ada = await somebody();
    await lose(ada);
    await ada.bench.pass(GRACE_MS - agoMs - 1);
    assertEquals(ada.bench.hub.sessions, 1);
    await ada.bench.pass(1);
    assertEquals(ada.bench.hub.sessions, 0);
  });
}

for (
  const [why, leave] of [
    ["its user leaves", (ada) => ada.connection.close(1000)],
    ["its user leaves without a code", (ada) => ada.connection.close(1005)],
    ["it is removed", (ada) => ada.connection.end(CLOSE.removed)],
    ["it is banned", (ada) => ada.connection.end(CLOSE.banned)],
  ] satisfies [string, (ada: Ada) => void][]
) {
  Deno.test(`a session ends at once when ${why}`, async () => {
    const ada = await somebody();
    leave(ada);
    assertEquals(ada.bench.hub.sessions, 0);
  });
}

Deno.test("a session whose peer was silent for longer than the grace ends at once", async () => {
  const ada = await somebody();
  ada.connection.checkProgress(PATIENCE);
  await ada.bench.pass(GRACE_MS);
  ada.connection.checkProgress(PATIENCE);
  assertEquals(ada.bench.hub.sessions, 0);
});

const MUTE = {
  path: "/ws",
  headers: { "Sec-WebSocket-Protocol": "hubbub.v1" },
};

Deno.test("a silent peer can resume its session within --grace", async () => {
  await using server = await InProcessServer.start({
    grace: 120,
    idleTimeout: 1,
  });
  using mute = await RawClient.open(server.port, MUTE);
  await mute.frame('{"type":"hello","name":"Ada"}');
  const { token, session } = JSON.parse(await mute.text());
  // It answers no ping.
  await mute.ended();
  await using again = await V1Client.connect(server.socket("/ws"));
  again.send({ type: "hello", token });
  const welcome = await again.next("welcome");
  assertEquals([welcome.session, welcome.name, welcome.resumed], [
    session,
    "Ada",
    true,
  ]);
});

Deno.test("a client that closes with a server close code is not counted as disconnected by the server", async () => {
  await using server = await InProcessServer.start();
  for (const { code } of [CLOSE.silent, CLOSE.tooBig, CLOSE.slow]) {
    using peer = await RawClient.open(server.port, MUTE);
    await peer.frame(new Uint8Array([code >> 8, code & 0xff]), { opcode: 8 });
    await peer.ended();
  }
  const samples = await scrape(server.url("/metrics"));
  const evictions = [...samples].filter(([name, count]) =>
    name.startsWith("hubbub_evictions_total") && count > 0
  );
  assertEquals(evictions, []);
});
