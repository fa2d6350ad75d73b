/** Which database is one that lasts. */

import { assertEquals } from "@std/assert";
import { countsTime } from "../../server/store/kv/deploy_options.ts";

for (
  const [versionstamp, lasts] of [
    // As SQLite makes them, and FoundationDB after a month.
    ["00000000000000010000", false],
    ["0000000000ffffff0000", false],
    ["0000025b7f3d40000000", true],
    ["000027d8b9c1a5e10003", true],
  ] as const
) {
  Deno.test(`countsTime() is ${lasts} for ${versionstamp}`, () => {
    assertEquals(countsTime(versionstamp), lasts);
  });
}
