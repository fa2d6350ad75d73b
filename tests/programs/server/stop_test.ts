/** How the program ends when it is told to (promise 8). */

import { assertEquals, assertMatch } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { OPCODE, RawClient } from "../../helpers/raw/raw_client.ts";
import { RawConnection } from "../../helpers/raw/raw_connection.ts";
import { Peer } from "../peer.ts";

/** A client that shakes hands and never reads again. */
async function stuckPeer(url: URL): Promise<Deno.TcpConn> {
  const socket = await Deno.connect({
    hostname: url.hostname,
    port: Number(url.port),
  });
  const request = [
    "GET /ws?history=0 HTTP/1.1",
    `Host: ${url.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ].join("\r\n");
  await socket.write(new TextEncoder().encode(request));
  // The first byte of the answer: from here on it is in.
  await socket.read(new Uint8Array(1));
  return socket;
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.test(`promise 8: ${signal} closes all with 1012 and ends with 0`, async () => {
    await using program = await Program.start();
    await using text = await Peer.connect(program.socket("/"));
    await using simple = await Peer.connect(program.socket("/ws"));
    await using v1 = await Peer.connect(program.socket("/ws"), "hubbub.v1");
    program.signal(signal);
    const { code, stderr } = await program.ended;
    assertEquals(code, 0, stderr);
    for (const peer of [text, simple, v1]) {
      assertEquals((await peer.closed).code, 1012);
    }
  });
}

Deno.test("promise 8: peers that do not read do not hold up the end", async () => {
  await using program = await Program.start({
    args: ["--rate", "0", "--byte-rate", "0"],
  });
  using _stuck = await stuckPeer(program.url);
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello" }, { type: "join", room: "lobby" });
  await peer.event({ type: "joined" });
  // More than the system's buffers take for somebody who does not read.
  const text = "x".repeat(4_000);
  for (let n = 1; n <= 3_000; n++) {
    peer.send({ type: "publish", room: "lobby", text, id: n });
  }
  await peer.event({ type: "ack", id: 3_000 });
  const { code, stderr } = await program.stop();
  assertEquals(code, 0, stderr);
});

for (const transport of ["ws", "native"] as const) {
  Deno.test(`promise 8: bodies in chunks of a byte do not hold up the end, over ${transport}`, async () => {
    await using program = await Program.start({
      args: ["--transport", transport],
    });
    const port = Number(program.url.port);
    const chunks = new TextEncoder().encode("1\r\na\r\n".repeat(600_000));
    const crowd = await Promise.all(
      Array.from(
        { length: 100 },
        () =>
          RawConnection.ask(port, "POST /api/rooms/lobby/messages", {
            "Content-Type": "text/plain",
            "Transfer-Encoding": "chunked",
          }),
      ),
    );
    // As much as the system's buffers take: it is never all read.
    const written = crowd.map((client) => client.write(chunks));
    await Promise.race(crowd.map((client) => client.status()));
    program.signal("SIGTERM");
    const { code, stderr } = await program.ended;
    for (const client of crowd) client.close();
    await Promise.all(written);
    assertEquals(code, 0, stderr);
  });
}

Deno.test("promise 8: the echo of a signal does not cut the stop short", async () => {
  await using program = await Program.start();
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello" });
  peer.send({ type: "publish", room: "lobby", text: "Remember me", id: 1 });
  await peer.event({ type: "ack", id: 1 });
  // As a terminal does, whose signal reaches the task and what it has started.
  program.signal("SIGINT");
  program.signal("SIGINT");
  program.signal("SIGTERM");
  const { code, stderr } = await program.ended;
  assertEquals(code, 0);
  assertEquals(stderr.match(/"stopping"/g)?.length, 1, stderr);
  assertEquals((await peer.closed).code, 1012);
  // A store that was closed has put all of it into the one file.
  const files = Array.from(Deno.readDirSync(program.folder.path));
  const logs = files.filter(({ name }) => name.endsWith("-wal"));
  assertEquals(logs, []);
});

Deno.test("a second signal ends a stop that takes its time at once, with 1", async () => {
  await using program = await Program.start();
  // A request whose rest never comes holds up the end for a second.
  using half = await RawClient.connect(Number(program.url.port));
  await half.write(
    "POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
      "Content-Type: text/plain\r\nContent-Length: 100\r\n\r\nHal",
  );
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello" }, { type: "publish", room: "lobby", text: "A" });
  peer.send({ type: "publish", room: "lobby", text: "Remember me", id: 1 });
  await peer.event({ type: "ack", id: 1 });
  let ended = false;
  const end = program.ended.finally(() => ended = true);
  while (!ended) {
    try {
      program.signal("SIGINT");
    } catch {
      // It has ended.
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  const { code, stderr } = await end;
  assertEquals(code, 1, stderr);
  assertMatch(stderr, /stopped at once by a second signal/);
});

Deno.test("promise 8: acknowledged messages survive a shutdown", async () => {
  await using program = await Program.start();
  const { port } = program.url;
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello", name: "Ada" });
  peer.send({ type: "publish", room: "lobby", text: "Remember me", id: 1 });
  await peer.event({ type: "ack", id: 1 });
  assertEquals((await program.stop()).code, 0);

  await using again = await program.startAgain();
  assertEquals(again.url.port, port);
  await using reader = await Peer.connect(again.socket("/ws"));
  const { message, seq } = await reader.event({ sender: "Ada" });
  assertEquals({ message, seq }, { message: "Remember me", seq: 1 });
});

Deno.test("promise 8: a flood that native sockets cannot end has the server say goodbye to all before its memory is full", async () => {
  const most = 250;
  const args = ["--transport", "native", "--max-memory", String(most)];
  await using program = await Program.start({ args });
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello" });
  peer.send({ type: "publish", room: "lobby", text: "Remember me", id: 1 });
  await peer.event({ type: "ack", id: 1 });
  // Fragments without end; a pong now and then, so that it seems to live.
  using flooder = await RawClient.open(Number(program.url.port), {
    path: "/ws",
  });
  const fragment = "x".repeat(1_000_000);
  await flooder.frame("x", { fin: false });
  const { continuation, pong } = OPCODE;
  const flood = async () => {
    for (let sent = 0; sent < most; sent++) {
      await flooder.frame(fragment, { opcode: continuation, fin: false });
      await flooder.frame("", { opcode: pong });
    }
  };
  // A slow one is cut off before it has sent all.
  await flood().catch(() => {});
  const { code, stderr } = await program.ended;
  assertEquals(code, 1, stderr);
  assertMatch(stderr, /"message":"memory limit exceeded"/);
  assertEquals((await peer.closed).code, 1012);
});
