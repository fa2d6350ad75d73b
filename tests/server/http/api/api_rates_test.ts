/** How much each address may ask of the API. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { monotonicAt as at } from "../../../../server/runtime/clock.ts";
import { Buckets } from "../../../../server/runtime/token_bucket.ts";
import { Client } from "../../../helpers/clients.ts";
import { InProcessServer } from "../../../helpers/in_process.ts";
import {
  type RequestKind,
  RequestRates,
} from "../../../../server/http/request_rates.ts";
import { MemoryStore } from "../../../../server/store/memory_store.ts";
import { FakeClock } from "../../../helpers/doubles/clock.ts";
import { RawConnection } from "../../../helpers/raw/raw_connection.ts";

Deno.test("promise 7: a rate-limited script gets a Retry-After header", async () => {
  await using server = await InProcessServer.start({ httpRate: 1 });
  const post = async () => {
    const response = await fetch(server.url("/api/rooms/hall/messages"), {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: "again",
    });
    const retryAfter = response.headers.get("retry-after");
    const { code } = await response.json();
    return [response.status, code, retryAfter];
  };
  for (let i = 0; i < 3; i++) assertEquals((await post())[0], 201);
  assertEquals(await post(), [429, "rate_limited", "1"]);
  // Reading is asking too.
  const page = await fetch(server.url("/api/rooms/hall/messages"));
  assertEquals((await page.json()).code, "rate_limited");
  // Who is on a socket has a rate of its own.
  await using ada = await Client.native(server.socket("/ws/hall?name=Ada"));
  ada.send("Hello");
  await ada.inbox.until((frame) => frame.includes("Hello"));
});

Deno.test("promise 10: a request is counted once, and page files and probes have limits of their own", async () => {
  const assets = new Map([["index.html", {
    body: new TextEncoder().encode("<p>"),
    type: "text/html",
    etag: '"1"',
  }]]);
  for (
    const path of ["/metrics", "/lessons", "/lessons.json", "/ws", "/nothing"]
  ) {
    await using server = await InProcessServer.start({ httpRate: 1, assets });
    const ask = async (path: string) => {
      const response = await fetch(server.url(path));
      await response.body?.cancel();
      return response.status;
    };
    for (let n = 0; n < 3; n++) assertEquals(await ask(path) < 429, true, path);
    assertEquals([await ask(path), await ask("/api/rooms")], [429, 429], path);
    const others = ["/", "/healthz", "/readyz", "/assets/index.html"];
    for (const other of others) assertEquals(await ask(other), 200, other);
  }
});

/** The head of an event stream, without any event. */
const BEGUN = /content-type: text\/event-stream(?![^]*\n\n)/i;

/** Requests of every kind that there is. */
const KINDS: readonly (readonly [head: string, fields?: string])[] = [
  ["GET /"],
  ["HEAD /"],
  ["GET /", 'If-None-Match: "1"'],
  ["POST /"],
  ["OPTIONS /"],
  ["GET /assets/index.html"],
  ["HEAD /assets/index.html"],
  ["GET /assets/none.js"],
  ["GET /lab"],
  ["GET /service-worker.js"],
  ["GET /favicon.ico"],
  ["GET /lessons"],
  ["GET /lessons/"],
  ["GET /lessons.json"],
  ["GET /lessons/none"],
  ["GET /lab/connections/x"],
  ["GET /metrics"],
  ["GET /healthz"],
  ["GET /readyz"],
  ["POST /healthz"],
  ["GET /nothing"],
  ["GET /ws"],
  ["GET /api"],
  ["GET /api/none"],
  ["HEAD /api/rooms"],
  ["GET /api/rooms/hall/events", "Accept: text/event-stream"],
  ["GET /api/audit"],
  ["DELETE /api/rooms"],
  [
    "OPTIONS /api/rooms",
    "Origin: https://listed.example\r\nAccess-Control-Request-Method: GET",
  ],
  [
    "OPTIONS /api/rooms",
    "Origin: https://other.example\r\nAccess-Control-Request-Method: GET",
  ],
  ["GET /", "Host: other.example"],
  ["GET /api/rooms", "Host: other.example"],
  ["GET /ws", "Host: other.example\r\nUpgrade: websocket"],
  [`GET /${"a".repeat(12_400)}`],
  ["GET /ws", "Upgrade: websocket"],
  ["GET /ws", "Upgrade: websocket\r\nSec-WebSocket-Version: 9"],
  ["GET /lessons/none", "Upgrade: websocket\r\nSec-WebSocket-Version: 13"],
];

