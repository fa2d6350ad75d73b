import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import type {
  ConnectOptions,
  Outgoing,
  Room,
  SavedOutbox,
} from "../../../client/hubbub.ts";
import { type FakeSocket, joined, seeded, turn, World } from "../fakes.ts";

/** A world in the lobby, with every change of every publish noted. */
function inLobby(options: ConnectOptions = {}) {
  const world = new World({ random: seeded(1), ...options });
  const room = world.client.join("lobby");
  const changes: string[] = [];
  room.on(
    "outgoing",
    ({ text, state }) => changes.push(`${text} ${state.phase}`),
  );
  const socket = world.welcome();
  enter(socket);
  return { world, room, changes, socket };
}

/** Answers the join and forgets what was sent until then. */
function enter(socket: FakeSocket): void {
  socket.say(joined({ id: socket.sent("join")[0]?.id }));
  socket.take();
}

function ack(socket: FakeSocket, { cid }: { cid?: string }, seq: number): void {
  socket.say({ type: "ack", id: cid, cid, room: "lobby", seq });
}

function refuse(
  socket: FakeSocket,
  { cid }: Outgoing,
  error: { code: string; retryable: boolean; retryAfterMs?: number },
): void {
  socket.say({ type: "error", message: "No", id: cid, cid, ...error });
}

const tooFast = { code: "rate_limited", retryable: true, retryAfterMs: 400 };
const tooLong = { code: "too_long", retryable: false };

/** Publishes and lets it be sent. */
async function publish<Texts extends string[]>(
  room: Room,
  ...texts: Texts
): Promise<{ [I in keyof Texts]: Outgoing }> {
  const outgoing = texts.map((text) => room.publish(text));
  await turn();
  return outgoing as { [I in keyof Texts]: Outgoing };
}

function texts(socket: FakeSocket): string[] {
  return socket.sent("publish").map(({ text }) => text);
}

Deno.test("publish() batches the messages of one turn in a frame, each with its own cid", async () => {
  const { world, room, socket } = inLobby();
  const frames = socket.frames.length;
  const [a, b] = await publish(room, "a", "b");
  assertEquals(socket.frames.length, frames + 1);
  assertEquals(texts(socket), ["a", "b"]);
  assertNotEquals(a.cid, b.cid);
  world.close();
});

Deno.test("publish() is pending until the ack, then sent with its seq", async () => {
  const { world, room, changes, socket } = inLobby();
  const [a] = await publish(room, "a");
  assertEquals(room.outgoing, [a]);
  ack(socket, a, 7);
  assertEquals(await a.done, { phase: "sent", seq: 7 });
  assertEquals([room.outgoing, changes], [[], ["a pending", "a sent"]]);
  ack(socket, a, 7);
  assertEquals(changes.length, 2, "a second ack changes nothing");
  world.close();
});

Deno.test("publish() without a connection is sent when there is one", async () => {
  const { world, room, socket } = inLobby();
  socket.lose();
  await publish(room, "a", "b");
  world.clock.advance(20_000);
  world.socket.open();
  assertEquals(world.socket.take().map(({ type }) => type), [
    "hello",
    "join",
    "publish",
    "publish",
  ]);
  world.close();
});

Deno.test("publish() is repeated with the same cid until acked, in order", async () => {
  const { world, room, socket } = inLobby();
  const [a, b, c] = await publish(room, "a", "b", "c");
  ack(socket, b, 1);
  const socket2 = world.comeBack();
  assertEquals(socket2.sent("publish").map(({ cid }) => cid), [a.cid, c.cid]);
  const socket3 = world.comeBack();
  assertEquals(socket3.sent("publish").map(({ cid }) => cid), [a.cid, c.cid]);
  ack(socket3, a, 2);
  ack(socket3, c, 3);
  const socket4 = world.comeBack();
  assertEquals(socket4.sent("publish"), []);
  world.close();
});

Deno.test("publish() beyond the limit fails at once, and the others stay", async () => {
  const { world, room, changes } = inLobby({ outboxLimit: 2 });
  const [a, b, c] = await publish(room, "a", "b", "c");
  const state = await c.done;
  assertEquals(state?.phase === "failed" && state.error.code, "outbox_full");
  assertEquals(room.outgoing, [a, b]);
  assertEquals(changes, ["a pending", "b pending", "c failed"]);
  assertEquals(texts(world.socket), ["a", "b"]);
  world.close();
});

Deno.test("publish() fails a message that is certainly too long before sending it, and sends the others", async () => {
  const { world, room, socket } = inLobby();
  const longest = "👋".repeat(4096);
  const [, b, , d] = await publish(
    room,
    "a",
    "x".repeat(8193),
    longest,
    "x".repeat(8192),
  );
  assertEquals(texts(socket), ["a", longest, d.text]);
  assert(b.state.phase === "failed");
  assertEquals([b.state.error.code, b.state.error.retryable], [
    "too_long",
    false,
  ]);
  assertStringIncludes(b.state.error.message, "more than the 4096 characters");
  world.close();
});

