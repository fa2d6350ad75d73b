/** Which hosts the server answers to: the decision, and over real requests to
 * everything it serves. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  hostnameOf,
  HostPolicy,
  readPublicHost,
} from "../../../server/http/host_policy.ts";
import type { Visit } from "../../../server/http/proxy_headers.ts";
import { createLogger } from "../../../server/runtime/logger.ts";
import {
  type InProcessOptions,
  InProcessServer,
} from "../../helpers/in_process.ts";
import { scrape } from "../../helpers/metrics.ts";
import {
  type RawAnswer,
  rawRequest,
  sendRaw,
} from "../../helpers/raw/raw_http.ts";
import { SECRET } from "../../helpers/tokens.ts";

for (
  const [words, hostname] of [
    ["chat.example.org", "chat.example.org"],
    ["Chat.Example.ORG.:8000", "chat.example.org"],
    ["LOCALHOST.", "localhost"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["XN--BCHER-KVA.example", "xn--bcher-kva.example"],
    ["0x7f.1", "127.0.0.1"],
    ["127.0.0.1.", "127.0.0.1"],
    ["[::1]:8000", "[::1]"],
    ["[0:0::1]", "[::1]"],
    ["[fe80::1%25eth0]", undefined],
    ["127.0.0.1@evil.test", undefined],
    ["127.0.0.1/evil.test", undefined],
    ["127.0.0.1#evil.test", undefined],
    ["127.0.0.1?evil.test", undefined],
    ["127.0.0.1\\evil.test", undefined],
    ["127.0.0.1, evil.test", undefined],
    ["127.0.0.1:99999", undefined],
    ["127.0.0.1:80:80", undefined],
    ["a b", undefined],
    [".", undefined],
    ["", undefined],
    ["a".repeat(300), undefined],
  ] as const
) {
  Deno.test(`hostnameOf() of "${words.slice(0, 40)}" is ${hostname}`, () => {
    assertEquals(hostnameOf(words), hostname);
  });
}

for (
  const [words, read] of [
    ["*", "*"],
    ["Chat.Example.org", "chat.example.org"],
    [".example.org", ".example.org"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["192.0.2.7", "192.0.2.7"],
    ["[2001:db8::1]", "[2001:db8::1]"],
    ["chat.example.org:8000", undefined],
    ["https://chat.example.org", undefined],
    ["chat.example.org/chat", undefined],
    [".", undefined],
  ] as const
) {
  Deno.test(`readPublicHost() of "${words}" is ${read}`, () => {
    assertEquals(readPublicHost(words), read);
  });
}

/** A policy, and what it has logged. */
function policy(
  options: { allowed?: string[]; listening?: string; lenient?: boolean } = {},
) {
  const logged: string[] = [];
  const log = createLogger({
    level: "warn",
    pretty: true,
    now: () => 0,
    write: (line) => logged.push(line),
  });
  const { allowed = [], listening = "127.0.0.1", lenient = false } = options;
  return {
    logged,
    policy: new HostPolicy({ allowed, listening, lenient, log }),
  };
}

/** What it says of a request to a host, perhaps through a trusted proxy. */
function ask(policy: HostPolicy, host: string, behind?: string) {
  const url = new URL(`http://${host}/`);
  const visit: Visit = behind === undefined
    ? { url, address: "" }
    : { url: new URL(`https://${behind}/`), address: "", proxied: true };
  return policy.refusal(url, visit);
}

for (
  const [host, options, answered] of [
    ["localhost:8000", {}, true],
    ["chat.localhost", {}, true],
    ["127.0.0.1", {}, true],
    ["[::1]:8000", {}, true],
    ["192.0.2.7", {}, true],
    ["[2001:db8::1]", {}, true],
    ["evil.test", {}, false],
    ["localhost.evil.test", {}, false],
    ["evillocalhost", {}, false],
    ["127.0.0.1.evil.test", {}, false],
    ["printer", {}, false],
    ["printer:8000", { listening: "printer" }, true],
    ["chat.example", { allowed: ["chat.example"] }, true],
    ["sub.chat.example", { allowed: ["chat.example"] }, false],
    ["chat.example.evil.test", { allowed: ["chat.example"] }, false],
    ["chat.example", { allowed: [".chat.example"] }, true],
    ["sub.chat.example", { allowed: [".chat.example"] }, true],
    ["evilchat.example", { allowed: [".chat.example"] }, false],
    ["evil.test", { allowed: ["*"] }, true],
    ["evil.test", { lenient: true }, true],
    // Who says which hosts means it.
    ["evil.test", { lenient: true, allowed: ["chat.example"] }, false],
  ] as [string, Parameters<typeof policy>[0], boolean][]
) {
  const words = answered ? "answers" : "does not answer";
  const given = JSON.stringify(options);
  Deno.test(`HostPolicy ${words} to ${host} with ${given}`, () => {
    const refusal = ask(policy(options).policy, host);
    assertEquals(refusal === undefined, answered, refusal);
  });
}

Deno.test("HostPolicy takes the host that a trusted proxy was asked for, unless it knows better", () => {
  const any = policy().policy;
  assertEquals(ask(any, "backend:8000", "chat.example"), undefined);
  const strict = policy({ allowed: ["chat.example"] }).policy;
  assertEquals(ask(strict, "127.0.0.1:8000", "chat.example"), undefined);
  assert(ask(strict, "127.0.0.1:8000", "evil.test") !== undefined);
  // A page of evil.test can write what proxies write, but not its own host.
  assert(ask(strict, "evil.test", "chat.example") !== undefined);
});

