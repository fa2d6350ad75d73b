/**
 * What RFC 9110 and RFC 9112 (HTTP) and RFC 6455, section 4 (WebSocket
 * handshakes) say that servers must do, row by row, over raw TCP and both
 * transports.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Assets } from "../../../server/http/page_files.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import {
  type RawAnswer,
  type RawRequest,
  rawRequest,
  sendRaw,
} from "../../helpers/raw/raw_http.ts";

const HOST = "Host: 127.0.0.1";
const CLOSE = "Connection: close";
const PLAIN = [HOST, CLOSE];
const POST: RawRequest = {
  method: "POST",
  target: "/api/rooms/hall/messages",
};
const TEXT = [...PLAIN, "Content-Type: text/plain"];
/** A right handshake, line by line. */
const LINES = {
  host: HOST,
  upgrade: "Upgrade: websocket",
  connection: "Connection: Upgrade, close",
  key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  version: "Sec-WebSocket-Version: 13",
};

/** A handshake in which some lines are others. */
function handshake(
  lines: Partial<Record<keyof typeof LINES, string | undefined>> = {},
  more: RawRequest = {},
): RawRequest {
  const head = Object.values({ ...LINES, ...lines })
    .filter((line) => line !== undefined);
  return { target: "/ws", ...more, head };
}

const ETAG = '"0123456789ab"';
const assets: Assets = new Map([["a.css", {
  body: new TextEncoder().encode("a{}"),
  type: "text/css",
  etag: ETAG,
}]]);

/** What an answer must be: a status or some, and perhaps more. */
type Wanted = number | readonly number[];

