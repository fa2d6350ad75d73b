/** Headers that keep browsers out of trouble, on every kind of answer. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { InProcessServer } from "../../helpers/in_process.ts";

const SECRET = "a secret that is long enough to be one";

/** Every route, and every way to be turned away. */
const REQUESTS = [
  ["GET", "/"],
  ["GET", "/lab"],
  ["GET", "/lab/connections/none"],
  ["GET", "/lessons"],
  ["GET", "/lessons.json"],
  ["GET", "/lessons/echo"],
  ["GET", "/lessons/none"],
  ["GET", "/healthz"],
  ["GET", "/readyz"],
  ["GET", "/metrics"],
  ["GET", "/favicon.ico"],
  ["GET", "/service-worker.js"],
  ["GET", "/assets/none.js"],
  ["GET", "/ws"],
  ["GET", "/ws/hall"],
  ["GET", "/text"],
  ["GET", "/nowhere"],
  ["POST", "/"],
  ["HEAD", "/"],
  ["GET", "/api"],
  ["GET", "/api/rooms"],
  ["GET", "/api/rooms/hall/messages"],
  ["GET", "/api/rooms/hall/export"],
  ["GET", "/api/rooms/hall/events"],
  ["POST", "/api/rooms/hall/messages"],
  ["POST", "/api/rooms/hall/import"],
  ["GET", "/api/rooms/b%20d/messages"],
  ["DELETE", "/api/rooms"],
] as const;

for (const closed of [false, true]) {
  Deno.test(`every answer has the headers of security (tokens are asked for: ${closed})`, async () => {
    await using server = await InProcessServer.start(
      closed ? { authSecret: SECRET } : {},
    );
    for (const [method, path] of REQUESTS) {
      const response = await fetch(server.url(path), { method });
      await response.body?.cancel();
      const where = `${method} ${path} ${response.status}`;
      const { headers } = response;
      assertEquals(headers.get("x-content-type-options"), "nosniff", where);
      assertEquals(headers.get("referrer-policy"), "no-referrer", where);
      const policy = headers.get("content-security-policy") ?? "";
      assertMatch(policy, /^default-src 'none'/, where);
      assertMatch(policy, /frame-ancestors 'none'/, where);
      assert(!/unsafe|\*/.test(policy), where);
    }
  });
}
