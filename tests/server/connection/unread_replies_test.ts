/** What a client holds that asks and does not read: promise 4, also within one
 * frame, for everything that can be asked. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { text } from "../../../protocol/text.ts";
import { v1 } from "../../../protocol/v1.ts";
import { REPLY_BUDGET } from "../../../server/connection/reply_budget.ts";
import { TurnShare } from "../../../server/runtime/turn_share.ts";
import {
  MUCH_HELD,
  PAGE_BYTES,
  SMALL_PAGE_BYTES,
} from "../../../server/rooms/read_queue.ts";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { PaperConnection } from "../../helpers/doubles/paper_connection.ts";

const KIB = 1024;
const ASKED = 190;

/** A room with long messages, and members with long names. */
async function fullHall(): Promise<HubBench> {
  const bench = new HubBench({ history: 0 });
  for (let i = 0; i < 150; i++) {
    await bench.enter(`${i} ${"Ada Lovelace".repeat(2)}`);
  }
  const { session } = bench.hello({ name: "Writer" });
  for (let i = 0; i < 400; i++) {
    bench.hub.publish(session, {
      type: "publish",
      room: "hall",
      text: "x".repeat(100),
    });
  }
  await bench.turn();
  return bench;
}

/** Lines that are asked and how the answer to each begins. */
const KINDS:
  readonly (readonly [what: string, line: (id: number) => object])[] = [
    ["history", (id) => ({ type: "history", room: "hall", limit: 1_000, id })],
    ["who", (id) => ({ type: "who", room: "hall", id })],
    ["join", (id) => ({ type: "join", room: "hall", id })],
    ["ping", (id) => ({ type: "ping", id })],
    [
      "a room that is none",
      (id) => ({ type: "who", room: "-".repeat(99), id }),
    ],
    ["leave", (id) => ({ type: "leave", room: `r${id}`, id })],
    ["removed", (id) => ({ type: "remove", room: "hall", seq: 9_999, id })],
  ];

for (const [what, line] of KINDS) {
  Deno.test(`promise 4: a frame of 190 times ${what}, unread, costs a budget and one answer`, async () => {
    const bench = await fullHall();
    const paper = await PaperConnection.in(bench);
    let reads = 0;
    const { store } = bench;
    const read = store.inner.read.bind(store.inner);
    store.inner.read = (...args) => {
      reads++;
      return read(...args);
    };
    paper.send(
      Array.from({ length: ASKED }, (_, id) => JSON.stringify(line(id)))
        .join("\n"),
    );
    for (let i = 0; i < 10; i++) await bench.pass(250);
    const answer = 100 * KIB;
    assertLess(paper.socket.buffered, REPLY_BUDGET + 4 * answer);
    assertLess(reads, ASKED * 2);
    if (what === "history") assertLess(reads, 100);
    assertEquals(paper.socket.closes, []);
    // Who reads gets all of it, in order.
    const ids = (await paper.readAll()).map((line) => JSON.parse(line))
      .flatMap(({ id }) => id ?? []);
    assertEquals(ids, Array.from({ length: ASKED }, (_, id) => id));
    assertEquals(paper.ledger.bytes("reply"), 0);
  });
}

for (const command of ["/history 1000", "/who", "/help"]) {
  Deno.test(`promise 4: ${command} again and again, unread, costs a budget and one answer`, async () => {
    const bench = await fullHall();
    const paper = await PaperConnection.in(bench, { dialect: text });
    for (let i = 0; i < ASKED; i++) paper.send(command);
    for (let i = 0; i < 10; i++) await bench.pass(250);
    assertLess(paper.socket.buffered, REPLY_BUDGET + 4 * 100 * KIB);
    await paper.readAll();
    paper.send("/help");
    await bench.turn();
    const [help] = paper.lines();
    assert(help?.startsWith("/help"), help);
  });
}

/** Texts that take more bytes than characters, each in its own way. */
const TEXTS: Readonly<Record<string, string>> = {
  "control characters": "\u0001".repeat(4_096),
  "emoji": "😀".repeat(4_096),
};

