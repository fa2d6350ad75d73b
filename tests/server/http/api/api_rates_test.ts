/** How much each address may ask of the API. */

import { assertEquals } from "@std/assert";
import { monotonicAt as at } from "../../../../server/runtime/clock.ts";
import { Buckets } from "../../../../server/runtime/token_bucket.ts";
import { Client } from "../../../helpers/clients.ts";
import { InProcessServer } from "../../../helpers/in_process.ts";

Deno.test("promise 7: a script that is too fast is told when to come back", async () => {
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

Deno.test("promise 10: what is made for one request counts as asking, files of the pages do not", async () => {
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
