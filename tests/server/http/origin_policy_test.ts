/** Which pages may talk to the rooms: the decision, and over real handshakes. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createLogger } from "../../../server/runtime/logger.ts";
import {
  isWelcome,
  Origins,
  readOrigin,
} from "../../../server/http/origin_policy.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";

for (
  const [words, origin] of [
    ["*", "*"],
    ["null", "null"],
    ["https://example.org", "https://example.org"],
    ["HTTPS://Example.org:443/", "https://example.org"],
    ["http://localhost:5173", "http://localhost:5173"],
    ["chrome-extension://abcdef", "chrome-extension://abcdef"],
    ["example.org", undefined],
    ["https://example.org/page", undefined],
    ["https://", undefined],
    ["https://a b", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`readOrigin() of "${words}" is ${origin}`, () => {
    assertEquals(readOrigin(words), origin);
  });
}

for (
  const [origin, host, allowed, welcome] of [
    [null, "chat.example", [], true],
    ["https://chat.example", "chat.example", [], true],
    ["http://chat.example:8000", "chat.example:8000", [], true],
    ["http://localhost:8000", "127.0.0.1:8000", [], true],
    ["http://[::1]:8000", "localhost:8000", [], true],
    ["http://localhost:8001", "127.0.0.1:8000", [], false],
    ["http://localhost.evil.example:8000", "127.0.0.1:8000", [], false],
    ["https://evil.example", "chat.example", [], false],
    ["https://chat.example.evil.example", "chat.example", [], false],
    ["null", "chat.example", [], false],
    ["", "chat.example", [], false],
    ["file://", "chat.example", [], false],
    ["null", "chat.example", ["null"], true],
    ["https://a.example", "chat.example", ["https://a.example"], true],
    ["http://a.example", "chat.example", ["https://a.example"], false],
    ["https://evil.example", "chat.example", ["*"], true],
  ] as const
) {
  const words = welcome ? "lets" : "does not let";
  Deno.test(`isWelcome() ${words} ${origin} talk to ${host}, allowed: ${allowed.join()}`, () => {
    assertEquals(isWelcome(origin, { host, allowed }), welcome);
  });
}

Deno.test("Origins logs each origin once, with the flag, and not without end", () => {
  const logged: string[] = [];
  const log = createLogger({
    level: "warn",
    pretty: true,
    now: () => 0,
    write: (line) => logged.push(line),
  });
  const origins = new Origins(["https://a.example"], log);
  const words = origins.refusal("null", "chat.example") ?? "";
  assertStringIncludes(words, "--origins https://a.example,null");
  origins.refusal("null", "chat.example");
  assertEquals(logged.length, 1);
  assertStringIncludes(logged[0] ?? "", "--origins https://a.example,null");
  for (let i = 0; i < 1000; i++) {
    origins.refusal(`https://${i}.example`, "chat.example");
  }
  assertEquals(logged.length, 100);
  const long = origins.refusal(
    `https://${"x".repeat(10_000)}`,
    "chat.example",
  );
  assert((long ?? "").length < 1000);
});

for (const path of ["/", "/ws", "/ws/hall", "/text"]) {
  Deno.test(`a page of another origin is refused on ${path} with 403 and the flag that allows it`, async () => {
    await using server = await InProcessServer.start();
    for (let i = 0; i < 2; i++) {
      using client = await RawClient.connect(server.port);
      const head = await client.handshake(path, {
        "Origin": "null",
        "Connection": "Upgrade, close",
      });
      assert(head.startsWith("HTTP/1.1 403 "), head);
      assertStringIncludes(await client.rest(), "--origins null");
    }
    assertEquals(server.warnings.length, 1);
    assertStringIncludes(server.warnings[0] ?? "", "--origins null");
  });
}

for (
  const [title, origin, origins, path] of [
    ["no origin", undefined, [], "/ws"],
    ["a listed origin", "https://a.example", ["https://a.example"], "/ws"],
    ["any origin where all may", "null", ["*"], "/ws"],
    ["any origin in a lesson", "null", [], "/lessons/echo"],
  ] as const
) {
  Deno.test(`a handshake with ${title} is accepted on ${path}`, async () => {
    await using server = await InProcessServer.start({ origins });
    using _client = await RawClient.open(server.port, {
      path,
      headers: { "Origin": origin },
    });
    assertEquals(server.warnings, []);
  });
}

Deno.test("only a listed origin can publish over the API", async () => {
  const origins = ["https://a.example"];
  await using server = await InProcessServer.start({ origins });
  const post = async (origin: string) => {
    const response = await fetch(server.url("/api/rooms/hall/messages"), {
      method: "POST",
      headers: { "content-type": "text/plain", origin },
      body: "Hello",
    });
    return [response.status, (await response.json()).detail ?? ""] as const;
  };
  assertEquals((await post("https://a.example"))[0], 201);
  const [status, words] = await post("https://b.example");
  assertEquals(status, 403);
  assertStringIncludes(words, "--origins https://a.example,https://b.example");
});