Deno.test("promise 10: every request counts before anything is done for it, whatever it asks for and however it is refused", async () => {
  const assets = new Map(["index.html", "lab.html"].map((name) => [name, {
    body: new TextEncoder().encode("<p>"),
    type: "text/html",
    etag: '"1"',
  }]));
  await using server = await InProcessServer.start({
    httpRate: 1,
    connectRate: 1,
    trustProxy: true,
    publicHost: ["127.0.0.1"],
    origins: ["https://listed.example"],
    assets,
  });
  // Each from an address of its own: at most 30 of a kind are allowed at once.
  for (const [index, [head, fields = ""]] of KINDS.entries()) {
    const what = `${head.slice(0, 40)} ${fields}`;
    const isHandshake = fields.includes("Upgrade:");
    const lines = [
      `${head} HTTP/1.1`,
      ...(fields.startsWith("Host:") ? [] : ["Host: 127.0.0.1"]),
      ...(fields === "" ? [] : [fields]),
      `X-Forwarded-For: 192.0.2.${index + 1}`,
      `Connection: ${isHandshake ? "Upgrade, " : ""}close`,
    ];
    let limited = "";
    for (let n = 0; n <= 31 && limited === ""; n++) {
      using client = await RawConnection.connect(server.port);
      await client.write(`${lines.join("\r\n")}\r\n\r\n`);
      let answer = "";
      // A stream has no end; what it begins with comes behind its head.
      while (!answer.includes("\r\n\r\n") || BEGUN.test(answer)) {
        const all = await client.next();
        if (all === undefined) break;
        answer = all;
      }
      if (/^HTTP\/1.1 429|event: refused/.test(answer)) limited = answer;
    }
    assertMatch(limited, /retry(-after)?: \d/i, what);
    // A page of a listed origin may read that it was too fast.
    if (fields.includes("listed.example")) {
      assertMatch(limited, /access-control-allow-origin/i);
    }
  }
  // For a host that is not the server's, not even the files of the pages.
  const get = async (host: string) => {
    const headers = { Host: host, "X-Forwarded-For": "198.51.100.1" };
    using client = await RawConnection.ask(server.port, "GET /", headers);
    return await client.status();
  };
  const statuses = new Set<number>();
  for (let n = 0; n < 8; n++) statuses.add(await get("other.example"));
  assertEquals([...statuses], [421, 429]);
  assertEquals(await get("127.0.0.1"), 200);
  assertEquals(server.errors, []);
});

Deno.test("promise 10: kinds of requests have rates of their own, and a class that loads the page at once notices none", () => {
  const clock = new FakeClock();
  const rates = new RequestRates(100, clock);
  const most = (kind: RequestKind) => {
    for (let count = 0;; count++) {
      try {
        rates.count("192.0.2.7", kind);
      } catch {
        return count;
      }
    }
  };
  // 300 people, or 40 who reload seven times; about 10 files each.
  assertEquals(most("file"), 3_000);
  assertEquals(most("other"), 300);
  assertEquals(most("faulty"), 300);
  assertEquals(most("probe"), 300, "whatever else is sent");
  clock.pass(1_000);
  assertEquals([most("file"), most("other"), most("probe")], [300, 100, 100]);
  rates.count("192.0.2.8", "file");
});

/** Reads pages until that is refused; gives how many were read. */
async function pagesOf(server: InProcessServer, path: string): Promise<number> {
  for (let count = 0;; count++) {
    const response = await fetch(server.url(path), {
      headers: server.operator,
    });
    await response.body?.cancel();
    if (response.status === 429) return count;
    assertEquals(response.status, 200);
    if (count > 60) return count;
  }
}

