/** How many error responses a connection and an address get. */

import { assertEquals } from "@std/assert";
import { RefusalLimit } from "../../../server/transport/refusal_limit.ts";

const refusal = () => new Response(null, { status: 429 });

Deno.test("promise 9: RefusalLimit bounds the errors of a connection and of an address per second", () => {
  let now = 0;
  const limit = new RefusalLimit(() => now);
  const allowed = (group: string, connections: number) => {
    let count = 0;
    for (let request = 0; request < 100; request++) {
      for (let member = 0; member < connections; member++) {
        if (!limit.isOver(refusal(), { group, member: `${member}` })) count++;
      }
    }
    return count;
  };
  assertEquals(allowed("192.0.2.1", 1), 31);
  assertEquals(allowed("192.0.2.2", 200), 255);
  now = 1_000;
  assertEquals(allowed("192.0.2.2", 200), 255);
  const party = { group: "192.0.2.3", member: "1" };
  for (let count = 0; count < 1_000; count++) {
    assertEquals(limit.isOver(new Response(), party), false);
  }
});
