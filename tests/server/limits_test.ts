import { assertEquals } from "@std/assert";
import { Buckets, TokenBucket } from "../../server/limits.ts";

Deno.test("TokenBucket gives a burst at once, then as many as come back", () => {
  const bucket = new TokenBucket(10, 3, 0);
  assertEquals([0, 0, 0].map((now) => bucket.take(now)), [0, 0, 0]);
  assertEquals(bucket.take(0), 100, "milliseconds until the next");
  assertEquals(bucket.take(60), 40);
  assertEquals(bucket.take(100), 0);
  assertEquals(bucket.take(100), 100);
});

Deno.test("TokenBucket never holds more than a burst", () => {
  const bucket = new TokenBucket(10, 3, 0);
  const taken = Array.from({ length: 5 }, () => bucket.take(1_000_000));
  assertEquals(taken, [0, 0, 0, 100, 100]);
});

Deno.test("TokenBucket keeps the promised wait", () => {
  const bucket = new TokenBucket(3, 1, 0);
  bucket.take(0);
  assertEquals(bucket.take(bucket.take(0)), 0);
});

Deno.test("TokenBucket is overdrawn by a full bucket at most, and that comes back first", () => {
  const bucket = new TokenBucket(10, 30, 0);
  assertEquals(bucket.spend(1_000, 0), 0);
  assertEquals(bucket.spend(1, 0), 3_100);
  assertEquals(bucket.spend(1, 3_000), 100);
  assertEquals(bucket.spend(1, 3_100), 0);
});

Deno.test("TokenBucket without a rate has no limit", () => {
  const bucket = new TokenBucket(0, 0, 0);
  for (let i = 0; i < 1_000; i++) assertEquals(bucket.take(0), 0);
});

Deno.test("TokenBucket survives a clock that is set back", () => {
  const bucket = new TokenBucket(10, 1, 1_000_000);
  assertEquals(bucket.take(1_000_000), 0);
  assertEquals(bucket.take(0), 100);
  assertEquals(bucket.take(100), 0);
});

Deno.test("Buckets keeps no more than it may, and forgets who has been away longest", () => {
  const buckets = new Buckets({ perSecond: 1, burst: 1, most: 2 });
  for (const key of ["a", "b", "a", "c"]) buckets.take(key, 0);
  assertEquals(buckets.size, 2);
  assertEquals(["a", "c"].map((key) => buckets.take(key, 0)), [1_000, 1_000]);
  assertEquals(buckets.take("b", 0), 0, "as if it was never here");
});

Deno.test("Buckets forgets who could do everything again", () => {
  const buckets = new Buckets({ perSecond: 1, burst: 3, most: 10 });
  buckets.take("a", 0);
  buckets.take("b", 2_999);
  assertEquals(buckets.size, 2);
  buckets.take("b", 3_000);
  assertEquals(buckets.size, 1);
});
