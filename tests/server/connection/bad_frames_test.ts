/** Frames by hand, right and wrong (RFC 6455): none ends more than itself. */

import { assert, assertEquals } from "@std/assert";
import { makeFrame, OPCODE, RawClient } from "../../helpers/raw/raw_client.ts";
import { Scene } from "../../helpers/bystander.ts";

const V1 = { "Sec-WebSocket-Protocol": "hubbub.v1" };

/** A raw client behind its handshake. */
function open(scene: Scene): Promise<RawClient> {
  return RawClient.open(scene.server.port, { path: "/ws", headers: V1 });
}

const PING = '{"type":"ping","id":1}';
const REFUSED = "hello_first";

Deno.test("a message in three fragments, with a ping between them, is one message", async () => {
  await using scene = await Scene.open();
  using client = await open(scene);
  await client.frame(PING.slice(0, 5), { fin: false });
  await client.frame(PING.slice(5, 9), {
    opcode: OPCODE.continuation,
    fin: false,
  });
  await client.frame("beat", { opcode: OPCODE.ping });
  await client.frame(PING.slice(9), { opcode: OPCODE.continuation });
  const pong = await client.read();
  assertEquals(pong?.opcode, OPCODE.pong);
  assertEquals(JSON.parse(await client.text()).code, REFUSED);
});

Deno.test("a message byte by byte, and many in one packet, are messages", async () => {
  await using scene = await Scene.open();
  using client = await open(scene);
  for (const byte of makeFrame(PING, {})) {
    await client.write(new Uint8Array([byte]));
  }
  assertEquals(JSON.parse(await client.text()).code, REFUSED);
  const frame = makeFrame(PING, {});
  const many = new Uint8Array(frame.length * 20);
  for (let i = 0; i < 20; i++) many.set(frame, i * frame.length);
  await client.write(many);
  // What is answered in one turn comes in one frame.
  const answers: string[] = [];
  while (answers.length < 20) {
    answers.push(...(await client.text()).split("\n"));
  }
  assertEquals(
    answers.map((line) => JSON.parse(line).code),
    Array.from({ length: 20 }, () => REFUSED),
  );
});

for (const length of [125, 126, 65_535, 65_536, 200_000]) {
  Deno.test(`a frame of ${length} bytes is read whole`, async () => {
    await using scene = await Scene.open();
    using client = await open(scene);
    const line = JSON.stringify({ type: "ping", id: 1, pad: "" });
    const pad = "x".repeat(length - line.length);
    await client.frame(JSON.stringify({ type: "ping", id: 1, pad }));
    assertEquals(JSON.parse(await client.text()).id, 1);
  });
}

const BAD_UTF8 = new Uint8Array([0x48, 0xff, 0xfe, 0x69]);

for (
  const [title, send] of [
    ["bad UTF-8", (client) => client.frame(BAD_UTF8)],
    [
      "UTF-8 cut off at the end",
      (client) => client.frame(new Uint8Array([0xf0, 0x9f, 0xa6])),
    ],
    ["reserved bits", (client) => client.frame(PING, { rsv: 4 })],
    ["an unknown frame type", (client) => client.frame(PING, { opcode: 3 })],
    [
      "an unknown control frame",
      (client) => client.frame("", { opcode: 0xb }),
    ],
    [
      "a ping too long",
      (client) => client.frame("x".repeat(126), { opcode: OPCODE.ping }),
    ],
    [
      "a ping in fragments",
      (client) => client.frame("x", { opcode: OPCODE.ping, fin: false }),
    ],
    [
      "a close of one byte",
      (client) => client.frame("x", { opcode: OPCODE.close }),
    ],
    [
      "a close with a code that is not to be sent",
      (client) =>
        client.frame(new Uint8Array([3, 0xed]), { opcode: OPCODE.close }),
    ],
    ["garbage", (client) => client.write("\r\n\r\n!?".repeat(1_000))],
    [
      "a length beyond all bounds",
      (client) =>
        client.write(
          new Uint8Array([0x81, 0xff, 0x7f, ...Array(11).fill(0xff)]),
        ),
    ],
  ] as [string, (client: RawClient) => Promise<void>][]
) {
  Deno.test(`promise 5: ${title} ends only that connection`, async () => {
    await using scene = await Scene.open();
    using client = await open(scene);
    await send(client);
    await client.ended();
    await scene.assertUnnoticed();
  });
}

for (
  const [title, send] of [
    ["in the middle of a frame's head", (c) => c.write(new Uint8Array([0x81]))],
    [
      "in the middle of a frame",
      (c) => c.write(makeFrame(PING, {}).slice(0, 12)),
    ],
    ["in the middle of a message", (c) => c.frame(PING, { fin: false })],
    ["after a word", (c) => c.frame('{"type":"hello","name":"Rude"}')],
  ] as [string, (client: RawClient) => Promise<void>][]
) {
  Deno.test(`promise 5: a connection cut ${title} affects no other client`, async () => {
    await using scene = await Scene.open();
    {
      using client = await open(scene);
      await send(client);
    }
    await scene.assertUnnoticed();
  });
}

Deno.test("promise 5: an aborted connection only produces a leave event for the room", async () => {
  await using scene = await Scene.open();
  await using visitor = await scene.visitor();
  {
    using client = await RawClient.open(scene.server.port, {
      path: "/ws/yard?name=Rude",
    });
    assert((await client.text()).includes("Rude"));
    assertEquals((await visitor.next("presence")).joined, ["Rude"]);
    await client.write(makeFrame("half a message", {}).slice(0, 9));
  }
  assertEquals((await visitor.next("presence")).left, ["Rude"]);
  await scene.assertUnnoticed();
});

Deno.test("promise 5: malformed HTTP requests do not affect other clients", async () => {
  await using scene = await Scene.open();
  for (
    const bytes of [
      "\u0000\u0001\u0002\r\n\r\n",
      "GET\r\n\r\n",
      "GET /ws HTTP/9.9\r\n\r\n",
      `GET /${"x".repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    ]
  ) {
    using client = await RawClient.connect(scene.server.port);
    await client.write(bytes).catch(() => {});
    await client.rest();
  }
  await scene.assertUnnoticed();
});

Deno.test("a close is answered with its code", async () => {
  await using scene = await Scene.open();
  using client = await open(scene);
  await client.frame(new Uint8Array([0x03, 0xe8]), { opcode: OPCODE.close });
  assertEquals(await client.ended(), 1000);
  await scene.assertUnnoticed();
});
