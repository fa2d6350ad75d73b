/** Moderation, seen from a client. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ClientError,
  connect,
  type Room,
  type RoomEvents,
  type Rules,
} from "../../client/hubbub.ts";
import { CLOSE } from "../../protocol/close_codes.ts";
import { SECRET, signed } from "../helpers/tokens.ts";
import { joined, message, turn, World } from "./fakes.ts";
import { RealServer } from "./server.ts";

function inLobby(more: Parameters<typeof joined>[0] = {}) {
  const world = new World({ name: "Ada" });
  const room = world.client.join("lobby");
  const told: Rules[] = [];
  room.on("rules", (rules) => told.push(rules));
  const socket = world.welcome();
  socket.say(joined({ id: socket.sent("join")[0]?.id, ...more }));
  socket.take();
  return { world, room, told, socket };
}

Deno.test("room knows its permissions and rules", () => {
  const { world, room, told, socket } = inLobby({
    slowMs: 5_000,
    waitMs: 1_200,
  });
  const rights = ["read", "write"] as const;
  assertEquals(room.rules, {
    rights,
    locked: false,
    slowMs: 5_000,
    waitMs: 1_200,
  });
  const rules = { type: "rules", room: "lobby" } as const;
  socket.say({ ...rules, locked: true, slowMs: 0 });
  assertEquals(room.rules, { rights, locked: true, slowMs: 0 });
  socket.say({ ...rules, locked: true, slowMs: 0, rights: ["read"] });
  assertEquals(room.rules?.rights, ["read"]);
  assertEquals(told.length, 3);
  world.close();
});

Deno.test("room.typing() says nothing where one may not write", () => {
  const { world, room, socket } = inLobby({ rights: ["read"] });
  const rules = { type: "rules", room: "lobby", slowMs: 0 } as const;
  const typed = () => {
    world.clock.advance(10_000);
    room.typing();
    return socket.take().some(({ type }) => type === "typing");
  };
  assertEquals(typed(), false);
  socket.say({ ...rules, locked: false, rights: ["read", "write"] });
  assertEquals(typed(), true);
  socket.say({ ...rules, locked: true });
  assertEquals(typed(), false);
  const rights = ["read", "write", "moderate"] as const;
  socket.say({ ...rules, locked: true, rights });
  assertEquals(typed(), true);
  world.close();
});

Deno.test("room emits the removal before the message that announces it", () => {
  const { world, room, socket } = inLobby();
  const heard: unknown[] = [];
  room.on("removed", ({ seq }) => heard.push(seq));
  room.on("message", ({ seq, removes }) => heard.push([seq, removes]));
  socket.say(message(1), message(2, { removes: 1 }));
  assertEquals(heard, [[1, undefined], 1, [2, 1]]);
  world.close();
});

Deno.test("room that one has to leave is refused, with why, and takes nothing more", async () => {
  const { world, room, socket } = inLobby();
  const refused: ClientError[] = [];
  room.on("refused", (error) => refused.push(error));
  const waiting = room.publish("waiting");
  await turn();
  socket.say({
    type: "left",
    room: "lobby",
    code: "banned",
    message: "Mod has kicked you",
    retryAfterMs: 60_000,
  });
  assertEquals(room.phase, "refused");
  assertEquals(refused.map(({ code, retryAfterMs }) => [code, retryAfterMs]), [
    ["banned", 60_000],
  ]);
  for (const { done } of [waiting, room.publish("more")]) {
    const state = await done;
    assert(state.phase === "failed");
    assertEquals(state.error.code, "banned");
  }
  assert(world.client.join("lobby") !== room, "it can be tried again");
  world.close();
});

Deno.test("moderate() asks about this room, or all, and gives the server's words", async () => {
  const { world, room, socket } = inLobby();
  const kick = room.moderate({ type: "kick", name: "Eve" });
  const [first] = socket.sent("kick");
  assertEquals([first?.room, first?.name], ["lobby", "Eve"]);
  socket.say({ type: "done", message: "So be it", id: first?.id });
  assertEquals(await kick, "So be it");
  const announce = room.moderate({ type: "announce", room: "*", text: "Hi" });
  const [second] = socket.sent("announce");
  assertEquals(second?.room, "*");
  socket.say({
    type: "error",
    code: "forbidden",
    message: "No",
    retryable: false,
    id: second?.id,
  });
  await assertRejects(() => announce, ClientError, "No");
  world.close();
});

Deno.test("a message that slow mode refuses fails, and holds up no other room", async () => {
  const { world, room, socket } = inLobby();
  const outgoing = room.publish("too soon");
  await turn();
  socket.say({
    type: "error",
    code: "slow_mode",
    message: "Wait",
    retryable: true,
    retryAfterMs: 9_000,
    cid: outgoing.cid,
  });
  const state = await outgoing.done;
  assert(state.phase === "failed" && state.error.retryAfterMs === 9_000);
  room.publish("elsewhere or later");
  await turn();
  assertEquals(socket.sent("publish").at(-1)?.text, "elsewhere or later");
  world.close();
});

/** The next event. */
function next<E extends keyof RoomEvents>(
  room: Room,
  event: E,
): Promise<RoomEvents[E]> {
  return new Promise((resolve) => {
    const stop = room.on(event, (value) => {
      stop();
      resolve(value);
    });
  });
}

Deno.test("a teacher keeps order with a token, among guests", async () => {
  await using server = await RealServer.start({
    secret: SECRET,
    guests: "write",
  });
  const auth = await signed({
    name: "Teacher",
    rights: ["read", "write", "moderate"],
  });
  const teacher = connect(server.url, { auth });
  const eve = connect(server.url, { name: "Eve" });
  const [ours, hers] = [teacher.join("class"), eve.join("class")];
  await Promise.all([next(ours, "live"), next(hers, "live")]);
  assertEquals(ours.rules?.rights, ["read", "write", "moderate"]);
  assertEquals(hers.rules?.rights, ["read", "write"]);
  await assertRejects(() => hers.moderate({ type: "lock", locked: true }));

  const said = await hers.publish("rude").done;
  assert(said.phase === "sent");
  const removed = next(hers, "removed");
  await ours.moderate({ type: "remove", seq: said.seq });
  assertEquals(await removed, { seq: said.seq });
  const { messages } = await hers.history();
  assertEquals(messages.map(({ text, removed }) => [text, removed]), [
    ["", true],
    ["A message was removed by a moderator", undefined],
  ]);

  const locked = next(hers, "rules");
  await ours.moderate({ type: "lock", locked: true });
  assertEquals((await locked).locked, true);
  const failed = await hers.publish("but").done;
  assert(failed.phase === "failed" && failed.error.code === "locked");

  assertEquals(
    await ours.moderate({ type: "ban", room: "*", name: "Eve", forMs: 60_000 }),
    "Eve is banned from this server for 1 minute",
  );
  const closed = await eve.closed;
  assertEquals([closed.code, closed.why], [CLOSE.banned.code, "refused"]);
  const again = connect(server.url, { name: "Eve" });
  const refused = await again.closed;
  assertEquals(refused.why, "refused");
  assert(refused.reason.startsWith("You are banned from this server"));
  // For how long is told both times, for a page that waits.
  for (const { retryAfterMs = 0 } of [closed, refused]) {
    assert(retryAfterMs > 0 && retryAfterMs <= 60_000, `${retryAfterMs}`);
  }
  await teacher.close();
});
