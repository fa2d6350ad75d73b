import { assertEquals } from "@std/assert";
import { watchMemory } from "../../../server/observability/memory_guard.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

Deno.test("watchMemory() reports memory that stays above the limit once, and no short peak", () => {
  const clock = new FakeClock();
  const told: number[] = [];
  let held = 50;
  watchMemory(clock, {
    most: 100,
    held: () => held,
    onFull: (bytes) => told.push(bytes),
    failed(error) {
      throw error;
    },
  });
  clock.pass(5_000);
  for (let moment = 0; moment < 3; moment++) {
    held = 101;
    clock.pass(1_000);
    held = 100;
    clock.pass(5_000);
  }
  assertEquals(told, []);
  held = 200;
  clock.pass(60_000);
  assertEquals(told, [200]);
});
