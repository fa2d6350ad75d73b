/** Requests that are no WebSocket, and handshakes that are none. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { InProcessServer } from "../../helpers/in_process.ts";
import { type Headers, RawClient } from "../../helpers/raw/raw_client.ts";

for (
  const [method, path, status, words] of [
    ["GET", "/ws", 426, /^This is a WebSocket\. Connect with new WebSocket\(/],
    ["GET", "/ws/hall", 426, /ws:\/\/[^/]+\/ws\/hall/],
    ["GET", "/text", 426, /WebSocket/],
    ["GET", "/lessons/echo", 426, /WebSocket/],
    ["HEAD", "/ws", 426, /^$/],
    ["GET", "/nowhere", 404, /^Not found\. The chat is at/],
    ["GET", "/ws/", 426, /WebSocket/],
    ["GET", "/lessons/echo/", 426, /WebSocket/],
    ["GET", "/ws//", 404, /^Not found\. The chat is at/],
    ["GET", "/ws/a/b", 404, /^Not found\. The chat is at/],
    ["GET", "/assets/nothing.js", 404, /^Not found\. The chat is at/],
    ["GET", "/assets/../main.ts", 404, /^Not found\. The chat is at/],
    ["GET", "/lessons/nonsense", 404, /no lesson "nonsense"/],
    ["POST", "/", 405, /^Method POST is not allowed\. Use GET/],
    ["DELETE", "/ws", 405, /^Method DELETE is not allowed/],
    ["PUT", "/healthz", 405, /^Method PUT is not allowed/],
    ["GET", "/healthz", 200, /^alive/],
    ["GET", "/readyz", 200, /^ready/],
  ] as [string, string, number, RegExp][]
) {
  Deno.test(`promise 7: ${method} ${path} is answered with ${status} and words`, async () => {
    await using server = await InProcessServer.start();
    const response = await fetch(server.url(path), { method });
    const body = await response.text();
    assertEquals(response.status, status);
    assertMatch(body.trim(), words);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    if (status === 405) {
      assertEquals(response.headers.get("allow"), "GET, HEAD");
    }
    if (status === 426) {
      assertEquals(response.headers.get("upgrade"), "websocket");
    }
  });
}

Deno.test("a slash too many leads to the page that is meant", async () => {
  await using server = await InProcessServer.start();
  for (
    const [path, wanted] of [
      ["/lab/?a=/ws", "/lab?a=/ws"],
      ["/lessons/", "/lessons"],
    ] as const
  ) {
    const response = await fetch(server.url(path), { redirect: "manual" });
    assertEquals(response.status, 308);
    assertEquals(response.headers.get("location"), wanted);
    await response.body?.cancel();
  }
});

Deno.test("the port is not needed to know: the address in a 426 is the one that was asked", async () => {
  await using server = await InProcessServer.start();
  const response = await fetch(server.url("/ws/hall"));
  const words = await response.text();
  assert(words.includes(`"${server.socket("/ws/hall")}"`), words);
});

for (
  const [title, path, headers, status, words] of [
    ["no version", "/ws", { "Sec-WebSocket-Version": undefined }, 400, /13/],
    ["an old version", "/ws", { "Sec-WebSocket-Version": "8" }, 426, /13/],
    ["no key", "/ws", { "Sec-WebSocket-Key": undefined }, 400, /16 bytes/],
    ["a short key", "/ws", { "Sec-WebSocket-Key": "abc=" }, 400, /16 bytes/],
    ["no Connection", "/ws", { "Connection": "close" }, 400, /Connection/],
    ["a host that is none", "/ws", { "Host": "127.0.0.1.0" }, 400, /Host/],
    ["another upgrade", "/ws", { "Upgrade": "h2c" }, 426, /WebSocket/],
    [
      "an unknown subprotocol",
      "/ws",
      { "Sec-WebSocket-Protocol": "soap" },
      400,
      /No subprotocol of "soap"/,
    ],
    ["a bad room", "/ws/a%20b", {}, 400, /This room name is invalid/],
    ["a broken escape", "/ws/%zz", {}, 400, /This room name is invalid/],
    ["a lesson that is not", "/lessons/nonsense", {}, 404, /no lesson/],
    [
      "a path without a socket",
      "/nowhere",
      {},
      404,
      /Not found\. The chat is at/,
    ],
  ] as [string, string, Headers, number, RegExp][]
) {
  Deno.test(`promise 7: a handshake with ${title} is refused with ${status} and words`, async () => {
    await using server = await InProcessServer.start();
    using client = await RawClient.connect(server.port);
    const head = await client.handshake(path, {
      "Connection": "Upgrade, close",
      ...headers,
    });
    assert(head.startsWith(`HTTP/1.1 ${status} `), head);
    assertMatch(await client.rest(), words);
    assertEquals(server.errors, []);
  });
}

for (
  const [title, headers] of [
    ["a list in Connection", { "Connection": "keep-alive, Upgrade" }],
    ["capitals", { "Upgrade": "WebSocket", "Connection": "UPGRADE" }],
    ["an offer it knows", { "Sec-WebSocket-Protocol": "x,hubbub.v1" }],
    ["extensions", { "Sec-WebSocket-Extensions": "permessage-deflate" }],
    ["its own origin", { "Origin": "http://127.0.0.1" }],
  ] as [string, Headers][]
) {
  Deno.test(`a handshake with ${title} is accepted`, async () => {
    await using server = await InProcessServer.start();
    using client = await RawClient.connect(server.port);
    const head = await client.handshake("/ws", headers);
    assert(head.startsWith("HTTP/1.1 101 "), head);
    // The answer to the key that RFC 6455 gives as its example.
    assertMatch(head, /sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i);
    const chosen = /^sec-websocket-protocol: (.*)\r$/im.exec(head)?.[1];
    assertEquals(
      chosen,
      "Sec-WebSocket-Protocol" in headers ? "hubbub.v1" : undefined,
    );
  });
}

Deno.test("promise 5: a POST that claims to be a handshake is refused, and the server goes on", async () => {
  await using server = await InProcessServer.start();
  using client = await RawClient.connect(server.port);
  const head = await client.handshake("/ws", { "Content-Length": "0" }, "POST");
  assert(head.startsWith("HTTP/1.1 400 "), head);
  const response = await fetch(server.url("/healthz"));
  assertEquals(await response.text(), "alive\n");
});
