/** Requests of clients that know one room at a time, while the room that they
 * ask for is being opened: they wait for it. Promise 7. */

import { assert, assertEquals } from "@std/assert";
import { simple } from "../../../protocol/simple.ts";
import { text } from "../../../protocol/text.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { PaperConnection } from "../../helpers/doubles/paper_connection.ts";

/** Everything that a client of dialect `text` can send, and what answers it. */
const REQUESTS = [
  ["/who", /Here now: Ada/],
  ["/history 5", /^--- 0 messages ---/],
  ["/help", /\/nick NAME/],
  ["/nick Grace", /You are now Grace/],
  ["/remove", /^--- \d messages? ---/],
  ["/remove 9", /There is no message 9 in room "hall"/],
  ["/kick Bob", /You are not a moderator of room "hall"/],
  ["/lock", /You are not a moderator of room "hall"/],
  ["/dance", /Unknown command/],
  ["/join yard", /You are in yard/],
  ["/quit", undefined],
] as const;

for (const [line, answer] of REQUESTS) {
  Deno.test(`promise 7: dialect text answers ${line} straight after the name, once the room is open`, async () => {
    const bench = new HubBench();
    bench.store.held.add("follow");
    const ada = new PaperConnection(bench, { dialect: text });
    ada.send("Ada");
    ada.send(line);
    await bench.turn();
    assertEquals(ada.lines(), ["[Server]: Welcome. What is your name?"]);
    bench.store.held.clear();
    await bench.store.release();
    const lines = await ada.readAll();
    assert(lines[0]?.startsWith("[Server]: You are in hall."), lines.join());
    if (answer === undefined) return assertEquals(ada.socket.closes, [1000]);
    assert(lines.slice(1).some((one) => answer.test(one)), lines.join());
    assert(!lines.some((one) => /not in this room/.test(one)), lines.join());
  });
}

Deno.test("promise 7: messages written while a room opens are stored in order, and are not echoed in dialect text", async () => {
  for (const dialect of [text, simple]) {
    const bench = new HubBench();
    bench.store.held.add("follow");
    const ada = new PaperConnection(bench, { dialect });
    if (dialect === text) ada.send("Ada");
    for (const line of ["one", "two", "three"]) ada.send(line);
    await bench.turn();
    bench.store.held.clear();
    await bench.store.release();
    const lines = await ada.readAll();
    const { messages } = await bench.store.read("hall", { after: 0, limit: 9 });
    assertEquals(messages.map(({ text }) => text), ["one", "two", "three"]);
    const own = lines.filter((line) => /one|two|three/.test(line));
    assertEquals(own.length, dialect === text ? 0 : 3, lines.join());
  }
});

Deno.test("promise 7: a line sent right after /join waits until the new room is joined", async () => {
  const bench = new HubBench();
  const ada = await PaperConnection.in(bench, { dialect: text });
  bench.store.held.add("follow");
  ada.send("/join yard");
  ada.send("/who");
  await bench.turn();
  assertEquals(ada.lines(), []);
  bench.store.held.clear();
  await bench.store.release();
  const lines = await ada.readAll();
  assertEquals(lines.map((line) => line.split(".")[0]), [
    "[Server]: You are in yard",
    "[Server]: Here now: Ada",
  ]);
});

Deno.test("promise 7: a room that cannot be opened, or not for long, is no room that one should join", async () => {
  for (const fails of [true, false]) {
    const bench = new HubBench();
    if (fails) bench.store.failing.add("follow");
    else bench.store.held.add("follow");
    const ada = new PaperConnection(bench, { dialect: text });
    ada.send("Ada");
    ada.send("/who");
    await bench.turn();
    if (!fails) {
      assertEquals(ada.lines().length, 1, "only the name was asked for");
      await bench.pass(5_000);
    }
    const lines = ada.lines();
    assert(
      lines.at(-1)?.includes("message store is unavailable"),
      lines.join(),
    );
    assert(!lines.some((one) => /not in this room/.test(one)), lines.join());
  }
});
