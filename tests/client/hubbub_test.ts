import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ClientError,
  type Gap,
  type Presence,
  type RoomMessage,
} from "../../client/hubbub.ts";
import { HubbubError } from "../../protocol/errors.ts";
import { joined, message, messages, turn, World } from "./fakes.ts";

/** A world whose client is welcome and in the lobby. */
function inLobby(more: Parameters<typeof joined>[0] = {}) {
  const world = new World({ name: "Ada" });
  const room = world.client.join("lobby");
  const heard: RoomMessage[] = [];
  room.on("message", (message) => heard.push(message));
  const socket = world.welcome();
  socket.say(joined({ id: socket.sent("join")[0]?.id, ...more }));
  socket.take();
  return { world, room, heard, socket };
}

function seqs(messages: readonly RoomMessage[]): number[] {
  return messages.map(({ seq }) => seq);
}

Deno.test("connect() says hello and joins in one frame", () => {
  const world = new World({ name: "Ada", token: "old", auth: "who" });
  world.client.join("Lobby", { limit: 5 });
  world.socket.open();
  assertEquals(world.socket.protocols, ["hubbub.v1"]);
  assertEquals(world.socket.frames.length, 1);
  assertEquals(
    world.socket.take().map(({ id: _, ...request }) => request as object),
    [
      { type: "hello", batch: true, name: "Ada", token: "old", auth: "who" },
      { type: "join", room: "lobby", limit: 5 },
    ],
  );
  world.close();
});

Deno.test("connect() refuses a name that no server takes", () => {
  assertThrows(() => new World({ name: "Server" }), HubbubError);
});

Deno.test("client knows name, session, token and limits after the welcome", () => {
  const world = new World();
  const names: unknown[] = [];
  world.client.on("name", (change) => names.push(change));
  assertEquals(world.client.name, undefined);
  world.welcome({ name: "Calm Otter" });
  const { name, session, token, limits, state } = world.client;
  assertEquals([name, session, token], ["Calm Otter", "s1", "secret"]);
  assertEquals(limits?.text, 4096);
  assertEquals(state, { phase: "open" });
  assertEquals(names, [{ name: "Calm Otter", before: undefined }]);
  world.close();
});

Deno.test("room delivers messages in order and marks replayed ones", () => {
  const { world, heard, socket } = inLobby({ head: 2, after: 1 });
  socket.say(message(2), message(3));
  socket.say(message(3));
  assertEquals(
    heard.map(({ seq, replay }) => ({ seq, replay })),
    [{ seq: 2, replay: true }, { seq: 3, replay: false }],
  );
  world.close();
});

Deno.test("room identifies own messages by author, not by name", async () => {
  const { world, room, heard, socket } = inLobby({ head: 2 });
  socket.say({ type: "own", room: "lobby", seqs: [2] });
  socket.say(message(1, { from: "Ada" }), message(2, { from: "Before" }));
  const { cid } = room.publish("Hello");
  await turn();
  socket.say(message(3, { from: "Ada", cid }), message(4, { from: "A", cid }));
  assertEquals(
    heard.map(({ seq, mine }) => [seq, mine]),
    [[1, false], [2, true], [3, true], [4, false]],
  );
  const page = room.history();
  const past = ({ room: _, type: __, ...rest }: ReturnType<typeof message>) =>
    rest;
  socket.say({
    type: "history",
    room: "lobby",
    epoch: "e1",
    first: 1,
    head: 4,
    messages: [
      past(message(1, { from: "Ada" })),
      { ...past(message(2, { from: "Before" })), own: true },
    ],
    id: socket.sent("history").at(-1)?.id,
  });
  const { messages } = await page;
  assertEquals(messages.map(({ mine }) => mine), [false, true]);
  world.close();
});