Deno.test("publish() that came too fast is sent again after the wait, in order", async () => {
  const { world, room, socket } = inLobby();
  const [a, b, c] = await publish(room, "a", "b", "c");
  ack(socket, a, 1);
  refuse(socket, b, tooFast);
  refuse(socket, c, tooFast);
  socket.take();
  await publish(room, "d");
  world.clock.advance(399);
  assertEquals(texts(socket), []);
  world.clock.advance(1);
  assertEquals(texts(socket), ["b"]);
  ack(socket, b, 2);
  await turn();
  ack(socket, c, 3);
  await turn();
  assertEquals(texts(socket), ["b", "c", "d"]);
  assertEquals(b.state.phase, "sent");
  world.close();
});

Deno.test("publish() that is refused for good fails; retry() sends it again", async () => {
  const { world, room, changes, socket } = inLobby();
  const [a] = await publish(room, "a");
  const first = a.done;
  refuse(socket, a, tooLong);
  const state = await first;
  assertEquals(state?.phase === "failed" && state.error.code, "too_long");
  assertEquals(room.outgoing, [a]);
  socket.take();
  assertEquals(room.retry(a.cid), true);
  await turn();
  assertEquals(socket.sent("publish").map(({ cid }) => cid), [a.cid]);
  ack(socket, a, 1);
  assertEquals(await a.done, { phase: "sent", seq: 1 });
  assertEquals(changes, ["a pending", "a failed", "a pending", "a sent"]);
  assertEquals(room.retry(a.cid), false);
  world.close();
});

Deno.test("discard() forgets a failed publish, not a pending one", async () => {
  const { world, room, socket } = inLobby();
  const [a, b] = await publish(room, "a", "b");
  refuse(socket, a, tooLong);
  assertEquals([room.discard(a.cid), room.discard(b.cid)], [true, false]);
  assertEquals(room.outgoing, [b]);
  world.close();
});

Deno.test("publish() to a room that is refused fails with the room's error", async () => {
  const world = new World({ random: seeded(1) });
  const room = world.client.join("lobby");
  const outgoing = room.publish("a");
  const socket = world.welcome();
  const error = { type: "error", code: "bad_room", message: "No" };
  socket.say({ ...error, id: socket.sent("join")[0]?.id, retryable: false });
  const state = await outgoing.done;
  assertEquals(state.phase === "failed" && state.error.code, "bad_room");
  world.close();
});

Deno.test("publish() after leaving fails, and so do pending messages", async () => {
  const { world, room } = inLobby();
  const [a] = await publish(room, "a");
  room.leave();
  for (const outgoing of [a, room.publish("b")]) {
    const state = await outgoing.done;
    assertEquals(state.phase === "failed" && state.error.code, "closed");
  }
  world.close();
});

/** Storage that forgets nothing. */
function memory() {
  const saved: { last: SavedOutbox | undefined } = { last: undefined };
  return {
    saved,
    load: () => structuredClone(saved.last),
    save: (outbox: SavedOutbox) => {
      saved.last = structuredClone(outbox);
    },
  };
}

Deno.test("outbox and token outlive the client and are sent by the next", async () => {
  const outbox = memory();
  const { world, room, socket } = inLobby({ outbox });
  const [a, b] = await publish(room, "a", "b");
  ack(socket, a, 1);
  await turn();
  world.close();
  const state = await b.done;
  assertEquals(state?.phase === "failed" && state.error.code, "closed");
  assertEquals(outbox.saved.last?.token, "secret");

  const next = new World({ outbox });
  assertEquals(next.client.token, "secret");
  const sameRoom = next.client.join("lobby");
  assertEquals(sameRoom.outgoing.map(({ cid }) => cid), [b.cid]);
  next.socket.open();
  const [hello] = next.socket.sent("hello");
  assertEquals(hello?.token, "secret");
  assertEquals(next.socket.sent("publish").map(({ cid }) => cid), [b.cid]);
  ack(next.socket, b, 2);
  await turn();
  assertEquals(outbox.saved.last?.entries, []);
  next.close();
});

Deno.test("outbox of a room waits until that room is joined", async () => {
  const outbox = memory();
  const at = 0;
  outbox.save({ entries: [{ cid: "c1", room: "lobby", text: "a", at }] });
  const world = new World({ outbox });
  const socket = world.welcome();
  await turn();
  assertEquals(texts(socket), []);
  world.client.join("lobby");
  assertEquals(texts(socket), ["a"]);
  world.close();
});

Deno.test("the client works when storage throws", async () => {
  const { world, room, socket } = inLobby({
    outbox: {
      load: () => undefined,
      save: () => {
        throw new Error("Full");
      },
    },
  });
  await publish(room, "a");
  assertEquals(texts(socket), ["a"]);
  world.close();
});
