/** That a seed repeats a script, and a script has what it should. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  faultScript,
  FLEET_KINDS,
  SERVER_KINDS,
} from "../../soak/faults/faults.ts";
import { seeded } from "../../soak/random.ts";

function script(seed: number, kinds = SERVER_KINDS) {
  return faultScript({
    kinds,
    random: seeded(seed),
    ms: 10_000,
    each: 5,
    heavyMs: { pause: 4_000 },
  });
}

Deno.test("faultScript() repeats itself with the same seed only", () => {
  assertEquals(script(1), script(1));
  assertNotEquals(script(1), script(2));
});

Deno.test("faultScript() has as many faults of each kind, in order of time", () => {
  const faults = script(3);
  for (const kind of SERVER_KINDS) {
    assertEquals(faults.filter((fault) => fault.kind === kind).length, 5);
  }
  const times = faults.map(({ at }) => at);
  assertEquals(times, times.toSorted((a, b) => a - b));
  assert(times.every((at) => at >= 0 && at < 10_000));
});

Deno.test("faultScript() has fewer of those that hit a whole fleet, but some", () => {
  const counts = Map.groupBy(script(3, FLEET_KINDS), ({ kind }) => kind);
  assertEquals([...counts.keys()].toSorted(), FLEET_KINDS.toSorted());
  const { length: nodeKills } = counts.get("nodeKill") ?? [];
  const { length: engineKills } = counts.get("engineKill") ?? [];
  assertEquals([nodeKills, engineKills], [5, 2]);
});

Deno.test("faultScript() leaves the server running at the end", () => {
  const ends = script(4).filter(({ kind }) => /kill|restart/.test(kind));
  assert(ends.every(({ at }) => at < 8_500));
});

Deno.test("faultScript() leaves some clients paused until they count as dead", () => {
  const pauses = script(5).filter(({ kind }) => kind === "pause");
  assert(pauses.some(({ ms }) => ms > 4_000));
  assert(pauses.some(({ ms }) => ms < 4_000));
});
