import { assertEquals } from "@std/assert";
import type { ConnectionState } from "../../../client/hubbub.ts";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { welcome, World } from "../fakes.ts";

function phases(world: World): ConnectionState["phase"][] {
  const told: ConnectionState["phase"][] = [];
  world.client.on("state", ({ phase }) => told.push(phase));
  return told;
}

Deno.test("client goes through connecting, open, closing and closed", async () => {
  const world = new World();
  const told = phases(world);
  assertEquals(world.client.state, { phase: "connecting", attempt: 0 });
  world.welcome();
  const closed = world.client.close();
  const { code, reason } = CLOSE.normal;
  assertEquals(world.socket.closedWith, { code, reason });
  world.socket.lose(1000, "Bye");
  assertEquals(told, ["open", "closing", "closed"]);
  assertEquals(await closed, {
    phase: "closed",
    code: 1000,
    reason: "Bye",
    why: "asked",
  });
  assertEquals(world.clock.pending, 0);
});

Deno.test("client.close() does not wait for ever for a goodbye", async () => {
  const world = new World();
  world.welcome();
  const closed = world.client.close();
  world.clock.advance(2_000);
  assertEquals((await closed).why, "asked");
  assertEquals(world.clock.pending, 0);
});

Deno.test("client.close() ends a wait at once", async () => {
  const world = new World();
  world.socket.lose();
  assertEquals((await world.client.close()).why, "asked");
  assertEquals([world.clock.pending, world.sockets.length], [0, 1]);
});

Deno.test("client waits longer and longer, within full jitter", () => {
  const world = new World();
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    world.socket.lose();
    const { state } = world.client;
    if (state.phase !== "waiting") throw new Error(state.phase);
    waits.push(state.until - world.clock.now());
    world.clock.advance(state.until - world.clock.now());
  }
  assertEquals(waits, [500, 1000, 2000, 4000, 7500, 7500, 7500]);
  assertEquals(world.sockets.length, 8);
  assertEquals(world.client.state, { phase: "connecting", attempt: 7 });
  void world.client.close();
  world.socket.lose();
});

Deno.test("client begins with short waits after a connection that held", () => {
  const world = new World();
  for (let i = 0; i < 5; i++) {
    world.socket.lose();
    world.clock.advance(15_000);
  }
  world.welcome();
  world.clock.advance(5_000);
  world.socket.lose();
  const { state } = world.client;
  assertEquals(state.phase === "waiting" && state.attempt, 0);
  assertEquals(
    state.phase === "waiting" && state.until - world.clock.now(),
    250,
  );
  void world.client.close();
});

Deno.test("client keeps growing its waits when connections do not hold", () => {
  const world = new World();
  for (let i = 0; i < 3; i++) {
    world.welcome();
    world.clock.advance(4_999);
    world.socket.lose();
    world.client.reconnectNow();
  }
  world.socket.lose();
  const { state } = world.client;
  assertEquals(state.phase === "waiting" && state.attempt, 4);
  void world.client.close();
});

for (const row of Object.values(CLOSE)) {
  // A token helps there: access_token_test.ts shows how.
  if (row === CLOSE.expired || row === CLOSE.unauthorized) continue;
  Deno.test(`client after ${row.code}: ${row.then}`, () => {
    const world = new World();
    world.welcome();
    world.clock.advance(5_000);
    world.socket.lose(row.code, row.reason);
    const { state } = world.client;
    if (row.then === "stop") {
      assertEquals(state, {
        phase: "closed",
        code: row.code,
        reason: row.reason,
        why: row === CLOSE.replaced ? "replaced" : "refused",
      });
      assertEquals(world.clock.pending, 0);
      return;
    }
    if (state.phase !== "waiting") throw new Error(state.phase);
    assertEquals(
      state.until - world.clock.now(),
      row.then === "back off" ? 1000 : 250,
    );
    assertEquals(state.reason, row.reason);
    world.clock.advance(1000);
    assertEquals(world.sockets.length, 2);
    void world.client.close();
    world.socket.lose();
  });
}

