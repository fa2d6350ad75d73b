/** What lessons refuse, and whom they let go: closes, binary data, slow readers. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { WebSocket as Ws } from "ws";
import { RatePool } from "../../server/connection/rate_pool.ts";
import { Lessons } from "../../server/lessons/classroom.ts";
import { LESSONS } from "../../server/lessons/table.ts";
import type { SocketHandler } from "../../server/transport/socket.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";
import { Client, FakeSocket, FakeTime, LessonServer } from "./helpers.ts";

/** Connects paper sockets to a lesson, without a network. */
function enter(
  name: string,
  // No turn of the event loop outlives a test.
  lessons = new Lessons({ clock: new FakeClock() }),
  reading = true,
  address = "192.0.2.1",
): { socket: FakeSocket; handler: SocketHandler } {
  const accept = lessons.accept(name, address);
  assert(accept !== undefined);
  const socket = new FakeSocket();
  socket.reading = reading;
  return { socket, handler: accept(socket) };
}

Deno.test("there is no lesson of another name", () => {
  const lessons = new Lessons({ clock: new FakeClock() });
  for (const name of ["", "Hello", "nope", "hello/", "constructor"]) {
    assertEquals(lessons.accept(name), undefined);
  }
});

Deno.test("echo sends binary frames back as binary", async () => {
  await using server = await LessonServer.start();
  const client = new Ws(server.url("echo"));
  await once(client, "open");
  const sent = Buffer.from([0, 1, 127, 128, 255]);
  client.send(sent);
  const [data, isBinary] = await once(client, "message");
  assertEquals([isBinary, [...data]], [true, [...sent]]);
  client.send("text");
  const [text, binaryToo] = await once(client, "message");
  assertEquals([binaryToo, String(text)], [false, "Echo: text"]);
  client.close(1000);
  await once(client, "close");
});

for (const { name } of LESSONS.filter(({ name }) => name !== "echo")) {
  Deno.test(`${name} refuses binary frames with 1003`, async () => {
    await using server = await LessonServer.start();
    const client = new Ws(server.url(name));
    await once(client, "open");
    client.send(Buffer.from("Hello"));
    const [code, reason] = await once(client, "close");
    assertEquals(code, 1003);
    assertEquals(
      String(reason),
      "Binary frames are not supported; send text frames",
    );
  });
}

Deno.test("echo's 1000 arrives at a foreign client", async () => {
  await using server = await LessonServer.start();
  const client = new Ws(server.url("echo"));
  await once(client, "open");
  client.send("CLOSE_CONNECTION");
  const [code] = await once(client, "close");
  assertEquals(code, 1000);
});

Deno.test("echo answers nothing that comes after CLOSE_CONNECTION", () => {
  const { socket, handler } = enter("echo");
  handler.message("CLOSE_CONNECTION");
  socket.open = true;
  handler.message("too late");
  assertEquals([socket.sent, socket.closes], [[], [1000]]);
});

for (const { name, to, remembers } of LESSONS) {
  const longest = to === "everyone" || remembers ? 4_096 : 65_536;
  Deno.test(`a message to ${name} may have ${longest} characters, one more is closed with 1009`, () => {
    const { socket, handler } = enter(name);
    const before = socket.sent.length;
    handler.message("x".repeat(longest));
    assertEquals([socket.sent.length, socket.closes], [before + 1, []]);
    handler.message("x".repeat(longest + 1));
    assertEquals([socket.sent.length, socket.closes], [before + 1, [1009]]);
  });
}

Deno.test("a binary message to echo may have 65,536 bytes", () => {
  const { socket, handler } = enter("echo");
  handler.message(new Uint8Array(65_536));
  handler.message(new Uint8Array(65_537));
  assertEquals([socket.sent.length, socket.closes], [1, [1009]]);
});

for (const [name, count] of [["history", 400], ["broadcast", 99]] as const) {
  Deno.test(`promise 4: many clients that do not read ${name} cost little memory`, () => {
    // All in time, or so much at once is refused.
    const lessons = new Lessons({ clock: new FakeClock() });
    const ada = enter(name, lessons);
    for (let i = 0; i < 500; i++) ada.handler.message("€".repeat(4_096));
    const readers = Array.from({ length: count }, () => {
      const { socket } = enter(name, lessons, false);
      assertEquals(socket.closes, [], "nobody is slow at once");
      return socket;
    });
    for (let i = 0; i < 500; i++) ada.handler.message("€".repeat(4_096));
    const held = Math.max(...readers.map(({ buffered }) => buffered));
    assertLess(held, 160 * 1024);
    assertEquals(ada.socket.closes, []);
  });
}

Deno.test("promise 4: closes a client that reads nothing for too long with 4000", () => {
  const time = new FakeTime();
  const lessons = new Lessons({ clock: time });
  const slow = enter("said", lessons, false);
  const quick = enter("said", lessons);
  const patience = { slowMs: 30_000, idleMs: 30_000 };
  slow.handler.message("Hello");
  quick.handler.message("Hello");
  for (let s = 0; s <= 30; s += 2) {
    assertEquals(slow.socket.closes, []);
    lessons.checkProgress(patience);
    time.pass(2_000);
  }
  lessons.checkProgress(patience);
  assertEquals([slow.socket.closes, quick.socket.closes], [[4000], []]);
});

