/** What one client may send, with a clock of its own. */

import { assert, assertEquals } from "@std/assert";
import { monotonicAt } from "../../../server/runtime/clock.ts";
import {
  RateLimits,
  type Rates,
} from "../../../server/connection/rate_limits.ts";
import { RatePool } from "../../../server/connection/rate_pool.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

const RATES: Rates = {
  publish: 10,
  bytes: 65_536,
  request: 20,
  join: 300,
  rename: 30,
};

/** Sends frames evenly, and tells how many came before the flood was seen. */
function framesUntilFlood(
  { bytes, perSecond }: { bytes: number; perSecond: number },
): number {
  const rateLimits = new RateLimits(RATES);
  for (let count = 1; count <= 1_000_000; count++) {
    const now = monotonicAt(count / perSecond * 1000);
    const wait = rateLimits.frame(bytes, now);
    if (wait > 0 && rateLimits.refuse(bytes, now)) return count;
  }
  return Infinity;
}

Deno.test("Allowance counts each frame as 64 bytes at least, an empty one too", () => {
  const most = RATES.bytes * 8 / 64;
  for (const bytes of [0, 1, 64]) {
    const rateLimits = new RateLimits(RATES);
    for (let i = 0; i < most; i++) {
      assertEquals(rateLimits.frame(bytes, monotonicAt(0)), 0);
    }
    assert(rateLimits.frame(bytes, monotonicAt(0)) > 0, String(bytes));
  }
});

for (const bytes of [0, 100, 10_000]) {
  Deno.test(`promise 5: frames of ${bytes} bytes are a flood however evenly they come`, () => {
    const cost = Math.max(bytes, 64);
    const allowed = RATES.bytes / cost;
    // Ten times as many as are allowed: some of them are taken in between.
    const count = framesUntilFlood({ bytes, perSecond: allowed * 10 });
    assert(count <= allowed * 8 * 3, String(count));
    assertEquals(framesUntilFlood({ bytes, perSecond: allowed }), Infinity);
  });
}

Deno.test("promise 5: repeatedly refused requests count as a flood", () => {
  const clock = new FakeClock();
  const rates = new RatePool({ rates: RATES, connects: 0, clock }).connect("");
  // All of a full frame may be refused: its sender is told so before it goes.
  for (let i = 0; i < 1_000; i++) rates.refuse();
  assert(!rates.flooding);
  for (let i = 0; i < 100; i++) rates.refuse();
  assert(rates.flooding);
});
