/** Work that takes a share of each turn, by hand-turned time. */

import { assert, assertEquals } from "@std/assert";
import { WorkInTurns } from "../../../server/runtime/work_in_turns.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

Deno.test("promise 4: WorkInTurns takes at most 5 ms of a turn, one job after the other", () => {
  const clock = new FakeClock();
  const work = new WorkInTurns(clock);
  const done: string[] = [];
  function* job(name: string): Iterator<void> {
    for (let n = 0; n < 10; n++) {
      clock.spend(1);
      done.push(name);
      yield;
    }
  }
  work.add(job("a"));
  work.add(job("b"));
  const turns = [done.length];
  while (work.busy) {
    const before = done.length;
    assert(clock.endOneTurn(), "the next turn follows");
    turns.push(done.length - before);
  }
  assertEquals(Math.max(...turns), 5);
  assertEquals(done.join(""), "a".repeat(10) + "b".repeat(10));
});

Deno.test("WorkInTurns does one step of a turn that is over, and none once it is stopped", () => {
  const clock = new FakeClock();
  const work = new WorkInTurns(clock);
  let steps = 0;
  work.add({
    next() {
      clock.spend(60);
      return { done: ++steps === 100, value: undefined };
    },
  });
  clock.endOneTurn();
  assertEquals(steps, 2);
  work.stop();
  clock.endTurn();
  assertEquals([steps, work.busy], [2, false]);
});
