/** Which repeats are known, and for how long. */

import { assertEquals } from "@std/assert";
import { monotonicAt } from "../../server/runtime/clock.ts";
import { cidKey, RecentCids } from "../../server/store/recent_cids.ts";

const MS = 1_000;

Deno.test("RecentCids knows a cid for as long as it must, and not much longer", () => {
  const recent = new RecentCids(MS);
  const key = cidKey("ada", "c-1");
  recent.add(key, 7, monotonicAt(0));
  for (let at = 50; at <= MS; at += 50) {
    recent.add(cidKey("bob", `c-${at}`), 7 + at, monotonicAt(at));
    assertEquals(recent.find(key, monotonicAt(at)), 7, `after ${at} ms`);
  }
  const later = monotonicAt(2 * MS);
  recent.add(cidKey("bob", "later"), 5_000, later);
  assertEquals(recent.find(key, later), undefined);
  assertEquals(recent.find(cidKey("bob", `c-${MS}`), later), 7 + MS);
});

Deno.test("RecentCids forgets a cid though nothing else is stored", () => {
  const recent = new RecentCids(MS);
  const key = cidKey("ada", "c-1");
  recent.add(key, 7, monotonicAt(0));
  assertEquals(recent.find(key, monotonicAt(MS)), 7);
  assertEquals(recent.find(key, monotonicAt(MS + 1)), undefined);
});

Deno.test("RecentCids keys by author and cid", () => {
  const keys = [
    cidKey("ada", "1"),
    cidKey("ada", "2"),
    cidKey("bob", "1"),
    cidKey("1", "ada"),
  ];
  assertEquals(new Set(keys).size, keys.length);
});
