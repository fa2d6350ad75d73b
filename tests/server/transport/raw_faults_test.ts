/**
 * What a peer can do to a connection below the level of messages, over both
 * transports: it ends that connection alone, and leaves nothing open.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { TRANSPORTS } from "../../helpers/transport.ts";
import { makeFrame, OPCODE, RawClient } from "../../helpers/raw/raw_client.ts";
import { Scene } from "../../helpers/bystander.ts";

const HANDSHAKE = [
  "GET /ws HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Protocol: hubbub.v1",
  "\r\n",
].join("\r\n");
const PING = '{"type":"ping","id":1}';
const V1 = { "Sec-WebSocket-Protocol": "hubbub.v1" };

/** Waits until nothing is open but the witness. */
async function allGone(scene: Scene): Promise<void> {
  while (true) {
    const { open } = scene.server.ledger;
    if (open.socket === 1 && open.socket_closing === 0 && open.request === 0) {
      return;
    }
    await new Promise((next) => setTimeout(next, 10));
  }
}

function closeFrame(code: number, reason: Uint8Array): Uint8Array {
  return makeFrame(new Uint8Array([code >> 8, code & 0xff, ...reason]), {
    opcode: OPCODE.close,
  });
}

/** Frames that break RFC 6455, or nearly do. */
const FRAMES: [string, Uint8Array][] = [
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((
    code,
  ): [string, Uint8Array] => [
    `a close with ${code}`,
    closeFrame(code, new Uint8Array()),
  ]),
  [
    "a close whose reason is no UTF-8",
    closeFrame(1000, new Uint8Array([0xff, 0xfe])),
  ],
  ["a close of one byte", makeFrame("x", { opcode: OPCODE.close })],
  [
    "a close in fragments",
    makeFrame(new Uint8Array([3, 0xe8]), { opcode: OPCODE.close, fin: false }),
  ],
  [
    "a close of 126 bytes",
    closeFrame(1000, new TextEncoder().encode("x".repeat(124))),
  ],
  [
    "a pong of 64 KiB",
    makeFrame("x".repeat(65_536), { opcode: OPCODE.pong }),
  ],
  [
    "a ping that says it has 2^63 bytes",
    new Uint8Array([0x89, 0xff, 0x7f, ...Array(11).fill(0xff)]),
  ],
  ["the bit of compression", makeFrame(PING, { rsv: 4 })],
  ["all reserved bits", makeFrame(PING, { rsv: 7 })],
  ["a continuation of nothing", makeFrame(PING, { opcode: 0 })],
  [
    "a message within a message",
    Buffer.concat([makeFrame("x", { fin: false }), makeFrame("y", {})]),
  ],
  ["a close that is not masked", makeFrame("", { opcode: 8, masked: false })],
];

for (const transport of TRANSPORTS) {
  for (const [title, bytes] of FRAMES) {
    Deno.test(`promise 5: ${title} ends that connection alone over ${transport}`, async () => {
      // Deno's own sockets take a pong of any length: a hello is missing then.
      await using scene = await Scene.open({ transport, helloTimeout: 1 });
      {
        using client = await RawClient.open(scene.server.port, {
          path: "/ws",
          headers: V1,
        });
        await client.write(bytes);
        await client.ended();
      }
      await allGone(scene);
      await scene.assertUnnoticed();
    });
  }

  Deno.test(`promise 5: an unmasked frame affects no other client over ${transport}`, async () => {
    await using scene = await Scene.open({ transport });
    {
      using client = await RawClient.open(scene.server.port, {
        path: "/ws",
        headers: V1,
      });
      await client.frame(PING, { masked: false });
      // Deno's own sockets take it; `ws` closes with 1002.
      const { opcode } = (await client.read())!;
      assertEquals(opcode, transport === "ws" ? OPCODE.close : OPCODE.text);
    }
    await allGone(scene);
    await scene.assertUnnoticed();
  });

  Deno.test(`compression is never agreed to over ${transport}`, async () => {
    await using scene = await Scene.open({ transport });
    using client = await RawClient.connect(scene.server.port);
    const head = await client.handshake("/ws", {
      "Sec-WebSocket-Extensions":
        "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame",
    });
    assertMatch(head, /^HTTP\/1\.1 101 /);
    assert(!/sec-websocket-extensions/i.test(head), head);
  });

  Deno.test(`frames in the packet of the handshake are read over ${transport}`, async () => {
    await using scene = await Scene.open({ transport });
    using client = await RawClient.connect(scene.server.port);
    const frames = [PING, PING].map((line) => makeFrame(line, {}));
    const more = makeFrame(PING, {});
    await client.write(
      Buffer.concat([Buffer.from(HANDSHAKE), ...frames, more.subarray(0, 7)]),
    );
    await client.write(more.subarray(7));
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      head += String.fromCharCode((await client.byte()) ?? 0);
    }
    for (let answered = 0; answered < 3; answered++) {
      assertEquals(JSON.parse(await client.text()).code, "hello_first");
    }
  });

  for (
    const [title, act] of [
      ["resets the connection in the head of a handshake", async (socket) => {
        await written(socket, HANDSHAKE.slice(0, 100));
        socket.resetAndDestroy();
      }],
      ["resets it right after a handshake", async (socket) => {
        await written(socket, HANDSHAKE);
        socket.resetAndDestroy();
      }],
      ["resets it in a frame", async (socket) => {
        await written(socket, HANDSHAKE);
        await received(socket);
        await written(socket, makeFrame(PING, {}).subarray(0, 9));
        socket.resetAndDestroy();
      }],
      ["sends no more and waits, in the head", async (socket) => {
        socket.end(HANDSHAKE.slice(0, 100));
        await ended(socket);
      }],
      ["sends no more and waits, after a handshake", async (socket) => {
        socket.end(HANDSHAKE);
        await ended(socket);
      }],
      ["sends no more and waits, in a frame", async (socket) => {
        await written(socket, HANDSHAKE);
        await received(socket);
        socket.end(makeFrame(PING, {}).subarray(0, 9));
        await ended(socket);
      }],
    ] as [string, (socket: Socket) => Promise<void>][]
  ) {
    // Of a handshake that was reset before its answer, Deno's own server never
    // ends the upgrade.
    const sanitizeOps = transport === "ws" || !title.includes("right after");
    Deno.test(
      `promise 5: a peer that ${title} affects no other client over ${transport}`,
      {
        sanitizeOps,
        sanitizeResources: sanitizeOps,
      },
      async () => {
        await using scene = await Scene.open({ transport, idleTimeout: 2 });
        const socket = connect({
          host: "127.0.0.1",
          port: scene.server.port,
          allowHalfOpen: true,
        });
        socket.on("error", () => {});
        await new Promise((done) => socket.once("connect", done));
        await act(socket);
        socket.destroy();
        await allGone(scene);
        await scene.assertUnnoticed();
      },
    );
  }
}

function written(socket: Socket, bytes: string | Uint8Array): Promise<unknown> {
  return new Promise((done) => socket.write(bytes, done));
}

function received(socket: Socket): Promise<unknown> {
  return new Promise((done) => socket.once("data", done));
}

/** Until the server hangs up too. */
async function ended(socket: Socket): Promise<void> {
  socket.resume();
  if (socket.readableEnded || socket.destroyed) return;
  await new Promise((done) => {
    socket.once("end", done);
    socket.once("close", done);
  });
}