Deno.test("room fills a hole from history before it goes on", () => {
  const { world, heard, socket } = inLobby();
  socket.say(message(1), message(4), message(5));
  const [request] = socket.sent("history");
  assertEquals([request?.after, heard.length], [1, 1]);
  socket.say({
    type: "history",
    id: request?.id,
    room: "lobby",
    epoch: "e1",
    first: 1,
    head: 5,
    messages: messages(2, 5).map(({ room: _, ...rest }) => rest),
  }, message(6));
  assertEquals(seqs(heard), [1, 2, 3, 4, 5, 6]);
  assertEquals(heard.every(({ room }) => room === "lobby"), true);
  world.close();
});

Deno.test("room connects anew when a hole cannot be filled", () => {
  const { world, socket } = inLobby();
  socket.say(message(2));
  const [request] = socket.sent("history");
  socket.say({
    type: "error",
    id: request?.id,
    code: "store_unavailable",
    message: "Later",
    retryable: true,
  });
  assertEquals(world.client.state.phase, "waiting");
  void world.client.close();
});

Deno.test("room asks for a hole again when it was too fast", () => {
  const { world, socket } = inLobby();
  socket.say(message(2));
  const [request] = socket.sent("history");
  socket.take();
  socket.say({
    type: "error",
    id: request?.id,
    code: "rate_limited",
    message: "Later",
    retryable: true,
    retryAfterMs: 700,
  });
  world.clock.advance(699);
  assertEquals(socket.sent("history").length, 0);
  world.clock.advance(1);
  assertEquals(socket.sent("history").map(({ after }) => after), [0]);
  assertEquals(world.client.state.phase, "open");
  world.close();
});

Deno.test("room resumes behind the last message after a lost connection", () => {
  const { world, room, heard, socket } = inLobby();
  socket.say(message(1), message(2));
  const socket2 = world.comeBack();
  const [hello, join] = socket2.take();
  assertEquals(hello?.type === "hello" && hello.token, "secret");
  assertEquals(join?.type === "join" && join.since, { epoch: "e1", seq: 2 });
  assertEquals(room.phase, "joining");
  const again: unknown[] = [];
  room.on("joined", (event) => again.push(event.again));
  socket2.say(joined({ id: join?.id, head: 4, after: 2 }), ...messages(3, 4));
  assertEquals([room.phase, again], ["joined", [true]]);
  assertEquals(seqs(heard), [1, 2, 3, 4]);
  world.close();
});

Deno.test("room reports a gap after a late reconnect", () => {
  const { world, room, socket } = inLobby();
  socket.say(message(1));
  const told: (string | Gap)[] = [];
  room.on("joined", () => told.push("joined"));
  room.on("reset", () => told.push("reset"));
  room.on("gap", (gap) => told.push(gap));
  const socket2 = world.comeBack();
  const [join] = socket2.sent("join");
  const late = { head: 9, after: 7, recovered: "partial", missed: 6 } as const;
  socket2.say(joined({ id: join?.id, ...late }));
  assertEquals(told, ["joined", { from: 2, to: 7, missed: 6 }]);
  world.close();
});

Deno.test("room resets when its log began anew", () => {
  const { world, room, heard, socket } = inLobby({ head: 8, after: 8 });
  socket.say(message(9));
  const told: string[] = [];
  room.on("joined", () => told.push("joined"));
  room.on("reset", () => told.push("reset"));
  const socket2 = world.comeBack();
  const [join] = socket2.sent("join");
  const anew = { epoch: "e2", head: 1, recovered: "none" } as const;
  socket2.say(joined({ id: join?.id, ...anew }), message(1));
  assertEquals(told, ["reset", "joined"]);
  assertEquals(seqs(heard), [9, 1]);
  world.close();
});

Deno.test("room says when it is live, also when there was nothing to replay", () => {
  const { world, room, socket } = inLobby();
  const told: string[] = [];
  room.on("joined", () => told.push("joined"));
  room.on("live", () => told.push("live"));
  const socket2 = world.comeBack();
  socket2.say(joined({ id: socket2.sent("join")[0]?.id }));
  assertEquals(told, ["joined", "live"]);
  const socket3 = world.comeBack();
  socket3.say(joined({ id: socket3.sent("join")[0]?.id, head: 1 }));
  assertEquals(told, ["joined", "live", "joined"]);
  socket3.say(message(1), { type: "live", room: "lobby" });
  assertEquals(told, ["joined", "live", "joined", "live"]);
  assertEquals(socket.closedWith === undefined, false);
  world.close();
});

