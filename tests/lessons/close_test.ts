/** What closing has to survive: a client that has sent more already. */

import { assertEquals } from "@std/assert";
import { CLOSE } from "../../protocol/close_codes.ts";
import { Client, LessonServer } from "./helpers.ts";

Deno.test("a close code reaches a client whose frames were in flight", async () => {
  await using server = await LessonServer.start();
  const client = await Client.connect(server.url("echo"));
  client.send("CLOSE_CONNECTION");
  for (let i = 0; i < 100; i++) client.send("too late");
  const { code } = await client.closed;
  assertEquals(code, CLOSE.normal.code);
  assertEquals(client.rest, []);
});
