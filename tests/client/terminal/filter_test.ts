import { assertEquals, assertMatch } from "@std/assert";
import { plainLine } from "../../../client/terminal/words.ts";
import {
  type FilterOptions,
  runFilter,
} from "../../../client/terminal/filter.ts";
import { CLOSE } from "../../../protocol/close_codes.ts";
import {
  type FakeSocket,
  joined,
  message,
  seeded,
  turn,
  World,
} from "../fakes.ts";

/** A filter at work: what it has said, and how it ends. */
function filter(options: Partial<FilterOptions> = {}) {
  const world = new World({ name: "Ada", random: seeded(1) });
  const out: string[] = [];
  const complaints: string[] = [];
  const code = runFilter(world.client, {
    url: "ws://hubbub.test/ws",
    room: "ci",
    history: undefined,
    input: undefined,
    output: (message) => out.push(plainLine(message)),
    complain: (words) => complaints.push(words),
    stop: new Promise(() => {}),
    ...options,
  });
  return { world, out, complaints, code };
}

function enter(world: World): FakeSocket {
  const socket = world.welcome();
  const [join] = socket.sent("join");
  socket.say(joined({ room: "ci", id: join?.id, head: 1 }));
  return socket;
}

async function* lines(...lines: string[]) {
  yield* lines;
}

/** Lets the input be read and what was read be sent. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}

/** The client says goodbye at the end; so does the server. */
async function goodbye(world: World): Promise<void> {
  await settle();
  assertEquals(world.client.state.phase, "closing");
  world.socket.lose(CLOSE.normal.code);
}

Deno.test("filter publishes lines as they are and ends with 0 when all are acked", async () => {
  const { world, complaints, code } = filter({
    input: lines("done", "", "/quit"),
    output: undefined,
  });
  await settle();
  const socket = enter(world);
  const sent = socket.sent("publish");
  assertEquals(sent.map(({ text }) => text), ["done", "/quit"]);
  assertEquals(socket.sent("join")[0]?.limit, 0);
  for (const { cid } of sent) {
    await settle();
    assertEquals(world.client.state.phase, "open");
    socket.say({ type: "ack", cid, room: "ci", seq: 1 });
  }
  await goodbye(world);
  assertEquals([await code, complaints], [0, []]);
});

Deno.test("filter reports each blank line that it does not send", async () => {
  const { world, complaints, code } = filter({
    input: lines("one", "", "  ", "two", "\t", "\u3000"),
    output: undefined,
  });
  await settle();
  const socket = enter(world);
  const sent = socket.sent("publish");
  assertEquals(sent.map(({ text }) => text), ["one", "two"]);
  for (const { cid } of sent) {
    socket.say({ type: "ack", cid, room: "ci", seq: 1 });
  }
  await goodbye(world);
  assertEquals([await code, complaints], [0, [
    "Line 3 is blank and was not sent",
    "Line 5 is blank and was not sent",
    "Line 6 is blank and was not sent",
  ]]);
});

Deno.test("filter ends with 1 when a line is refused, and sends the others", async () => {
  const { world, complaints, code } = filter({ input: lines("a", "b") });
  await settle();
  const socket = enter(world);
  const [a, b] = socket.sent("publish");
  const error = { type: "error", code: "too_long", message: "Too long" };
  socket.say({ ...error, cid: a?.cid, retryable: false });
  socket.say({ type: "ack", cid: b?.cid, room: "ci", seq: 1 });
  await goodbye(world);
  assertEquals([await code, complaints], [1, ["Not sent: Too long: a"]]);
});

Deno.test("filter prints old messages and new ones until it is stopped", async () => {
  const stop = Promise.withResolvers<number>();
  const { world, out, code } = filter({ stop: stop.promise });
  const socket = enter(world);
  socket.say(
    message(1, { room: "ci" }),
    message(2, { room: "ci", from: "Ada" }),
  );
  assertEquals(out, ["[Bob]: message 1", "[Ada]: message 2"]);
  stop.resolve(130);
  await goodbye(world);
  assertEquals(await code, 130);
});

Deno.test("filter with input prints new messages of others", async () => {
  const { world, out, code } = filter({ input: lines("a") });
  await settle();
  const socket = enter(world);
  const [{ cid } = {}] = socket.sent("publish");
  socket.say(
    message(1, { room: "ci", from: "Ada", cid: `${cid}` }),
    message(2, { room: "ci" }),
  );
  socket.say({ type: "ack", cid, room: "ci", seq: 1 });
  await goodbye(world);
  assertEquals([await code, out], [0, ["[Bob]: message 2"]]);
});

Deno.test("filter reads no more than a hundred lines ahead of the acks", async () => {
  let read = 0;
  const many = async function* () {
    for (; read < 1000; read++) yield `${read}`;
  };
  const { world, code } = filter({ input: many() });
  for (let i = 0; i < 50; i++) await settle();
  assertEquals(read, 99, "the hundredth is being waited for");
  void world.client.close();
  world.socket.lose();
  await code;
});

Deno.test("filter ends with 1 when it cannot connect", async () => {
  const { world, complaints, code } = filter();
  world.socket.lose();
  assertEquals(await code, 1);
  assertMatch(
    complaints.join(),
    /^Cannot connect to ws:\/\/hubbub.test\/ws. Check .* address is right$/,
  );
});

Deno.test("filter reconnects after a lost connection and reports it", async () => {
  const stop = Promise.withResolvers<number>();
  const { world, out, complaints, code } = filter({ stop: stop.promise });
  enter(world).say(message(1, { room: "ci" }));
  const socket = world.comeBack();
  socket.say({ type: "pong" });
  assertEquals(out.length, 1);
  world.welcome();
  assertEquals(complaints.length, 2);
  assertMatch(complaints[0] ?? "", /^Disconnected/);
  assertEquals(complaints[1], "Reconnected");
  stop.resolve(0);
  await goodbye(world);
  assertEquals(await code, 0);
});

Deno.test("filter gives up after a minute in vain when it has something to send", async () => {
  const { world, complaints, code } = filter({ input: lines("a") });
  await settle();
  enter(world);
  for (let i = 0; i < 12 && world.client.state.phase !== "closed"; i++) {
    world.socket.lose();
    await settle();
    world.client.reconnectNow();
  }
  assertEquals(await code, 1);
  assertMatch(complaints.join("\n"), /; 1 message not sent/);
});

Deno.test("filter ends with 1 when the server sends it away", async () => {
  const { world, complaints, code } = filter();
  enter(world);
  world.socket.lose(CLOSE.removed.code, CLOSE.removed.reason);
  assertEquals(await code, 1);
  assertMatch(complaints.join(), /Removed by a moderator/);
});