for (const [what, long] of Object.entries(TEXTS)) {
  Deno.test(`promise 4: 200 clients that request five pages of ${what} each and read nothing hold bounded memory together`, async () => {
    const bench = new HubBench({ history: 0 });
    const { ledger, store } = bench;
    await store.append(Array.from({ length: 130 }, () => ({
      room: "hall",
      from: "Ada",
      author: "a",
      text: long,
    })));
    const turns = new TurnShare(bench.clock);
    const crowd: PaperConnection[] = [];
    while (crowd.length < 200) {
      crowd.push(await PaperConnection.in(bench, { ledger, turns }));
    }
    const ask = '{"type":"history","room":"hall","limit":1000}\n';
    for (const { connection } of crowd) connection.message(ask.repeat(5));
    for (let i = 0; i < 20; i++) await bench.pass(250);
    const sizes = crowd.map(({ socket }) => socket.buffered);
    const held = sizes.reduce((sum, bytes) => sum + bytes, 0);
    // Each has got something; the ledger knows of all of it.
    assertLess(16 * KIB, Math.min(...sizes));
    assertLess(Math.max(...sizes), REPLY_BUDGET + PAGE_BYTES);
    assertLess(held, MUCH_HELD + 200 * (REPLY_BUDGET + SMALL_PAGE_BYTES));
    assertLess(held, ledger.unread + 1);
    for (const { connection } of crowd) connection.end(CLOSE.normal);
    assertEquals(ledger.unread, 0);
  });
}

Deno.test("promise 5: nonsense is answered 50 times, and then ends the connection", async () => {
  for (const [dialect, nonsense] of [[text, "/nonsense"], [v1, "{"]] as const) {
    const bench = await fullHall();
    const paper = await PaperConnection.in(bench, { dialect });
    for (let i = 0; i < ASKED; i++) paper.send(nonsense);
    assertEquals([paper.socket.closes, paper.lines().length], [[4500], 50]);
  }
});

Deno.test("promise 4: closes a client that keeps sending requests without reading with 4000", async () => {
  const bench = await fullHall();
  const paper = await PaperConnection.in(bench);
  const frame = Array.from(
    { length: 200 },
    () => '{"type":"who","room":"hall"}',
  ).join("\n");
  for (let i = 0; i < 100 && paper.socket.closes.length === 0; i++) {
    paper.send(frame);
    await bench.pass(1);
  }
  assertEquals(paper.socket.closes, [4000]);
  assertLess(paper.socket.buffered, 2 * REPLY_BUDGET);
});

Deno.test("promise 4: sends no answers to a client that does not read and disconnects it after its timeout", async () => {
  const bench = await fullHall();
  const paper = await PaperConnection.in(bench);
  const timeouts = { slowMs: 30_000, idleMs: 30_000 };
  for (let i = 0; i < 190; i++) paper.send('{"type":"who","room":"hall"}');
  for (let i = 0; i < 20; i++) {
    paper.connection.checkProgress(timeouts);
    await bench.pass(2_000);
  }
  assertEquals(paper.socket.closes, [4000]);
  assertEquals(paper.ledger.snapshot().held, {
    ...new PaperConnection(bench).ledger.snapshot().held,
  });
});

Deno.test("the ledger counts unread answers and waiting requests", async () => {
  const bench = await fullHall();
  const paper = await PaperConnection.in(bench);
  const timeouts = { slowMs: 30_000, idleMs: 30_000 };
  const frame = '{"type":"who","room":"hall"}';
  for (let i = 0; i < 190; i++) paper.send(frame);
  paper.connection.checkProgress(timeouts);
  assertLess(REPLY_BUDGET / 2, paper.ledger.bytes("reply"));
  assertLess(frame.length, paper.ledger.bytes("frame"));
  await paper.readAll();
  paper.connection.checkProgress(timeouts);
  assertEquals([paper.ledger.bytes("reply"), paper.ledger.bytes("frame")], [
    0,
    0,
  ]);
});