const rows: readonly [
  title: string,
  request: RawRequest | string,
  wanted: Wanted,
  more?: (answer: RawAnswer) => void,
][] = [
  // RFC 9112, 3.2: Host.
  ["a request without Host", { target: "/ws", head: [CLOSE] }, 400],
  ["two Hosts", { head: [...PLAIN, "Host: evil.test"] }, 400],
  ["the same Host twice", { head: [...PLAIN, HOST] }, 400],
  ["an empty Host", { target: "/ws", head: ["Host:", CLOSE] }, 400],
  ["a Host with a path", { head: ["Host: 127.0.0.1/x", CLOSE] }, 400],
  ["a Host with a user", { head: ["Host: 127.0.0.1@evil.test", CLOSE] }, 400],
  ["a Host with a list", { head: ["Host: 127.0.0.1, a", CLOSE] }, 400],
  ["a Host with a blank", { head: ["Host: 127.0.0.1 a", CLOSE] }, 400],
  ["a Host with a port too high", { head: ["Host: a:99999", CLOSE] }, 400],
  ["a Host with a zone", { head: ["Host: [fe80::1%25eth0]", CLOSE] }, 400],
  [
    "HTTP/1.0 without Host, as balancers ask",
    { target: "/readyz", version: "1.0" },
    200,
  ],
  // RFC 9112, 3.2.2: an address that is whole.
  [
    "a whole address, whose host counts",
    { target: "http://127.0.0.1/healthz", head: ["Host: evil.test", CLOSE] },
    200,
  ],
  [
    "a whole address of another host",
    { target: "http://evil.test/ws", head: PLAIN },
    421,
  ],
  // RFC 9110, 9 and 15.5.6: methods.
  [
    "a method that is not possible",
    { method: "DELETE", head: PLAIN },
    405,
    ({ headers }) => assertEquals(headers.get("allow"), "GET, HEAD"),
  ],
  [
    "a method that is not possible in the API",
    { method: "PUT", target: "/api/rooms", head: PLAIN },
    405,
    ({ headers }) => assertEquals(headers.get("allow"), "GET, HEAD"),
  ],
  [
    "TRACE",
    { method: "TRACE", head: PLAIN },
    405,
    ({ headers }) => assertEquals(headers.get("allow"), "GET, HEAD"),
  ],
  ["a method nobody knows", { method: "FOO", head: PLAIN }, [400, 405, 501]],
  ["OPTIONS *", { method: "OPTIONS", target: "*", head: PLAIN }, 405],
  ...["/healthz", "/api/rooms", "/lessons.json", "/metrics", "/nowhere"].map((
    target,
  ): typeof rows[number] => [
    `HEAD ${target}`,
    { method: "HEAD", target, head: PLAIN },
    target === "/nowhere" ? 404 : 200,
    ({ body }) => assertEquals(body, ""),
  ]),
  // RFC 9112, 6: where a body ends.
  [
    "Content-Length and Transfer-Encoding",
    {
      ...POST,
      head: [...TEXT, "Content-Length: 3", "Transfer-Encoding: chunked"],
      body: "5\r\nhello\r\n0\r\n\r\n",
    },
    400,
  ],
  [
    "two Content-Lengths",
    {
      ...POST,
      head: [...TEXT, "Content-Length: 3", "Content-Length: 5"],
      body: "hello",
    },
    400,
  ],
  ...["-1", "+5", "5, 6", "0x5", "5a"].map((length): typeof rows[number] => [
    `a Content-Length of ${length}`,
    { ...POST, head: [...TEXT, `Content-Length: ${length}`], body: "hello" },
    400,
  ]),
  ...["gzip", "chunked, gzip"].map((coding): typeof rows[number] => [
    `a Transfer-Encoding of ${coding}`,
    { ...POST, head: [...TEXT, `Transfer-Encoding: ${coding}`], body: "0" },
    [400, 501],
  ]),
  [
    "a Transfer-Encoding in HTTP/1.0",
    {
      ...POST,
      version: "1.0",
      head: [...TEXT, "Transfer-Encoding: chunked"],
      body: "5\r\nhello\r\n0\r\n\r\n",
    },
    400,
  ],
  [
    "a body in chunks",
    {
      ...POST,
      head: [...TEXT, "Transfer-Encoding: chunked"],
      body: "5\r\nhello\r\n0\r\n\r\n",
    },
    201,
  ],
  [
    "Expect: 100-continue",
    {
      ...POST,
      head: [...TEXT, "Expect: 100-continue", "Content-Length: 5"],
      body: "hello",
    },
    201,
  ],
  // RFC 9112, 2.3, 5.1 and 5.2: the head itself.
  ["a blank before a colon", { head: ["Host : 127.0.0.1", CLOSE] }, 400],
  ["a folded header", { head: [...PLAIN, "X-A: b\r\n c"] }, 400],
  ["a line without a colon", { head: [...PLAIN, "nonsense"] }, 400],
  ["another version of HTTP", { version: "2.0", head: PLAIN }, [400, 505]],
  ["no request at all", "nonsense\r\n\r\n", 400],
  // RFC 9110, 13 and 15.4.5: conditions.
  [
    "a file",
    { target: "/assets/a.css", head: PLAIN },
    200,
    ({ headers }) => assertEquals(headers.get("etag"), ETAG),
  ],
  ...[ETAG, `W/${ETAG}`, `"x", ${ETAG}`, "*"].map((
    tag,
  ): typeof rows[number] => [
    `a file with If-None-Match: ${tag}`,
    { target: "/assets/a.css", head: [...PLAIN, `If-None-Match: ${tag}`] },
    304,
    ({ headers, body }) => {
      assertEquals([headers.get("etag"), body], [ETAG, ""]);
      assertEquals(headers.get("cache-control"), "no-cache");
    },
  ]),
  [
    "a file with another's If-None-Match",
    { target: "/assets/a.css", head: [...PLAIN, 'If-None-Match: "x"'] },
    200,
  ],
  [
    "a file with another's If-Match",
    { target: "/assets/a.css", head: [...PLAIN, 'If-Match: "x"'] },
    412,
  ],
  [
    "a file with its own If-Match",
    { target: "/assets/a.css", head: [...PLAIN, `If-Match: "x", ${ETAG}`] },
    200,
  ],
  // RFC 6455, 4.2: handshakes.
  [
    "a handshake",
    handshake(),
    101,
    ({ headers }) => {
      // The answer to the key that the RFC gives as its example.
      const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
      assertEquals(headers.get("sec-websocket-accept"), accept);
      assertMatch(headers.get("upgrade") ?? "", /^websocket$/i);
      assertMatch(headers.get("connection") ?? "", /\bupgrade\b/i);
      assertEquals(headers.get("sec-websocket-protocol"), null);
      assertEquals(headers.get("sec-websocket-extensions"), null);
    },
  ],
  ["Upgrade in capitals", handshake({ upgrade: "Upgrade: WebSocket" }), 101],
  ["a list in Upgrade", handshake({ upgrade: "Upgrade: h2c, websocket" }), 101],
  [
    "a list in Connection",
    handshake({ connection: "Connection: keep-alive , UPGRADE" }),
    101,
  ],
  ["no Connection", handshake({ connection: CLOSE }), 400],
  ["another Upgrade", handshake({ upgrade: "Upgrade: h2c" }), 426],
  ["no Upgrade", handshake({ upgrade: undefined }), 426],
  ["no key", handshake({ key: undefined }), 400],
  ["a key of 15 bytes", handshake({ key: "Sec-WebSocket-Key: YWFh" }), 400],
  [
    "a key that is no Base64",
    handshake({ key: "Sec-WebSocket-Key: ????????????????????????" }),
    400,
  ],
  [
    "two keys",
    handshake({ key: `${LINES.key}\r\n${LINES.key}` }),
    400,
  ],
  ["no version", handshake({ version: undefined }), 400, namesVersion],
  ...["8", "12", "14", "13, 8", "13a", "0"].map((
    version,
  ): typeof rows[number] => [
    `version ${version}`,
    handshake({ version: `Sec-WebSocket-Version: ${version}` }),
    426,
    namesVersion,
  ]),
  ...["POST", "PUT"].map((method): typeof rows[number] => [
    `a handshake by ${method}`,
    handshake({ host: `${HOST}\r\nContent-Length: 0` }, { method }),
    [400, 405],
  ]),
  [
    "no handshake where a WebSocket is",
    { target: "/ws", head: PLAIN },
    426,
    namesVersion,
  ],
  ["a handshake where none is", handshake({}, { target: "/nowhere" }), 404],
];

