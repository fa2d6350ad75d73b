/** HTTP requests as bytes: handshakes and the API's, right and wrong. */

import { concat } from "./bytes.ts";
import type { RandomInputs } from "./random_inputs.ts";
import { line } from "./lines.ts";

const encoder = new TextEncoder();

/** Every way to begin to talk. */
const ENTRIES: readonly (readonly [path: string, protocol?: string])[] = [
  ["/"],
  ["/ws"],
  ["/ws/yard?name=Ada"],
  ["/ws?history=5"],
  ["/text"],
  ["/text/yard"],
  ["/ws", "hubbub.v1"],
  ["/ws/yard", "hubbub.v1"],
  ["/ws", "hubbub.text"],
  ["/lessons/echo"],
];

const API = [
  "/api/rooms",
  "/api/rooms/yard/messages",
  "/api/rooms/yard/messages?after=1&limit=5",
  "/api/rooms/yard/events",
  "/api/rooms/yard/export",
  "/api/rooms/yard/import",
  "/api/rooms/yard/messages/1",
  "/api/rooms/yard/rules",
  "/api/rooms/yard/lock",
  "/api/rooms/yard/slow",
  "/api/rooms/yard/kick",
  "/api/rooms/yard/bans?name=Ada",
  "/api/rooms/yard/announcements",
  "/api/audit?limit=5",
  "/healthz",
  "/metrics",
  "/lab/connections/x",
  "/assets/chat.js",
];
const METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"];
const MEDIA = [
  "text/plain",
  "application/json",
  "application/x-ndjson",
  "text/plain; charset=latin1",
  ";;",
];
const HEADERS = [
  "Origin: null",
  "Origin: https://elsewhere.example",
  "X-Forwarded-For: 1.2.3.4, unknown",
  "X-Forwarded-Host: a b/c?d",
  "X-Forwarded-Proto: gopher",
  'Forwarded: for="[::1]:x", for="',
  "Authorization: Bearer x.y.z",
  'Idempotency-Key: "a"',
  "Last-Event-ID: x:1",
  "Expect: 100-continue",
  "Transfer-Encoding: chunked",
  "Content-Length: -1",
  "Connection: keep-alive",
  "Upgrade: h2c",
  "Range: bytes=0-1",
  "Host: [",
  "Host: elsewhere.example",
  "no colon",
  `X-Long: ${"x".repeat(20_000)}`,
];

function handshakeLines(random: RandomInputs): string[] {
  const [path, protocol] = random.pick(ENTRIES);
  return [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
}

function head(lines: readonly string[]): Uint8Array {
  return encoder.encode(`${lines.join("\r\n")}\r\n\r\n`);
}

/** A handshake as it should be. */
export function handshake(random: RandomInputs): Uint8Array {
  return head(handshakeLines(random));
}

/** A handshake with something wrong, or only odd. */
export function brokenHandshake(random: RandomInputs): Uint8Array {
  const lines = handshakeLines(random);
  const at = random.below(lines.length);
  return random.pick([
    () => head(lines.toSpliced(at, 1)),
    () => head(lines.toSpliced(at, 0, lines[at]!)),
    () => head(lines.with(at, random.mutate(lines[at]!))),
    () => head([...lines, random.pick(HEADERS)]),
    () => head(lines.with(0, random.mutate(lines[0]!))),
    () => encoder.encode(random.mutate(lines.join("\r\n") + "\r\n\r\n")),
    () => concat(head(lines).slice(0, 80), random.bytes(200)),
    () => random.bytes(400),
  ])();
}

/**
 * A request to the API or a page, mutated more often than not.
 *
 * @param operator The operator's token: moderation is to be reached too.
 */
export function httpRequest(
  random: RandomInputs,
  operator: string,
): Uint8Array {
  const path = random.pick(API);
  const body = encoder.encode(random.oneIn(4) ? "Hello" : line(random));
  const lines = [
    `${random.pick(METHODS)} ${
      random.oneIn(3) ? encodeURI(random.mutate(path).toWellFormed()) : path
    } HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: close",
    `Content-Type: ${random.pick(MEDIA)}`,
    `Content-Length: ${random.oneIn(10) ? random.below(1_000) : body.length}`,
    ...(random.oneIn(2) ? [random.pick(HEADERS)] : []),
    ...(random.oneIn(2) ? [`Authorization: Bearer ${operator}`] : []),
  ];
  return concat(head(lines), body);
}