/** A store with a room of many messages, one of few and one of long ones. */
async function filled(): Promise<MemoryStore> {
  const clock = new FakeClock();
  const store = new MemoryStore({
    retention: { messages: 10_000, ms: 0 },
    clock,
  });
  const fill = (room: string, text: string, count: number) =>
    store.append(Array.from({ length: count }, () => ({
      room,
      from: "Ada",
      author: "a",
      text,
    })));
  await fill("tiny", "x", 1_000);
  await fill("few", "x", 50);
  await fill("long", "y".repeat(4_000), 100);
  return store;
}

Deno.test("promise 9: charges a history page by its cost over HTTP", async () => {
  for (
    const [path, least, most] of [
      // 30 requests at once, and a few more that come back meanwhile.
      ["/api/rooms/tiny/messages?limit=1000", 2, 4],
      ["/api/rooms/tiny/messages?limit=1000&after=500", 3, 6],
      ["/api/rooms/long/messages", 7, 20],
      ["/api/rooms/tiny/messages", 30, 50],
      ["/api/rooms/few/messages?limit=1000", 30, 50],
      ["/api/rooms?limit=1000", 3, 6],
    ] as const
  ) {
    await using server = await InProcessServer.start({
      httpRate: 10,
      with: await filled(),
    });
    const pages = await pagesOf(server, path);
    assert(pages >= least && pages <= most, `${path}: ${pages}`);
  }
});

Deno.test("promise 7: all addresses of an IPv6 network ask at one rate", async () => {
  await using server = await InProcessServer.start({
    httpRate: 1,
    trustProxy: true,
  });
  const ask = async (address: string) => {
    const response = await fetch(server.url("/api/rooms"), {
      headers: { "x-forwarded-for": address },
    });
    await response.body?.cancel();
    return response.status;
  };
  for (let host = 1; host <= 3; host++) {
    assertEquals(await ask(`2001:db8::${host}`), 200);
  }
  assertEquals(await ask("2001:db8::4"), 429);
  assertEquals(await ask("2001:db8:0:1::4"), 200);
});

Deno.test("a class of 40 behind one address may write and read with scripts at once", async () => {
  await using server = await InProcessServer.start();
  const url = server.url("/api/rooms/class/messages");
  const learner = async () => {
    const post = await fetch(url, { method: "POST", body: "Hello" });
    await post.body?.cancel();
    const get = await fetch(url);
    await get.body?.cancel();
    return [post.status, get.status];
  };
  const answers = await Promise.all(Array.from({ length: 40 }, learner));
  assertEquals(answers, Array(40).fill([201, 200]));
});

Deno.test("Buckets gives each its own", () => {
  const buckets = new Buckets({ perSecond: 1, burst: 2, most: 10 });
  assertEquals([1, 2, 3].map(() => buckets.take("a", at(0))), [0, 0, 1_000]);
  assertEquals(buckets.take("b", at(0)), 0);
  assertEquals(buckets.take("a", at(1_000)), 0);
});

Deno.test("Buckets forgets those that are full again", () => {
  const buckets = new Buckets({ perSecond: 1, burst: 2, most: 10 });
  buckets.take("a", at(0));
  buckets.take("b", at(1_000));
  assertEquals(buckets.size, 2);
  buckets.take("c", at(2_000));
  assertEquals(buckets.size, 2);
  buckets.take("c", at(9_000));
  assertEquals(buckets.size, 1);
});

Deno.test("Buckets keeps no more than it may, the most recent ones", () => {
  const buckets = new Buckets({ perSecond: 1, burst: 1, most: 3 });
  for (const key of ["a", "b", "c", "a", "d"]) buckets.take(key, at(0));
  assertEquals(buckets.size, 3);
  // It has been forgotten, and the others have not.
  assertEquals(["b", "a", "d"].map((key) => buckets.take(key, at(0)) > 0), [
    false,
    true,
    true,
  ]);
});

Deno.test("Buckets without a limit keeps nothing", () => {
  const buckets = new Buckets({ perSecond: 0, burst: 0, most: 3 });
  assertEquals([buckets.take("a", at(0)), buckets.size], [0, 0]);
});
