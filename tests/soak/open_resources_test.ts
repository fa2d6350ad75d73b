/** That the soak and the fuzzer notice what a server leaves open. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  readOpenResources,
  resourcesReturn,
} from "../../soak/checks/open_resources.ts";
import { InProcessServer } from "../helpers/in_process.ts";

Deno.test("promise 10: a stream that is left open is found, and one that ends is not", async () => {
  await using server = await InProcessServer.start();
  const before = await readOpenResources(server.port);
  const stream = await fetch(server.url("/api/rooms/hall/events"));
  const left = await resourcesReturn(server.port, { before, ms: 0 });
  assertStringIncludes(left, 'hubbub_open{kind="event_stream"} 1, not 0');
  await stream.body?.cancel();
  assertEquals(await resourcesReturn(server.port, { before, ms: 10_000 }), "");
});
