import { assertEquals } from "@std/assert";
import { fullJitter } from "../../../client/connection/backoff.ts";

const bounds = { baseMs: 500, capMs: 15_000 };

Deno.test("fullJitter() doubles its upper bound up to the cap", () => {
  const most = [0, 1, 2, 3, 4, 5, 50].map((failures) =>
    fullJitter(failures, bounds, () => 0.999999)
  );
  assertEquals(most, [499, 999, 1999, 3999, 7999, 14999, 14999]);
});

Deno.test("fullJitter() may be no wait at all", () => {
  assertEquals(fullJitter(5, bounds, () => 0), 0);
});
