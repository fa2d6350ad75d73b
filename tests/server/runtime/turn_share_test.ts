/** How the time of a turn is shared among connections. */

import { assertEquals, assertLess } from "@std/assert";
import type { Decoded } from "../../../protocol/dialect.ts";
import { RequestQueue } from "../../../server/connection/request_queue.ts";
import { TurnShare } from "../../../server/runtime/turn_share.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

/** Connections whose requests take a millisecond each, from an address each
 * by default. */
function bench(count: number, addressOf = (n: number) => `192.0.2.${n}`) {
  const clock = new FakeClock();
  const turns = new TurnShare(clock);
  let soon: (() => void)[] = [];
  clock.soon = (act) => void soon.push(act);
  const handled: number[] = [];
  const queues = Array.from({ length: count }, (_, n) =>
    new RequestQueue({
      clock,
      turns,
      party: () => ({ group: addressOf(n), member: `${n}` }),
      decode: (frame) => frame.split("\n") as unknown as Decoded[],
      handle() {
        clock.pass(1);
        handled.push(n);
      },
      hasRoom: () => true,
      together: (act) => act(),
    }));
  const endTurn = () => {
    const acts = soon;
    soon = [];
    for (const act of acts) act();
  };
  return { queues, handled, endTurn, turns };
}

const MANY = Array.from({ length: 200 }, () => "x").join("\n");

Deno.test("promise 9: requests of a crowd take a bounded part of each turn", () => {
  const { queues, handled, endTurn } = bench(50);
  for (const queue of queues) queue.add(MANY, { bytes: 1, waitMs: 0 });
  assertEquals(handled.length, 8, "8 ms in this turn, of all together");
  for (let before = handled.length; before < 50 * 200;) {
    endTurn();
    // The last of a turn is begun before it is over.
    assertLess(handled.length - before, 8 + 2);
    before = handled.length;
  }
});

Deno.test("promise 9: a connection waits for one request of each other connection, not for their whole queues", () => {
  const { queues, handled, endTurn, turns } = bench(21);
  const [victim, ...crowd] = queues;
  for (const queue of crowd) queue.add(MANY, { bytes: 1, waitMs: 0 });
  victim!.add("ping", { bytes: 1, waitMs: 0 });
  let ended = 0;
  while (!handled.includes(0)) {
    endTurn();
    ended++;
  }
  assertLess(ended, 22);
  assertLess(handled.length, 20 * 10);
  for (let n = 0; n < 1_000; n++) endTurn();
  assertEquals([handled.length, turns.waiting], [20 * 200 + 1, 0]);
});

Deno.test("promise 9: many connections of an address have one share of the turns", () => {
  const isVictim = (n: number) => n === 0;
  const { queues, handled, endTurn } = bench(
    451,
    (n) => isVictim(n) ? "192.0.2.1" : "192.0.2.2",
  );
  const [victim, ...crowd] = queues;
  for (const queue of crowd) queue.add(MANY, { bytes: 1, waitMs: 0 });
  for (let ping = 0; ping < 5; ping++) {
    handled.length = 0;
    victim!.add("ping", { bytes: 1, waitMs: 0 });
    for (let turns = 0; !handled.some(isVictim); turns++) {
      assertLess(turns, 5);
      endTurn();
    }
  }
});

Deno.test("a connection that ends waits for nothing", () => {
  const { queues, endTurn, turns, handled } = bench(2);
  for (const queue of queues) queue.add(MANY, { bytes: 1, waitMs: 0 });
  for (const queue of queues) queue.stop();
  endTurn();
  assertEquals([turns.waiting, handled.length], [0, 8]);
});
