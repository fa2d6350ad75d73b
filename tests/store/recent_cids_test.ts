/** Which repeats are known, and for how long. */

import { assertEquals } from "@std/assert";
import { cidKey, RecentCids } from "../../server/store/recent_cids.ts";

const MS = 1_000;

Deno.test("RecentCids knows a cid for as long as it must, and not much longer", () => {
  const recent = new RecentCids(MS);
  const key = cidKey("ada", "c-1");
  recent.add(key, 7, 0);
  for (let at = 50; at <= MS; at += 50) {
    recent.add(cidKey("bob", `c-${at}`), 7 + at, at);
    assertEquals(recent.find(key), 7, `after ${at} ms`);
  }
  recent.add(cidKey("bob", "later"), 5_000, 2 * MS);
  assertEquals(recent.find(key), undefined);
  assertEquals(recent.find(cidKey("bob", `c-${MS}`)), 7 + MS);
});

Deno.test("RecentCids tells authors and cids apart", () => {
  const keys = [
    cidKey("ada", "1"),
    cidKey("ada", "2"),
    cidKey("bob", "1"),
    cidKey("1", "ada"),
  ];
  assertEquals(new Set(keys).size, keys.length);
});
