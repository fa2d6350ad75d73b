/** Turns of the event loop that let sockets be served. */

import { assertEquals, assertLess } from "@std/assert";
import { soonWithPauses } from "../../../server/runtime/event_loop.ts";

/** Turns after which the runtime polls sockets by itself. */
const EVENT_INTERVAL = 61;
const TURN_MS = 5;

/** Blocks the event loop. */
function work(): void {
  const end = performance.now() + TURN_MS;
  while (performance.now() < end) continue;
}

Deno.test("soonWithPauses() lets sockets be served while turns of work follow each other", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const echo = (async () => {
    using peer = await listener.accept();
    const bytes = new Uint8Array(1);
    while (await peer.read(bytes) !== null) await peer.write(bytes);
  })();
  const client = await Deno.connect({ hostname: "127.0.0.1", port });
  let turns = 0;
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    const turn = () => {
      if (isOver) return resolve();
      turns++;
      work();
      soonWithPauses(turn);
    };
    soonWithPauses(turn);
  });
  // The first pause comes after some turns.
  while (turns < EVENT_INTERVAL) await new Promise<void>(soonWithPauses);
  const before = turns;
  await client.write(new Uint8Array(1));
  await client.read(new Uint8Array(1));
  assertLess(turns - before, EVENT_INTERVAL);
  isOver = true;
  await ended;
  client.close();
  await echo;
});

Deno.test("soonWithPauses() keeps the order of calls, over pauses too", async () => {
  const ran: number[] = [];
  const all = Array.from({ length: 100 }, (_, n) => n);
  for (const n of all) {
    if (n % 10 === 0) work();
    soonWithPauses(() => ran.push(n));
  }
  await new Promise<void>(soonWithPauses);
  assertEquals(ran, all);
});
