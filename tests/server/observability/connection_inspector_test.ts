/** What the server knows of connections that asked to be watched. */

import { assertEquals } from "@std/assert";
import { monotonicAt } from "../../../server/runtime/clock.ts";
import { ConnectionInspector } from "../../../server/observability/connection_inspector.ts";
import type {
  Socket,
  SocketHandler,
} from "../../../server/transport/socket.ts";
import { InProcessServer } from "../../helpers/in_process.ts";

const KEY = "0123456789abcdef";

function book() {
  const clock = { time: 1_000, monotonic: () => monotonicAt(clock.time) };
  return { clock, book: new ConnectionInspector({ clock, idleSeconds: 30 }) };
}

function paper(): Socket {
  return { open: true, buffered: 7, send() {}, close() {} };
}

/** A connection whose server sends what it is told, and hears nothing. */
function connect(
  book: ConnectionInspector,
  key: string | null,
): { socket: Socket; handler: SocketHandler } {
  let socket = paper();
  const handler = book.watch(key, (watched) => {
    socket = watched;
    return { message() {}, control() {}, close() {} };
  })(socket);
  return { socket, handler };
}

Deno.test("ConnectionInspector counts traffic, and notes when the client was last heard", () => {
  const { clock, book: lab } = book();
  const { socket, handler } = connect(lab, KEY);
  clock.time += 500;
  handler.message("straße");
  handler.message(new Uint8Array(3));
  socket.send("Hi");
  clock.time += 250;
  assertEquals(lab.report(KEY), {
    openedAgo: 750,
    heardAgo: 250,
    framesIn: 2,
    bytesIn: 10,
    framesOut: 1,
    bytesOut: 2,
    buffered: 7,
    idleSeconds: 30,
    closed: null,
  });
});

Deno.test("ConnectionInspector keeps how a connection ended for a minute", () => {
  const { clock, book: lab } = book();
  const { handler } = connect(lab, KEY);
  assertEquals(lab.report(KEY)?.heardAgo, null);
  handler.close(1000);
  clock.time += 60_000;
  assertEquals(lab.report(KEY)?.closed, { code: 1000, ago: 60_000 });
  clock.time += 1;
  assertEquals(lab.report(KEY), undefined);
});

Deno.test("ConnectionInspector ignores connections without a valid key", () => {
  const { book: lab } = book();
  const accept = () => ({ message() {}, control() {}, close() {} });
  for (const key of [null, "", "short", "a".repeat(65), `${KEY}/..`]) {
    assertEquals(lab.watch(key, accept), accept);
  }
});

Deno.test("ConnectionInspector holds 500 connections, and one under each key", () => {
  const { book: lab } = book();
  connect(lab, KEY).handler.message("first");
  connect(lab, KEY).handler.message("x".repeat(100));
  assertEquals(lab.report(KEY)?.bytesIn, 5);
  for (let n = 1; n <= 500; n++) connect(lab, `${KEY}-${n}`);
  assertEquals(lab.report(`${KEY}-499`)?.framesIn, 0);
  assertEquals(lab.report(`${KEY}-500`), undefined);
});

Deno.test("ConnectionInspector makes room where those it holds have closed", () => {
  const { book: lab } = book();
  const all = Array.from(
    { length: 500 },
    (_, n) => connect(lab, `${KEY}-${n}`),
  );
  all[7]?.handler.close(1000);
  connect(lab, KEY);
  assertEquals(lab.report(`${KEY}-7`), undefined);
  assertEquals(lab.report(KEY)?.framesIn, 0);
});

Deno.test("GET /lab/connections/KEY returns the server's view of a connection", async () => {
  await using server = await InProcessServer.start();
  const address = server.url(`/lab/connections/${KEY}`);
  assertEquals(await (await fetch(address)).json(), null);
  const socket = new WebSocket(server.socket(`/lessons/echo?lab=${KEY}`));
  const answered = new Promise((done) => socket.onmessage = done);
  const closed = new Promise((done) => socket.onclose = done);
  socket.onopen = () => socket.send("Hello");
  await answered;
  const response = await fetch(address);
  const { framesIn, bytesIn, framesOut, bytesOut } = await response.json();
  assertEquals([framesIn, bytesIn, framesOut, bytesOut], [1, 5, 1, 11]);
  assertEquals(response.headers.get("cache-control"), "no-store");
  socket.close(1000);
  await closed;
});
