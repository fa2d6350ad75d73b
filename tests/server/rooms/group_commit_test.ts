import { assertEquals } from "@std/assert";
import { Stats } from "../../../server/runtime/stats.ts";
import {
  GroupCommit,
  type Pending,
} from "../../../server/rooms/group_commit.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";
import { HeldStore } from "../../helpers/doubles/held_store.ts";
import { fakeSession } from "../../helpers/doubles/reader.ts";

/** A ticker whose hooks write down what is done. */
function bench() {
  const clock = new FakeClock();
  const store = new HeldStore(clock);
  const done: string[] = [];
  const words = (pending: readonly Pending[]) =>
    pending.map(({ text }) => text).join("+");
  const groupCommit = new GroupCommit({
    store,
    clock,
    stats: new Stats(),
    fatal: (error) => done.push(`fatal: ${error}`),
  }, {
    before: () => done.push("before"),
    stored: (pending, receipts) =>
      done.push(
        `stored ${words(pending)} as ${receipts.map(({ seq }) => seq)}`,
      ),
    failed: (pending) => done.push(`failed ${words(pending)}`),
    after: () => done.push("after"),
  });
  const session = fakeSession("Ada");
  const say = (...texts: string[]) => {
    for (const text of texts) {
      groupCommit.add({
        room: "hall",
        from: "Ada",
        author: "ada",
        text,
        session,
        id: undefined,
      });
    }
  };
  return { clock, store, groupCommit, done, say };
}

Deno.test("GroupCommit stores the messages of one turn in one step", async () => {
  const { clock, done, say } = bench();
  say("a", "b", "c");
  assertEquals(done, []);
  clock.endTurn();
  await settled();
  assertEquals(done, ["before", "stored a+b+c as 1,2,3", "after"]);
});

Deno.test("GroupCommit waits for another turn's messages in a busy time only", async () => {
  const { clock, done, say } = bench();
  const sayInTwoTurns = async (first: string, second: string) => {
    say(first);
    clock.soon(() => say(second));
    clock.endTurn();
    await settled();
    clock.endTurn();
    await settled();
    return done.splice(0).filter((step) => step.startsWith("stored"));
  };
  const apart = await sayInTwoTurns("a", "b");
  assertEquals(apart, ["stored a as 1", "stored b as 2"]);
  assertEquals(await sayInTwoTurns("c", "d"), ["stored c+d as 3,4"]);
  clock.pass(100);
  const later = await sayInTwoTurns("e", "f");
  assertEquals(later, ["stored e as 5", "stored f as 6"]);
});

Deno.test("GroupCommit does its rounds without messages too, once a turn", () => {
  const { clock, groupCommit, done } = bench();
  groupCommit.wake();
  groupCommit.wake();
  clock.endTurn();
  clock.endTurn();
  assertEquals(done, ["before", "after"]);
});

Deno.test("promise 1: GroupCommit acknowledges messages only after they are stored", async () => {
  const { clock, store, done, say } = bench();
  store.held.add("append");
  say("a");
  clock.endTurn();
  await settled();
  assertEquals(done, ["before"]);
  await store.release();
  assertEquals(done, ["before", "stored a as 1", "after"]);
});

Deno.test("GroupCommit batches messages that arrive while the store is busy into the next step, in order", async () => {
  const { clock, store, done, say } = bench();
  store.held.add("append");
  say("a");
  clock.endTurn();
  say("b");
  clock.endTurn();
  say("c");
  clock.endTurn();
  assertEquals(store.waiting, 1);
  await store.release();
  clock.endTurn();
  assertEquals(store.waiting, 1);
  await store.release();
  assertEquals(done.filter((what) => what.startsWith("stored")), [
    "stored a as 1",
    "stored b+c as 2,3",
  ]);
});

Deno.test("promise 7: GroupCommit reports messages that could not be stored and continues", async () => {
  const { clock, store, done, say } = bench();
  store.failing.add("append");
  say("a", "b");
  clock.endTurn();
  await settled();
  store.failing.clear();
  say("c");
  clock.endTurn();
  await settled();
  assertEquals(done, [
    "before",
    "failed a+b",
    "after",
    "before",
    "stored c as 1",
    "after",
  ]);
});

Deno.test("promise 8: Ticker.idle() resolves when all that was added is stored or has failed", async () => {
  const { clock, store, groupCommit, done, say } = bench();
  store.held.add("append");
  let idle = false;
  say("a");
  clock.endTurn();
  say("b");
  const waiting = groupCommit.idle().then(() => idle = true);
  await settled();
  assertEquals(idle, false);
  await store.release();
  assertEquals(idle, false);
  clock.endTurn();
  store.failing.add("append");
  await store.release();
  await waiting;
  assertEquals(done.includes("failed b"), true);
});

Deno.test("Ticker.idle() resolves at once when nothing is under way", async () => {
  await bench().groupCommit.idle();
});
