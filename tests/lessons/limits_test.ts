/** What lessons refuse, and whom they let go: closes, binary data, slow readers. */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { WebSocket as Ws } from "ws";
import { Lessons } from "../../server/lessons/classroom.ts";
import { LESSONS } from "../../server/lessons/table.ts";
import type { SocketHandler } from "../../server/transport/socket.ts";
import { Client, FakeSocket, FakeTime, LessonServer } from "./helpers.ts";

/** Connects paper sockets to a lesson, without a network. */
function enter(
  name: string,
  lessons = new Lessons(),
): { socket: FakeSocket; handler: SocketHandler } {
  const accept = lessons.accept(name);
  assert(accept !== undefined);
  const socket = new FakeSocket();
  return { socket, handler: accept(socket) };
}

Deno.test("there is no lesson of another name", () => {
  const lessons = new Lessons();
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
    assertEquals(String(reason), "Only text frames are understood here");
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

Deno.test("a message may have 65,536 characters, one more is closed with 1009", () => {
  for (const longest of ["x".repeat(65_536), new Uint8Array(65_536)]) {
    const { socket, handler } = enter("echo");
    handler.message(longest);
    assertEquals([socket.sent.length, socket.closes], [1, []]);
  }
  for (const tooLong of ["x".repeat(65_537), new Uint8Array(65_537)]) {
    const { socket, handler } = enter("echo");
    handler.message(tooLong);
    assertEquals([socket.sent.length, socket.closes], [0, [1009]]);
  }
});

for (const name of ["history", "broadcast"]) {
  Deno.test(`${name} keeps messages of up to 4,096 characters, and closes on more with 1009`, () => {
    const lessons = new Lessons();
    const ada = enter(name, lessons);
    ada.handler.message("x".repeat(4096));
    ada.handler.message("x".repeat(4097));
    assertEquals(ada.socket.closes, [1009]);
    assertEquals(enter(name, lessons).socket.sent.length, 2);
  });

  Deno.test(`${name}'s largest history makes nobody a slow reader`, () => {
    const lessons = new Lessons();
    const ada = enter(name, lessons);
    for (let i = 0; i < 100; i++) ada.handler.message("€".repeat(4096));
    const accept = lessons.accept(name);
    const bob = new FakeSocket();
    bob.reading = false;
    accept?.(bob);
    assertEquals([bob.sent.length, bob.closes], [101, []]);
  });
}

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

Deno.test("a reader that does not read is closed with 4000, and delays nobody", () => {
  const lessons = new Lessons();
  const slow = enter("says", lessons);
  const quick = enter("says", lessons);
  slow.socket.reading = false;
  const message = "x".repeat(60_000);
  for (let i = 0; i < 100; i++) quick.handler.message(message);
  assertEquals(slow.socket.closes, [4000]);
  assert(slow.socket.buffered < 2 * 1024 * 1024 + 2 * message.length);
  assertEquals([quick.socket.sent.length, quick.socket.closes], [100, []]);
});

Deno.test("a slow reader that was forgotten is sent nothing and answered nothing", () => {
  const lessons = new Lessons();
  const slow = enter("says", lessons);
  const quick = enter("says", lessons);
  slow.socket.buffered = 3 * 1024 * 1024;
  quick.handler.message("one");
  // As where the end of the closing never comes, and frames still do.
  slow.socket.open = true;
  slow.handler.message("from beyond");
  quick.handler.message("two");
  assertEquals(slow.socket.sent, ["User says: one"]);
  assertEquals(quick.socket.sent, ["User says: one", "User says: two"]);
});

Deno.test("a socket that throws is closed with 1011 and costs nobody else a message", () => {
  const errors: unknown[] = [];
  const lessons = new Lessons({ onError: (error) => errors.push(error) });
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

Deno.test("a socket that cannot even be closed lets nothing out", () => {
  const errors: unknown[] = [];
  const lessons = new Lessons({ onError: (error) => errors.push(error) });
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
  server.lessons.closeAll(1012, "Server restarts; come back and resume");
  const closed = await Promise.all(clients.map((client) => client.closed));
  assertEquals(closed.map(({ code }) => code), LESSONS.map(() => 1012));
});
