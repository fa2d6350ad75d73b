import { assertEquals } from "@std/assert";
import { monotonicAt as at } from "../../../server/runtime/clock.ts";
import { Buckets, TokenBucket } from "../../../server/runtime/token_bucket.ts";

Deno.test("TokenBucket gives a burst at once, then as many as come back", () => {
  const bucket = new TokenBucket(10, 3, at(0));
  assertEquals([0, 0, 0].map((now) => bucket.take(at(now))), [0, 0, 0]);
  assertEquals(bucket.take(at(0)), 100, "milliseconds until the next");
  assertEquals(bucket.take(at(60)), 40);
  assertEquals(bucket.take(at(100)), 0);
  assertEquals(bucket.take(at(100)), 100);
});

Deno.test("TokenBucket never holds more than a burst", () => {
  const bucket = new TokenBucket(10, 3, at(0));
  const taken = Array.from({ length: 5 }, () => bucket.take(at(1_000_000)));
  assertEquals(taken, [0, 0, 0, 100, 100]);
});

Deno.test("TokenBucket keeps the promised wait", () => {
  const bucket = new TokenBucket(3, 1, at(0));
  bucket.take(at(0));
  assertEquals(bucket.take(at(bucket.take(at(0)))), 0);
});

Deno.test("TokenBucket is overdrawn by a full bucket at most, and that comes back first", () => {
  const bucket = new TokenBucket(10, 30, at(0));
  assertEquals(bucket.spend(1_000, at(0)), 0);
  assertEquals(bucket.spend(1, at(0)), 3_100);
  assertEquals(bucket.spend(1, at(3_000)), 100);
  assertEquals(bucket.spend(1, at(3_100)), 0);
});

Deno.test("TokenBucket without a rate has no limit", () => {
  const bucket = new TokenBucket(0, 0, at(0));
  for (let i = 0; i < 1_000; i++) assertEquals(bucket.take(at(0)), 0);
});

Deno.test("Buckets keeps a bounded number, and forgets the longest unused", () => {
  const buckets = new Buckets({ perSecond: 1, burst: 1, most: 2 });
  for (const key of ["a", "b", "a", "c"]) buckets.take(key, at(0));
  assertEquals(buckets.size, 2);
  assertEquals(["a", "c"].map((key) => buckets.take(key, at(0))), [
    1_000,
    1_000,
  ]);
  assertEquals(buckets.take("b", at(0)), 0, "as if it was never here");
});

Deno.test("Buckets forgets full buckets", () => {
  const buckets = new Buckets({ perSecond: 1, burst: 3, most: 10 });
  buckets.take("a", at(0));
  buckets.take("b", at(2_999));
  assertEquals(buckets.size, 2);
  buckets.take("b", at(3_000));
  assertEquals(buckets.size, 1);
});