Deno.test("HostPolicy logs each host once, with the flag, and not without end", () => {
  const { policy: hosts, logged } = policy({ allowed: ["a.example"] });
  const words = ask(hosts, "b.example:8000") ?? "";
  assertStringIncludes(words, '"b.example:8000"');
  assertStringIncludes(words, "--public-host a.example,b.example");
  ask(hosts, "b.example:8000");
  assertEquals(logged.length, 1);
  assertStringIncludes(logged[0] ?? "", "--public-host a.example,b.example");
  for (let i = 0; i < 1000; i++) ask(hosts, `${i}.example`);
  assertEquals(logged.length, 100);
  const long = ask(hosts, `${"x".repeat(60)}.${"y".repeat(60)}.example`);
  assert((long ?? "").length < 400);
});

const WEBSOCKET = [
  "Upgrade: websocket",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "Connection: Upgrade, close",
];
const CLOSE = ["Connection: close"];

/** Everything that is served, by method and path. */
const SERVED: readonly [string, string, readonly string[]][] = [
  ...["/", "/ws", "/ws/hall", "/text", "/lessons/echo"]
    .map((path): [string, string, string[]] => ["GET", path, WEBSOCKET]),
  ...[
    ...["/", "/lab", "/lab/connections/x", "/lessons", "/lessons.json"],
    ...["/metrics", "/service-worker.js", "/assets/chat.js", "/favicon.ico"],
    ...["/nowhere", "/lab/", "/ws"],
    ...["/api/rooms", "/api/rooms/hall/messages", "/api/rooms/hall/events"],
    ...["/api/rooms/hall/export", "/api/bans", "/api/audit", "/api/nowhere"],
  ].map((path): [string, string, string[]] => ["GET", path, CLOSE]),
  ...[
    ...["/", "/api/rooms/hall/messages", "/api/rooms/hall/import"],
    ...["/api/bans", "/api/kick", "/api/announcements"],
  ].map((path): [string, string, string[]] => ["POST", path, CLOSE]),
  ["DELETE", "/api/rooms/hall/messages/1", CLOSE],
  ["PUT", "/api/rooms/hall/lock", CLOSE],
];

async function request(
  { port }: InProcessServer,
  host: string,
  [method, target, lines]: readonly [string, string, readonly string[]],
  more: readonly string[] = [],
): Promise<RawAnswer> {
  const length = method === "GET" ? [] : ["Content-Length: 0"];
  const head = [`Host: ${host}`, ...lines, ...length, ...more];
  return await sendRaw(port, rawRequest({ method, target, head }));
}

Deno.test("serves no files to a page with a rebound host name", async () => {
  await using server = await InProcessServer.start();
  for (const served of SERVED) {
    const [method, path] = served;
    const what = `${method} ${path}`;
    const host = `evil.test:${server.port}`;
    const { status, headers, body } = await request(server, host, served);
    assertEquals(status, 421, what);
    assertStringIncludes(body, "--public-host evil.test", what);
    if (path.startsWith("/api")) {
      assertEquals(headers.get("content-type"), "application/problem+json");
      // It may come in chunks.
      const json = body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1);
      assertEquals(JSON.parse(json).code, "wrong_host");
    }
    const own = await request(server, `127.0.0.1:${server.port}`, served);
    assert(own.status !== 421, what);
  }
  const metrics = await scrape(server.url("/metrics"));
  const refused = 'hubbub_refused_total{code="wrong_host"}';
  assertEquals(metrics.get(refused), SERVED.length);
  assertEquals(server.warnings.length, 1);
  assertStringIncludes(server.warnings[0] ?? "", "--public-host evil.test");
  assertEquals(server.errors, []);
});

Deno.test("balancers may ask for probes under any host", async () => {
  await using server = await InProcessServer.start();
  for (const path of ["/healthz", "/readyz"]) {
    const { status } = await request(server, "pod", ["GET", path, CLOSE]);
    assertEquals(status, 200);
  }
});

for (
  const [title, host, settings, headers, status] of [
    [
      "a public host",
      "chat.example",
      { publicHost: ["chat.example"] },
      [],
      101,
    ],
    ["another host", "evil.test", { publicHost: ["chat.example"] }, [], 421],
    [
      "a host below",
      "a.chat.example",
      { publicHost: [".chat.example"] },
      [],
      101,
    ],
    ["any host", "evil.test", { publicHost: ["*"] }, [], 101],
    [
      "any host where all need a token",
      "evil.test",
      { authSecret: SECRET },
      [],
      101,
    ],
    [
      "any host where guests may read",
      "evil.test",
      { authSecret: SECRET, guests: "read" },
      [],
      421,
    ],
    [
      "the host that a proxy hands on",
      "chat.example",
      { trustProxy: true },
      ["X-Forwarded-For: 192.0.2.7"],
      101,
    ],
    [
      "a proxy's own host",
      "backend",
      { trustProxy: true },
      ["Forwarded: for=192.0.2.7;host=chat.example;proto=https"],
      101,
    ],
    [
      "no proxy before it, though one is trusted",
      "evil.test",
      { trustProxy: true },
      [],
      421,
    ],
    [
      "what proxies write, though none is trusted",
      "evil.test",
      {},
      ["X-Forwarded-Host: localhost"],
      421,
    ],
    [
      "what a page writes to pass for a proxy",
      "evil.test",
      { trustProxy: true, publicHost: ["chat.example"] },
      ["X-Forwarded-Host: chat.example"],
      421,
    ],
  ] as [string, string, InProcessOptions, string[], number][]
) {
  Deno.test(`a WebSocket gets ${status} under ${title}`, async () => {
    await using server = await InProcessServer.start(settings);
    const served = ["GET", "/ws", WEBSOCKET] as const;
    const answer = await request(server, host, served, headers);
    assertEquals(answer.status, status, answer.body);
  });
}
