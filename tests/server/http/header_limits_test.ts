/** Heads of requests that cost more than their size would hold up everybody. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { overlong } from "../../../server/http/header_limits.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { type Headers, RawClient } from "../../helpers/raw/raw_client.ts";
import { sendRaw } from "../../helpers/raw/raw_http.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";

/** A pattern that looks for the end of such a run from each of them is slow. */
const SPACES = " ".repeat(12_000);

const TOO_LONG = "x".repeat(13_000);

for (
  const [title, path, headers, status] of [
    ["spaces in Connection", "/ws", { Connection: `Upgrade${SPACES}x` }, 400],
    ["spaces before commas", "/ws", {
      Connection: `a${SPACES.slice(6_000)},${SPACES.slice(6_001)}Upgrade`,
    }, 101],
    ["spaces in Connection of a lesson", "/lessons/echo", {
      Connection: `Upgrade${SPACES}x`,
    }, 400],
    ["a long Origin", "/ws", { Origin: `http://${TOO_LONG}` }, 431],
    ["a long Authorization", "/ws", { Authorization: TOO_LONG }, 431],
    ["a long subprotocol", "/ws", { "Sec-WebSocket-Protocol": TOO_LONG }, 431],
    ["a long Connection", "/lessons/echo", {
      Connection: `Upgrade,${TOO_LONG}`,
    }, 431],
    ["a long name", `/ws?name=${TOO_LONG}`, {}, 414],
    ["a long room", `/ws/${TOO_LONG}`, {}, 414],
    ["a long path of the API", `/api/rooms/${TOO_LONG}/messages`, {}, 414],
  ] as [string, string, Headers, number][]
) {
  Deno.test(`promise 9: a handshake with ${title} is answered with ${status}`, async () => {
    await using server = await InProcessServer.start();
    using client = await RawClient.connect(server.port);
    const head = await client.handshake(path, headers);
    assertStringIncludes(head.split("\r\n")[0]!, ` ${status} `);
    assertEquals(server.errors, []);
  });
}

Deno.test("promise 7: names the part of a request head that is too long, as problem details for scripts", async () => {
  await using server = await InProcessServer.start();
  const long = await fetch(server.url(`/api/rooms?x=${TOO_LONG}`));
  assertEquals([long.status, (await long.json()).code], [
    414,
    "address_too_long",
  ]);
  const headers = { "Last-Event-ID": TOO_LONG };
  const script = await fetch(server.url("/api/rooms"), { headers });
  assertEquals(script.status, 431);
  assertStringIncludes((await script.json()).detail, "last-event-id");
  const page = await fetch(server.url("/lessons"), { headers });
  assertEquals(page.status, 431);
  assertStringIncludes(await page.text(), "12288 characters. Shorten it");
});

Deno.test("promise 9: every header that the server reads is bounded", () => {
  const read = new Set(
    sources("server").flatMap((path) => {
      const text = Deno.readTextFileSync(path);
      const calls = text.matchAll(
        /headers\s*\.(?:get|has)\(\s*"([^"]+)"|last\(headers, "([^"]+)"/g,
      );
      return [...calls].map(([, a, b]) => a ?? b ?? "");
    }),
  );
  // Of an answer.
  for (const name of ["retry-after", "content-encoding", "vary"]) {
    read.delete(name);
  }
  assert(read.size > 12, [...read].join(" "));
  for (const name of read) {
    const request = new Request("http://localhost/", {
      headers: { [name]: TOO_LONG },
    });
    assertEquals(overlong(request)?.status, 431, name);
  }
  assertEquals(overlong(new Request("http://localhost/")), undefined);
});

/** A request of so many fields, with `Host` and `Connection` among them. */
function fieldsOf(line: string, count: number): string {
  const names = Array.from({ length: count - 2 }, (_, n) => `x-${n}: `);
  const head = ["Host: 127.0.0.1", "Connection: close", ...names];
  return `${line} HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`;
}

for (const transport of TRANSPORTS) {
  Deno.test(`promise 9: a request of too many fields is refused on every path, over ${transport}`, async () => {
    await using server = await InProcessServer.start({ transport });
    // The native runtime refuses by itself, from another number on; Deno 2.5.0
    // with another status.
    const [refusals, counts] = transport === "ws"
      ? [[431], [101, 1_500]]
      : [[400, 431], [200, 1_500]];
    for (
      const path of ["/healthz", "/lessons", "/api/rooms", "/ws", "/nowhere"]
    ) {
      const most = await sendRaw(server.port, fieldsOf(`GET ${path}`, 100));
      assert(![400, 431].includes(most.status), `${path}: ${most.status}`);
      for (const count of counts) {
        const more = await sendRaw(server.port, fieldsOf(`GET ${path}`, count));
        assert(refusals.includes(more.status), `${path}: ${more.status}`);
      }
    }
    assertEquals(server.errors, []);
  });
}

// Deno 2.5.0 has no ws transport.
if (TRANSPORTS.includes("ws")) {
  Deno.test("promise 9: over ws a handshake of more than 100 fields is refused", async () => {
    await using server = await InProcessServer.start({ transport: "ws" });
    const fields = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`x-${n}`, "1"]),
    );
    for (const path of ["/ws", "/text/yard", "/lessons/echo"]) {
      using client = await RawClient.connect(server.port);
      const head = await client.handshake(path, fields);
      assertStringIncludes(head.split("\r\n")[0]!, " 431 ");
    }
  });
}

function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? sources(path) : [path];
  });
}