Deno.test("room lists the current members", () => {
  const { world, room, socket } = inLobby({
    members: ["Bob", "Ada"],
    count: 2,
  });
  const changes: Presence[] = [];
  room.on("presence", (change) => changes.push(change));
  socket.say({ type: "presence", room: "lobby", joined: ["Cid"], count: 3 });
  assertEquals([room.members, room.count], [["Ada", "Bob", "Cid"], 3]);
  assertEquals(changes.map(({ joined }) => joined), [["Cid"]]);
  world.close();
});

Deno.test("room.typing() is sent at most once in two seconds", () => {
  const { world, room, socket } = inLobby();
  for (const ms of [0, 1_000, 999, 1]) {
    world.clock.advance(ms);
    room.typing();
  }
  assertEquals(socket.sent("typing").length, 2);
  const heard: string[] = [];
  room.on("typing", ({ from }) => heard.push(from));
  socket.say({ type: "typing", room: "lobby", from: "Bob" });
  assertEquals(heard, ["Bob"]);
  world.close();
});

Deno.test("room.history() gives the page and whether there is more", async () => {
  const { world, room, socket } = inLobby();
  const asked = room.history({ before: 9, limit: 2 });
  const [request] = socket.sent("history");
  assertEquals([request?.before, request?.limit], [9, 2]);
  socket.say({
    type: "history",
    id: request?.id,
    room: "lobby",
    epoch: "e1",
    first: 1,
    head: 20,
    messages: messages(7, 8).map(({ room: _, ...rest }) => rest),
  });
  const page = await asked;
  assertEquals([seqs(page.messages), page.older], [[7, 8], true]);
  assertEquals([page.first, page.head], [1, 20]);
  world.close();
});

Deno.test("room.history() rejects when the connection goes, or is not there", async () => {
  const { world, room } = inLobby();
  const asked = room.history();
  world.socket.lose();
  for (const promise of [asked, room.history()]) {
    const error = await assertRejects(() => promise, ClientError);
    assertEquals((error as ClientError).code, "disconnected");
  }
  void world.client.close();
});

Deno.test("room.leave() leaves the room and stops all its events", () => {
  const { world, room, heard, socket } = inLobby();
  room.leave();
  assertEquals(socket.sent("leave").map(({ room }) => room), ["lobby"]);
  socket.say(message(1));
  assertEquals([heard.length, room.phase, world.client.rooms.length], [
    0,
    "left",
    0,
  ]);
  world.close();
});

Deno.test("room left while offline is left when the session resumes, once", () => {
  const { world, room, socket } = inLobby();
  socket.lose();
  room.leave();
  world.clock.advance(20_000);
  const socket2 = world.welcome({ resumed: true });
  assertEquals(socket2.sent("leave").map(({ room }) => room), ["lobby"]);
  assertEquals(socket2.sent("join"), []);
  const socket3 = world.comeBack();
  assertEquals(socket3.sent("leave"), []);
  world.close();
});

Deno.test("room joined anew does not take the answer to the first join for its own", () => {
  const world = new World();
  const socket = world.welcome();
  const first = world.client.join("lobby");
  first.leave();
  const second = world.client.join("lobby");
  const heard: number[] = [];
  second.on("message", ({ seq }) => heard.push(seq));
  const [join1, join2] = socket.sent("join");
  socket.say(joined({ id: join1?.id, head: 3, after: 3 }), message(4));
  assertEquals([first.phase, second.phase], ["left", "joining"]);
  socket.say(joined({ id: join2?.id, head: 4, after: 3 }), message(4));
  assertEquals([second.phase, heard], ["joined", [4]]);
  world.close();
});