/** RFC 6455, 4.4, and RFC 9110, 15.5.22. */
function namesVersion({ status, headers }: RawAnswer): void {
  assertEquals(headers.get("sec-websocket-version"), "13");
  if (status !== 426) return;
  assertMatch(headers.get("upgrade") ?? "", /^websocket$/i);
  assertMatch(headers.get("connection") ?? "", /\bupgrade\b/i);
}

for (const transport of TRANSPORTS) {
  Deno.test(`HTTP's rules hold over ${transport}`, async (t) => {
    await using server = await InProcessServer.start({ transport, assets });
    for (const [title, request, wanted, more] of rows) {
      await t.step(title, async () => {
        const bytes = typeof request === "string"
          ? request
          : rawRequest(request);
        const answer = await sendRaw(server.port, bytes);
        const { status, headers } = answer;
        const statuses: readonly number[] = [wanted].flat();
        assert(statuses.includes(status), `${status}, not ${wanted}`);
        // RFC 9110, 6.6.1. The handshake is answered by `ws` itself, which is
        // allowed to leave it out (1xx).
        if (status !== 101) {
          assert(!Number.isNaN(Date.parse(headers.get("date") ?? "")), "Date");
        }
        more?.(answer);
      });
    }
    assertEquals(server.errors, []);
  });
}

Deno.test("HTTP/1.0 cannot upgrade over ws: the answer would be one of HTTP/1.1", async () => {
  // Over native the runtime does not say which version a request has.
  await using server = await InProcessServer.start({ transport: "ws" });
  const request = handshake({}, { version: "1.0" });
  assertEquals((await sendRaw(server.port, rawRequest(request))).status, 426);
});
