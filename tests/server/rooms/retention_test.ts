import { assertEquals } from "@std/assert";
import { runRetention } from "../../../server/rooms/retention.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";

/** A store that has so much more to do after each step, or fails. */
function bench(...answers: (boolean | Error)[]) {
  const clock = new FakeClock();
  const started = clock.now();
  const steps: number[] = [];
  const failures: unknown[] = [];
  const stop = runRetention({
    store: {
      trim() {
        steps.push(clock.now() - started);
        const answer = answers.shift() ?? false;
        return answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve(answer);
      },
    },
    clock,
    failed: (error) => failures.push(error),
  });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.pass(10);
      await settled();
    }
  };
  return { clock, steps, failures, stop, pass };
}

Deno.test("keepTrimming() does a step a second, and one soon after the other while there is more", async () => {
  const { steps, stop, pass } = bench(false, true, true, false);
  await pass(3_500);
  assertEquals(steps, [1_000, 2_000, 2_020, 2_040, 3_040]);
  stop();
});

Deno.test("keepTrimming() logs a failed step, and goes on", async () => {
  const error = new Error("disk full");
  const { steps, failures, stop, pass } = bench(error);
  await pass(2_000);
  assertEquals([steps, failures], [[1_000, 2_000], [error]]);
  stop();
});

Deno.test("keepTrimming() stops for good, in a step too", async () => {
  const { clock, steps, stop, pass } = bench(true);
  clock.pass(1_000);
  stop();
  await pass(2_000);
  assertEquals([steps, clock.waiting], [[1_000], 0]);
});