Deno.test("client.join() gives the same room for every spelling", () => {
  const { world, room } = inLobby();
  assertEquals(world.client.join(" LOBBY ") === room, true);
  assertEquals(world.client.room("Lobby") === room, true);
  assertThrows(() => world.client.join("no room"), HubbubError);
  world.close();
});

Deno.test("room that is refused says why; joining again tries again", () => {
  const world = new World();
  const socket = world.welcome();
  const room = world.client.join("lobby");
  const told: string[] = [];
  room.on("refused", ({ code }) => told.push(code));
  const [join] = socket.sent("join");
  const error = { type: "error", code: "bad_room", message: "No" };
  socket.say({ ...error, id: join?.id, retryable: false });
  assertEquals([room.phase, told], ["refused", ["bad_room"]]);
  socket.take();
  world.client.join("lobby");
  assertEquals(socket.sent("join").length, 1);
  world.close();
});

Deno.test("room that cannot be joined now is joined later", () => {
  const world = new World();
  const socket = world.welcome();
  const room = world.client.join("lobby");
  const [join] = socket.take().filter(({ type }) => type === "join");
  const error = { type: "error", code: "store_unavailable", message: "Later" };
  socket.say({ ...error, id: join?.id, retryable: true, retryAfterMs: 300 });
  assertEquals(room.phase, "joining");
  world.clock.advance(299);
  assertEquals(socket.sent("join").length, 0);
  world.clock.advance(1);
  const [again] = socket.sent("join");
  socket.say(joined({ id: again?.id }));
  assertEquals(room.phase, "joined");
  world.close();
});

Deno.test("room in the address is joined without having asked", () => {
  const world = new World();
  const socket = world.welcome();
  const room = world.client.join("lobby");
  socket.say(joined());
  assertEquals(room.phase, "joined");
  world.close();
});

Deno.test("client falls back to the suggested name and says everything again", async () => {
  const world = new World({ name: "Ada" });
  const told: unknown[] = [];
  world.client.on("nametaken", (event) => told.push(event));
  const room = world.client.join("lobby");
  const outgoing = room.publish("hi");
  world.socket.open();
  await turn();
  const [hello, join, publish] = world.socket.take();
  const error = { type: "error", message: "", retryable: false };
  world.socket.say(
    { ...error, id: hello?.id, code: "name_taken", suggestion: "Ada 2" },
    { ...error, id: join?.id, code: "hello_first" },
    { ...error, id: publish?.id, cid: outgoing.cid, code: "hello_first" },
  );
  const [hello2, join2, publish2] = world.socket.take();
  assertEquals(hello2?.type === "hello" && hello2.name, "Ada 2");
  assertEquals(join2?.type, "join");
  assertEquals(publish2?.type === "publish" && publish2.cid, outgoing.cid);
  assertEquals(outgoing.state.phase, "pending");
  world.socket.say({ ...welcomeAs("Ada 2"), id: hello2?.id });
  assertEquals(told, [{ wanted: "Ada", instead: "Ada 2" }]);
  assertEquals(world.client.name, "Ada 2");
  world.close();
});

Deno.test("client asks onNameTaken, and the server when that knows no name", () => {
  const asked: unknown[] = [];
  const world = new World({
    name: "Ada",
    onNameTaken: (...args) => {
      asked.push(args);
      return undefined;
    },
  });
  world.socket.open();
  const [hello] = world.socket.take();
  const taken = { type: "error", code: "name_taken", message: "" };
  world.socket.say({ ...taken, id: hello?.id, suggestion: "Ada 2" });
  assertEquals(asked, [["Ada", "Ada 2"]]);
  assertEquals("name" in (world.socket.take()[0] ?? {}), false);
  world.close();
});

