/** The two times, which must not be mixed up. */

import { assert, assertEquals } from "@std/assert";
import {
  LONG_AGO,
  type Monotonic,
  monotonicAt,
  msAfter,
  msBetween,
  systemClock,
} from "../../../server/runtime/clock.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

Deno.test("moments of the monotonic clock are measured and compared", () => {
  const [start, end] = [monotonicAt(1_000), monotonicAt(3_500)];
  assertEquals(msBetween(start, end), 2_500);
  assertEquals(msBetween(end, start), -2_500);
  assertEquals(msAfter(start, 2_500), end);
  assert(start < end);
  assertEquals(msBetween(LONG_AGO, start), Infinity);
});

Deno.test("a moment cannot be mixed up with a date", () => {
  // Checked by `deno check`: each line is an error of types.
  const wrong = (moment: Monotonic) => {
    // @ts-expect-error: a date is no moment
    moment = systemClock.now();
    // @ts-expect-error: nor is a moment a date
    const date: number = moment;
    return [
      date,
      // @ts-expect-error: they have no difference
      systemClock.now() - moment,
      // @ts-expect-error: and cannot be compared
      systemClock.now() < moment,
      // @ts-expect-error: what is later is said by msAfter()
      moment + 5_000,
    ];
  };
  assertEquals(wrong(LONG_AGO).length, 4);
});

Deno.test("the system's monotonic clock does not stand still or go back", async () => {
  const start = systemClock.monotonic();
  await new Promise<void>((done) => void systemClock.after(5, done));
  assert(msBetween(start, systemClock.monotonic()) > 0);
});

Deno.test("a fake date can be set, and its monotonic time passes alone", () => {
  const clock = new FakeClock(1_700_000_000_000);
  const start = clock.monotonic();
  let ran = 0;
  clock.after(1_000, () => ran++);
  clock.setForth(-86_400_000);
  assertEquals(clock.now(), 1_699_913_600_000);
  assertEquals(msBetween(start, clock.monotonic()), 0);
  clock.pass(1_000);
  assertEquals(ran, 1);
  assertEquals(msBetween(start, clock.monotonic()), 1_000);
  assertEquals(clock.now(), 1_699_913_601_000);
});
