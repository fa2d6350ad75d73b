/** That the raw socket speaks WebSocket, and breaks connections as it says. */

import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { FrameParser, OPCODE, writeFrame } from "../../soak/clients/frames.ts";
import { RawSocket } from "../../soak/clients/raw_socket.ts";

/** What a server writes: a frame without a mask. */
function serverFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const frame = writeFrame(OPCODE.text, payload);
  frame[1] = (frame[1] ?? 0) & 0x7f;
  const head = frame.length - payload.length - 4;
  return Buffer.concat([frame.subarray(0, head), payload]);
}

Deno.test("FrameParser reads frames of every size, however they are cut", () => {
  const texts = ["", "a", "b".repeat(125), "c".repeat(126), "d".repeat(65_536)];
  const bytes = Buffer.concat(texts.map(serverFrame));
  for (const size of [1, 2, 3, 1_000, bytes.length]) {
    const heard: string[] = [];
    const parser = new FrameParser((_, payload) =>
      heard.push(payload.toString())
    );
    for (let at = 0; at < bytes.length; at += size) {
      parser.push(bytes.subarray(at, at + size));
    }
    assertEquals(heard, texts, `in chunks of ${size}`);
  }
});

Deno.test("RawSocket talks to a WebSocket server, and says goodbye", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(`${data}!`);
      return response;
    },
  );
  const heard = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<number>();
  const url = new URL(`ws://127.0.0.1:${server.addr.port}/`);
  const socket = new RawSocket(url, undefined, {
    opened: () => socket.send("hi"),
    text: heard.resolve,
    closed: closed.resolve,
  });
  assertEquals(await heard.promise, "hi!");
  socket.close(1000);
  assertEquals(await closed.promise, 1000);
  assertEquals(socket.open, false);
});

/** Accepts one WebSocket, byte by byte. */
async function accepted(
  act: (socket: RawSocket) => void,
  text: (frame: string) => void = () => {},
): Promise<Deno.Conn> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = new URL(`ws://127.0.0.1:${listener.addr.port}/`);
  const socket = new RawSocket(url, undefined, {
    text,
    opened: () => act(socket),
    closed() {},
  });
  const connection = await listener.accept();
  const request = new Uint8Array(4096);
  await connection.read(request);
  const answer = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
  await connection.write(new TextEncoder().encode(answer));
  return connection;
}

Deno.test("RawSocket.cut() sends half a frame and hangs up", async () => {
  const text = "x".repeat(1_000);
  using connection = await accepted((socket) => socket.cut(text));
  const bytes = new Uint8Array(await new Response(connection.readable).bytes());
  const whole = writeFrame(OPCODE.text, Buffer.from(text));
  assertEquals(bytes.length, whole.length >> 1);
});

Deno.test("RawSocket.reset() ends the connection with a TCP reset", async () => {
  using connection = await accepted((socket) => socket.reset());
  await assertRejects(
    () => connection.read(new Uint8Array(1)),
    Deno.errors.ConnectionReset,
  );
});

/** Writes so many frames to a connection. */
async function write(connection: Deno.Conn, frames: number): Promise<void> {
  const frame = new Uint8Array(serverFrame("x".repeat(60_000)));
  for (let n = 0; n < frames; n++) {
    for (let at = 0; at < frame.length;) {
      at += await connection.write(frame.subarray(at));
    }
  }
}

Deno.test("RawSocket.stall() reads nothing until it goes on", async () => {
  // More than all buffers on the way take.
  const frames = 500;
  const sockets: RawSocket[] = [];
  const meter = () => {
    const done = Promise.withResolvers<void>();
    const got = { frames: 0, all: done.promise };
    const text = () => {
      if (++got.frames === frames) done.resolve();
    };
    return { got, text };
  };
  const stalled = meter();
  const reading = meter();
  using slow = await accepted((socket) => {
    sockets.push(socket);
    socket.stall();
  }, stalled.text);
  using fast = await accepted((socket) => sockets.push(socket), reading.text);
  const written = write(slow, frames);
  await write(fast, frames);
  await reading.got.all;
  assertEquals(stalled.got.frames, 0);
  sockets[0]?.resume();
  await written;
  await stalled.got.all;
  for (const socket of sockets) socket.drop();
});