Deno.test("client does not ask for taken names for ever", () => {
  const world = new World({ name: "Ada", onNameTaken: (name) => name });
  world.socket.open();
  let asked = 0;
  for (; asked < 100; asked++) {
    const [hello] = world.socket.take();
    if (hello?.type !== "hello" || hello.name === undefined) break;
    const taken = { type: "error", code: "name_taken", message: "" };
    world.socket.say({ ...taken, id: hello.id });
  }
  assertEquals(asked, 5);
  world.close();
});

Deno.test("client backs off when its hello is refused again and again", () => {
  // A name by a token cannot be another one, whatever is asked for.
  const world = new World({ name: "Ada", auth: "signed" });
  let hellos = 0;
  world.socket.open();
  for (let round = 0; round < 10; round++) {
    const before = hellos;
    for (let i = 0; i < 100 && world.client.state.phase === "connecting"; i++) {
      const [hello] = world.socket.take();
      if (hello?.type !== "hello") break;
      hellos++;
      const taken = { type: "error", code: "name_taken", message: "Taken" };
      world.socket.say({ ...taken, id: hello.id, suggestion: "Ada 2" });
    }
    assertEquals(world.client.state.phase, "waiting");
    while (world.client.state.phase === "waiting") world.clock.advance(100);
    world.socket.open();
    if (round > 0) assertEquals(hellos - before, 1, "one for each connection");
  }
  assertEquals(hellos < 20, true);
  world.close();
});

Deno.test("client waits as long as a refused hello says", () => {
  const world = new World({ name: "Ada" });
  world.socket.open();
  const [hello] = world.socket.take();
  world.socket.say({
    type: "error",
    id: hello?.id,
    code: "rate_limited",
    message: "Too fast",
    retryable: true,
    retryAfterMs: 60_000,
  });
  const { state } = world.client;
  assertEquals(state.phase, "waiting");
  const until = state.phase === "waiting" ? state.until : 0;
  assertEquals(until >= world.clock.now() + 60_000, true);
  const code = state.phase === "waiting" ? state.errorCode : undefined;
  assertEquals(code, "rate_limited");
  world.close();
});

Deno.test("a client stays the same guest after a reconnect, and exposes the guest secret", () => {
  const world = new World({ name: "Ada", guest: "g1.secret" });
  world.socket.open();
  const [hello] = world.socket.take();
  assertEquals(hello?.type === "hello" && hello.guest, "g1.secret");
  world.socket.say({ ...welcomeAs("Ada"), id: hello?.id, guest: "g2.secret" });
  assertEquals(world.client.guest, "g2.secret");
  const [again] = world.comeBack().take();
  assertEquals(again?.type === "hello" && again.guest, "g2.secret");
  world.close();
});

Deno.test("client.rename() gives the server's spelling, or its refusal", async () => {
  const { world, socket } = inLobby();
  const renamed = world.client.rename(" Eve ");
  socket.say({ type: "renamed", id: socket.take()[0]?.id, name: "Eve" });
  assertEquals([await renamed, world.client.name], ["Eve", "Eve"]);
  const refused = world.client.rename("Bob");
  const taken = { type: "error", code: "name_taken", message: "Taken" };
  socket.say({ ...taken, id: socket.take()[0]?.id, suggestion: "Bob 2" });
  const error = await assertRejects(() => refused, ClientError, "Taken");
  assertEquals((error as ClientError).suggestion, "Bob 2");
  const [hello] = world.comeBack().take();
  assertEquals(hello?.type === "hello" && hello.name, "Eve");
  world.close();
});

Deno.test("client emits errors that answer no request", () => {
  const world = new World();
  const told: string[] = [];
  world.client.on("error", ({ code }) => told.push(code));
  const socket = world.welcome();
  const error = { type: "error", message: "", retryable: false };
  socket.say({ ...error, code: "bad_json" }, { type: "from the future" });
  assertEquals(told, ["bad_json"]);
  world.close();
});

function welcomeAs(name: string) {
  return {
    type: "welcome",
    session: "s1",
    name,
    token: "secret",
    resumed: false,
    limits: { text: 4096, rate: 10, history: 1000, idleSeconds: 30 },
  };
}
