/** Who reads when: a crowd that asks at once holds up nobody. */

import { assert, assertEquals, assertLess } from "@std/assert";
import {
  MUCH_HELD,
  PAGE_BYTES,
  ReadQueue,
  SMALL_PAGE_BYTES,
} from "../../../server/rooms/read_queue.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { NO_LOG, type Page } from "../../../server/store/store.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";

/** Who asks, from an address of its own by default. */
function asker(client: string, address = client) {
  return { address, client };
}

const RANGE = { after: 0, limit: 1 };

/** A queue whose reads take some time each, as those of SQLite do. */
function bench(msEach = 0) {
  const clock = new FakeClock();
  const ledger = new ResourceLedger();
  const read: string[] = [];
  const store = {
    read(room: string): Promise<Page> {
      clock.pass(msEach);
      read.push(room);
      if (room === "bad") throw new Error("bad");
      return Promise.resolve({ ...NO_LOG, messages: [] });
    },
    rooms() {
      read.push("the list of rooms");
      return Promise.resolve([]);
    },
  };
  const queue = new ReadQueue({ store, clock, ledger });
  return { clock, ledger, queue, read };
}

Deno.test("promise 9: many reads at once are shared over turns, by number and by time", async () => {
  for (const [msEach, most] of [[0, 16], [2, 3]] as const) {
    const { clock, queue, read } = bench(msEach);
    const turns: (() => void)[] = [];
    clock.soon = (act) => void turns.push(act);
    const all = Array.from(
      { length: 100 },
      (_, n) => queue.of(asker(`${n}`)).read(`${n}`, RANGE),
    );
    const perTurn: number[] = [];
    for (let before = 0; read.length < 100; before = read.length) {
      await settled();
      for (const act of turns.splice(0)) act();
      await settled();
      perTurn.push(read.length - before);
    }
    await Promise.all(all);
    for (const count of perTurn) assertLess(count, 2 * most + 1);
    assert(perTurn.length > 100 / (2 * most), `${perTurn}`);
    assertEquals(queue.waiting, 0);
  }
});

Deno.test("promise 9: a single request does not wait for all requests of a client that sends a thousand", async () => {
  const { clock, queue, read } = bench();
  for (let n = 0; n < 1_000; n++) {
    void queue.of(asker("eve")).read("eve", RANGE);
  }
  const ada = queue.of(asker("ada")).read("ada", RANGE);
  clock.endTurn();
  await ada;
  assertLess(read.indexOf("ada"), 70);
});

Deno.test("promise 9: many clients of an address have one share of the reads, whatever they read", async () => {
  const { clock, queue, read } = bench();
  const eves = Array.from({ length: 450 }, (_, n) => asker(`eve ${n}`, "eve"));
  for (const eve of eves) {
    void queue.of(eve).read("eve", RANGE);
    void queue.of(eve).rooms();
  }
  const ada = [
    queue.of(asker("ada")).read("ada", RANGE),
    queue.of(asker("ada")).rooms(),
  ];
  for (let turn = 0; turn < 3; turn++) {
    clock.endTurn();
    await settled();
  }
  await Promise.all(ada);
  assertLess(read.lastIndexOf("ada"), 70);
});

Deno.test("promise 9: a read that several need takes the turn of whichever address has one first", async () => {
  const { clock, queue, read } = bench();
  for (let n = 0; n < 450; n++) {
    void queue.of(asker(`eve ${n}`, "eve")).read("eve", RANGE);
  }
  const shared = queue.shared();
  shared.join(asker("eve"));
  const first = shared.read("hall", RANGE);
  shared.join(asker("ada"));
  shared.join(asker("ada too", "ada"));
  for (let turn = 0; turn < 3; turn++) {
    clock.endTurn();
    await settled();
  }
  await first;
  assertLess(read.indexOf("hall"), 70);
  shared.join(asker("bob"));
  for (let turn = 0; turn < 100; turn++) {
    clock.endTurn();
    await settled();
  }
  assertEquals(read.filter((room) => room === "hall").length, 1, "read once");
  assertEquals([queue.waiting, read.length], [0, 451]);
});

Deno.test("a failed read gets an error, and others go on", async () => {
  const { clock, queue } = bench();
  const bad = queue.of(asker("a")).read("bad", RANGE).catch(String);
  const good = queue.of(asker("a")).read("good", RANGE);
  clock.endTurn();
  assertEquals(await bad, "Error: bad");
  assertEquals((await good).head, 0);
});

Deno.test("promise 4: pages are small while much is held for all clients together", () => {
  const { ledger, queue } = bench();
  assertEquals(queue.pageBytes, PAGE_BYTES);
  for (const kind of ["reply", "answer", "event_stream", "export"] as const) {
    const release = ledger.hold(kind, MUCH_HELD + 1);
    assertEquals(queue.pageBytes, SMALL_PAGE_BYTES, kind);
    release();
  }
  assertEquals(queue.pageBytes, PAGE_BYTES);
});
