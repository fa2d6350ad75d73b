/** A map of numbers, compared with the language's own. */

import { assertEquals } from "@std/assert";
import { NumberTable } from "../../server/store/number_table.ts";

Deno.test("a table of numbers returns the last value of each key", () => {
  const table = new NumberTable();
  const map = new Map<number, number>();
  const keyOf = (n: number) => (n * 0x9e3779b97f4a7) % Number.MAX_SAFE_INTEGER;
  for (let n = 0; n < 5_000; n++) {
    const key = keyOf(n % 3_000);
    table.set(key, n);
    map.set(key, n);
  }
  assertEquals(table.size, map.size);
  for (let n = 0; n < 4_000; n++) {
    assertEquals(table.get(keyOf(n)), map.get(keyOf(n)));
  }
});

Deno.test("a table of numbers is whole at every step of its growth", () => {
  const table = new NumberTable();
  const keyOf = (n: number) => (n * 0x9e3779b97f4a7) % Number.MAX_SAFE_INTEGER;
  const map = new Map<number, number>();
  for (let n = 0; n < 300; n++) {
    // A new one, and one that may not have been moved yet.
    for (const one of [n, Math.floor(n / 2)]) {
      table.set(keyOf(one), n);
      map.set(keyOf(one), n);
      assertEquals(table.size, map.size);
      for (const [key, value] of map) assertEquals(table.get(key), value);
    }
  }
});

Deno.test("a table of numbers keeps keys apart that fall into one slot", () => {
  const table = new NumberTable();
  const keys = [0, 1, 16, 32, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER];
  for (const [index, key] of keys.entries()) {
    assertEquals(table.get(key), undefined);
    table.set(key, 2 ** 32 - 1 - index);
  }
  assertEquals(
    keys.map((key) => table.get(key)),
    keys.map((_, index) => 2 ** 32 - 1 - index),
  );
});
