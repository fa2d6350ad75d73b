/** A server without lessons: by its setting, or since it asks for tokens. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { LESSONS } from "../../server/lessons/table.ts";
import { InProcessServer } from "../helpers/in_process.ts";
import { RawClient } from "../helpers/raw/raw_client.ts";
import { SECRET } from "../helpers/tokens.ts";

const WORDS = "The lessons are disabled on this server. " +
  "The operator can enable them with --lessons yes\n";

for (
  const [settings, on] of [
    [{}, true],
    [{ lessons: "no" }, false],
    [{ authSecret: SECRET }, false],
    [{ authSecret: SECRET, guests: "write" }, false],
    [{ authSecret: SECRET, lessons: "yes" }, true],
  ] as const
) {
  Deno.test(`there are ${on ? "" : "no "}lessons with ${JSON.stringify(settings)}`, async () => {
    await using server = await InProcessServer.start(settings);
    for (const path of ["/lessons", "/lessons/", "/lessons/echo"]) {
      const response = await fetch(server.url(path), { redirect: "manual" });
      const text = await response.text();
      if (on) assert([200, 308, 426].includes(response.status), path);
      else if (path !== "/lessons/") {
        assertEquals([response.status, text], [404, WORDS], path);
      }
    }
    for (const { name } of LESSONS) {
      using client = await RawClient.connect(server.port);
      const head = await client.handshake(`/lessons/${name}`);
      assertMatch(head, on ? /^HTTP\/1\.1 101/ : /^HTTP\/1\.1 404/);
    }
    const listed = await (await fetch(server.url("/lessons.json"))).json();
    const paths: string[] = listed.map(({ path }: { path: string }) => path);
    assertEquals(paths.some((path) => path.startsWith("/lessons/")), on);
    assert(paths.includes("/ws"));
  });
}