/** The lessons of a server with the limits of its rooms. */
function limited() {
  const clock = new FakeClock();
  const rates = {
    publish: 10,
    bytes: 65_536,
    request: 20,
    join: 300,
    rename: 30,
  };
  const pool = new RatePool({ rates, connects: 50, clock });
  const lessons = new Lessons({
    clock,
    rates: (address) => pool.connect(address),
  });
  return { clock, lessons };
}

for (const { name, to, remembers } of LESSONS) {
  const most = to === "everyone" || remembers ? 30 : 200;
  Deno.test(`promise 5: ${name} accepts a burst of ${most} messages, across reconnects too, and closes on more with 4003`, () => {
    const { lessons } = limited();
    let answered = 0;
    let socket = new FakeSocket();
    for (let i = 0; socket.closes.length === 0; i++) {
      assertLess(i, 300);
      const visitor = enter(name, lessons);
      socket = visitor.socket;
      const before = socket.sent.length;
      for (let n = 0; n < 9; n++) visitor.handler.message("Hello");
      answered += socket.sent.length - before;
      visitor.handler.close(1000);
    }
    assertEquals([answered, socket.closes], [most, [4003]]);
  });
}

Deno.test("promise 5: a lesson's rate limit counts bytes and empty frames", () => {
  for (const frame of ["x".repeat(60_000), ""]) {
    const { lessons } = limited();
    const { socket, handler } = enter("echo", lessons);
    for (let i = 0; i < 10_000 && socket.closes.length === 0; i++) {
      handler.message(frame);
    }
    assertEquals(socket.closes, [4003]);
    assertLess(socket.sent.length, 201);
  }
});

Deno.test("farewell gives the client 10 s to close, then does it with 1000", async () => {
  await using server = await LessonServer.start();
  await using client = await Client.connect(server.url("farewell"));
  client.send("Bye");
  await client.next();
  server.time.pass(9_999);
  client.send("Still here");
  assertEquals(await client.next(), ["CLOSE_CONNECTION"]);
  assertEquals(server.time.waiting, 1);
  server.time.pass(1);
  const { code, wasClean } = await client.closed;
  assertEquals([code, wasClean], [1000, true]);
});

Deno.test("farewell forgets a client that closed in time", () => {
  const time = new FakeTime();
  const { socket, handler } = enter("farewell", new Lessons({ clock: time }));
  handler.message("Bye");
  assertEquals(time.waiting, 1);
  handler.close(1000);
  assertEquals(time.waiting, 0);
  assertEquals(socket.closes, []);
});

Deno.test("closes a client that does not read with 4000 without delaying others", () => {
  const lessons = new Lessons({ clock: new FakeClock() });
  const slow = enter("says", lessons, false);
  const quick = enter("says", lessons);
  const message = "x".repeat(4_000);
  for (let i = 0; i < 100; i++) quick.handler.message(message);
  assertEquals(slow.socket.closes, [4000]);
  assertLess(slow.socket.buffered, 128 * 1024 + 2 * message.length);
  assertEquals([quick.socket.sent.length, quick.socket.closes], [100, []]);
});

Deno.test("a slow reader that was forgotten is sent nothing and answered nothing", () => {
  const lessons = new Lessons({ clock: new FakeClock() });
  const slow = enter("says", lessons);
  const quick = enter("says", lessons);
  slow.socket.buffered = 3 * 1024 * 1024;
  quick.handler.message("one");
  // As where the end of the closing never comes, and frames still do.
  slow.socket.open = true;
  slow.handler.message("from beyond");
  quick.handler.message("two");
  assertEquals(slow.socket.sent, []);
  assertEquals(quick.socket.sent, ["User says: one", "User says: two"]);
});

Deno.test("a socket that throws is closed with 1011 without loss of messages for others", () => {
  const errors: unknown[] = [];
  const lessons = new Lessons({
    clock: new FakeClock(),
    onError: (error) => errors.push(error),
  });
  const broken = enter("says", lessons);
  const whole = enter("says", lessons);
  broken.socket.send = () => {
    throw new Error("Cannot send");
  };
  whole.handler.message("Hello");
  assertEquals(broken.socket.closes, [1011]);
  assertEquals(whole.socket.sent, ["User says: Hello"]);
  assertEquals(errors.length, 1);
});

Deno.test("an error thrown while closing a socket does not escape", () => {
  const errors: unknown[] = [];
  const lessons = new Lessons({
    clock: new FakeClock(),
    onError: (error) => errors.push(error),
  });
  const broken = enter("echo", lessons);
  const whole = enter("echo", lessons);
  broken.socket.close = () => {
    throw new Error("Cannot close");
  };
  lessons.closeAll(1001, "Going away");
  assertEquals(whole.socket.closes, [1001]);
  assertEquals(errors.length, 1);
});

Deno.test("closeAll() closes every connection of every lesson", async () => {
  await using server = await LessonServer.start();
  const clients = await Promise.all(
    LESSONS.map(({ name }) => Client.connect(server.url(name))),
  );
  server.lessons.closeAll(1012, "Server restarting; reconnect and resume");
  const closed = await Promise.all(clients.map((client) => client.closed));
  assertEquals(closed.map(({ code }) => code), LESSONS.map(() => 1012));
});
