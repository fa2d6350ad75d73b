/** Requests and frames as bytes, made of an input, and what is sent first. */

import { concat } from "../bytes.ts";
import { frame, type FrameOptions } from "../frames.ts";

const encoder = new TextEncoder();
const PING: FrameOptions = { first: 0x80 | 9 };

/** What goes over one connection: a head, then frames once it is answered. */
export interface Talk {
  readonly head: Uint8Array;
  /** Frames that are answered before the one that is measured. */
  readonly before?: readonly string[];
  /** What is measured after them; the head itself where it is missing. */
  readonly then?: Uint8Array;
}

/** The head of a request. */
function head(lines: readonly string[]): Uint8Array {
  return latin1(`${lines.join("\r\n")}\r\n\r\n`);
}

/** Encodes header text as UTF-8. */
function latin1(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A header's name and value. */
export type Header = readonly [name: string, value: string];

const HANDSHAKE: readonly Header[] = [
  ["Host", "127.0.0.1"],
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ["Sec-WebSocket-Version", "13"],
];

/** A handshake; headers take the place of those of the same name. */
export function handshake(path: string, headers: readonly Header[] = []): Talk {
  const names = new Set(headers.map(([name]) => name));
  const all = [
    ...HANDSHAKE.filter(([name]) => !names.has(name)),
    ...headers,
  ];
  return {
    head: head([
      `GET ${path} HTTP/1.1`,
      ...all.map(([name, value]) => `${name}: ${value}`),
    ]),
  };
}

/** A frame after a handshake and earlier messages. */
export function saying(
  path: string,
  text: string,
  { protocol, before = [] }: {
    protocol?: string;
    before?: readonly string[];
  } = {},
): Talk {
  const { head } = handshake(
    path,
    protocol === undefined ? [] : [["Sec-WebSocket-Protocol", protocol]],
  );
  const payload = encoder.encode(text);
  // The pong shows that the frame before it has been looked at.
  return { head, before, then: concat(frame(payload), pingFrame()) };
}

/** A ping, whose answer shows that all before it has been looked at. */
export function pingFrame(): Uint8Array {
  return frame(new Uint8Array(), PING);
}

/** A text frame. */
export function textFrame(text: string): Uint8Array {
  return frame(encoder.encode(text));
}

/** A request whose connection ends with its answer. */
export function request(
  line: string,
  headers: readonly Header[] = [],
  body?: string,
): Talk {
  const bytes = encoder.encode(body ?? "");
  const names = new Set(headers.map(([name]) => name));
  const all: Header[] = [
    ["Host", "127.0.0.1"],
    ["Connection", "close"],
    ...(body === undefined
      ? []
      : [["Content-Length", String(bytes.length)]] as const),
  ];
  return {
    head: concat(
      head([
        `${line} HTTP/1.1`,
        ...[...all.filter(([name]) => !names.has(name)), ...headers]
          .map(([name, value]) => `${name}: ${value}`),
      ]),
      bytes,
    ),
  };
}

/** A request whose body comes in chunks of a byte (RFC 9112, 7.1). */
export function inBytes(line: string, type: string, body: string): Talk {
  const lines = head([
    `${line} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: close",
    `Content-Type: ${type}`,
    "Transfer-Encoding: chunked",
  ]);
  const chunk = new Uint8Array(6 * encoder.encode(body).length + 5);
  let at = 0;
  const put = (text: string) => {
    for (let i = 0; i < text.length; i++) chunk[at++] = text.charCodeAt(i);
  };
  for (const byte of encoder.encode(body)) {
    put("1\r\n");
    chunk[at++] = byte;
    put("\r\n");
  }
  put("0\r\n\r\n");
  return { head: concat(lines, chunk) };
}