Deno.test("client comes back at a random time in the window the server gives", () => {
  const world = new World();
  world.welcome();
  world.socket.say({ type: "reconnect", afterMs: 4_000 });
  assertEquals(world.client.state.phase, "open");
  world.random = 0.75;
  world.socket.lose(1012);
  const { state } = world.client;
  assertEquals(
    state.phase === "waiting" && state.until - world.clock.now(),
    3_000,
  );
  world.clock.advance(3_000);
  world.socket.lose();
  const next = world.client.state;
  assertEquals(
    next.phase === "waiting" && next.until - world.clock.now(),
    1_500,
    "afterwards as usual",
  );
  void world.client.close();
});

Deno.test("client pings a silent server and drops it when it does not answer", () => {
  const world = new World();
  const socket = world.welcome();
  socket.take();
  world.clock.advance(19_999);
  assertEquals(socket.sent("ping").length, 0);
  world.clock.advance(1);
  assertEquals(socket.sent("ping").length, 1);
  world.clock.advance(9_999);
  assertEquals(world.client.state.phase, "open");
  world.clock.advance(1);
  assertEquals(world.client.state.phase, "waiting");
  assertEquals(socket.closedWith !== undefined, true);
  void world.client.close();
});

Deno.test("client takes anything for a sign of life", () => {
  const world = new World();
  const socket = world.welcome();
  world.clock.advance(25_000);
  socket.say({ type: "pong" });
  world.clock.advance(19_000);
  assertEquals(world.client.state.phase, "open");
  assertEquals(socket.sent("ping").length, 1);
  world.clock.advance(1_000);
  assertEquals(socket.sent("ping").length, 2);
  world.close();
});

for (
  const [what, progress] of [
    ["open", () => {}],
    ["welcome", (world: World) => world.socket.open()],
  ] as const
) {
  Deno.test(`client drops a connection that does not ${what}`, () => {
    const world = new World();
    progress(world);
    world.clock.advance(9_999);
    assertEquals(world.client.state.phase, "connecting");
    world.clock.advance(1);
    assertEquals(world.client.state.phase, "waiting");
    void world.client.close();
  });
}

Deno.test("client does not hear a connection it has given up", () => {
  const world = new World();
  const old = world.welcome();
  world.clock.advance(30_000);
  old.say({ type: "renamed", name: "Eve" });
  old.lose(CLOSE.replaced.code);
  assertEquals(world.client.name, "Ada");
  assertEquals(world.client.state.phase, "waiting");
  void world.client.close();
});

Deno.test("client.reconnectNow() ends a wait", () => {
  const world = new World();
  world.socket.lose();
  world.client.reconnectNow();
  assertEquals(world.sockets.length, 2);
  world.clock.advance(9_000);
  assertEquals(world.sockets.length, 2, "the wait's timer is gone");
  world.client.reconnectNow();
  assertEquals(world.sockets.length, 2, "one attempt at a time");
  void world.client.close();
  world.socket.lose();
});

Deno.test("client.reconnectNow() checks an open connection", () => {
  const world = new World();
  const socket = world.welcome();
  world.client.reconnectNow();
  assertEquals(socket.sent("ping").length, 1);
  world.clock.advance(1_499);
  assertEquals(world.client.state.phase, "open");
  world.clock.advance(1);
  assertEquals(world.client.state.phase, "waiting");
  void world.client.close();
});

Deno.test("client backs off when the server cannot take its hello now", () => {
  const world = new World({ name: "Ada" });
  world.socket.open();
  const [hello] = world.socket.take();
  const error = { type: "error", code: "stopping", message: "Stopping" };
  world.socket.say({ ...error, id: hello?.id, retryable: true });
  const { state } = world.client;
  assertEquals(state.phase === "waiting" && state.reason, "Stopping");
  void world.client.close();
});

Deno.test("client hears nothing more of a frame that made it give up", () => {
  const world = new World({ name: "Ada" });
  world.socket.open();
  const [hello] = world.socket.take();
  const error = { type: "error", code: "stopping", message: "Stopping" };
  world.socket.say({ ...error, id: hello?.id, retryable: true }, welcome());
  assertEquals(world.client.state.phase, "waiting");
  void world.client.close();
});

Deno.test("client closes when its hello is refused for good", async () => {
  const world = new World({ name: "Ada" });
  world.socket.open();
  const [hello] = world.socket.take();
  const error = { type: "error", code: "bad_name", message: "Bad name" };
  world.socket.say({ ...error, id: hello?.id, retryable: false });
  const { why, reason, errorCode } = await world.client.closed;
  assertEquals([why, reason, errorCode], ["refused", "Bad name", "bad_name"]);
});
