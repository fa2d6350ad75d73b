/** One room's model: what is on show, what is unread, what is on its way. */

import { assert, assertEquals } from "@std/assert";
import { type Place, RoomModel } from "../../static/chat/model/room_model.ts";
import { PAGE, SHOWN } from "../../static/chat/model/history_window.ts";
import { FakeRoom, message } from "./fakes.ts";

/** A room's model on a fake room, in view unless told otherwise. */
function setup({ place }: { place?: Place } = {}) {
  const room = new FakeRoom();
  const places: Place[] = [];
  const clock = { now: 0 };
  const model = new RoomModel(room, {
    me: "Me",
    monotonic: () => clock.now,
    changed: () => {},
    later: () => {},
    arrived: () => {},
    refused: () => {},
    placeOf: () => place,
    savePlace: (_room, place) => places.push(place),
  });
  model.look({ looking: true, atBottom: true });
  return { room, model, places, clock };
}

/** The seqs on show, as `from-to`. */
function shown(model: RoomModel): string {
  const lines = model.rows().filter((row) => row.kind === "line");
  assertEquals(
    lines.map(({ seq }) => seq),
    lines.map((_, index) => (lines[0]?.seq ?? 0) + index),
  );
  return `${lines[0]?.seq}-${lines.at(-1)?.seq}`;
}

function texts(model: RoomModel): string[] {
  return model.rows().map((row) => row.kind === "line" ? row.text : row.kind);
}

Deno.test("a room shows history, then new messages", () => {
  const { room, model } = setup();
  room.join(100);
  assertEquals(shown(model), "51-100");
  room.say(message(101));
  assertEquals(shown(model), "51-101");
});

Deno.test("older() requests missing messages once", async () => {
  const { room, model } = setup();
  room.join(200);
  await Promise.all([model.window.older(), model.window.older()]);
  assertEquals(room.asked, [{ before: 151, limit: PAGE }]);
  assertEquals(shown(model), `${151 - PAGE}-200`);
});

Deno.test("older() ends at the beginning, and says so", async () => {
  const { room, model } = setup();
  room.join(70);
  await model.window.older();
  await model.window.older();
  assertEquals(room.asked.length, 1);
  assertEquals(model.rows()[0]?.kind, "start");
});

Deno.test("older() shows how many messages were dropped by retention", async () => {
  const { room, model } = setup();
  room.first = 41;
  room.join(100);
  await model.window.older();
  const [row] = model.rows();
  assertEquals(row, { kind: "gap", key: "lost", missed: 40 });
});

Deno.test("older() finds everything gone since", async () => {
  const { room, model } = setup();
  room.join(100);
  room.first = 90;
  await model.window.older();
  assertEquals(model.rows()[0]?.kind, "gap");
  await model.window.older();
  assertEquals(room.asked.length, 1);
});

Deno.test("a page of history that fails can be asked for again", async () => {
  const { room, model } = setup();
  room.join(100);
  room.broken = true;
  await model.window.older();
  assertEquals(model.window.loading, "failed");
  room.broken = false;
  await model.window.older();
  assertEquals([model.window.loading, shown(model)], [undefined, "1-100"]);
});

Deno.test("no more than so many messages are on show, however far one scrolls", async () => {
  const { room, model } = setup();
  room.join(10_000);
  model.look({ looking: true, atBottom: false });
  for (let n = 0; n < 20; n++) {
    await model.window.older();
    assert(model.rows().length <= SHOWN + 2);
  }
  assert(!model.window.follows);
  const asked = room.asked.length;
  while (!model.window.follows) await model.window.newer();
  assertEquals(room.asked.length, asked);
  assert(shown(model).endsWith("-10000"));
});

Deno.test("a flood keeps the shown part short, at its end", () => {
  const { room, model } = setup();
  room.join(0);
  for (let seq = 1; seq <= 10_000; seq++) room.say(message(seq));
  assert(model.rows().length <= SHOWN + PAGE + 2);
  assert(shown(model).endsWith("-10000"));
});

Deno.test("a flood leaves the user's position further up unchanged", () => {
  const { room, model } = setup();
  room.join(50);
  model.look({ looking: true, atBottom: false });
  for (let seq = 51; seq <= 10_000; seq++) room.say(message(seq));
  assert(shown(model).startsWith("1-"));
  assert(model.rows().length <= 2 * SHOWN + 5);
  assertEquals(model.unread, 9_950);
  model.follow();
  assert(shown(model).endsWith("-10000"));
});

Deno.test("jump() shows a message and those around it", async () => {
  const { room, model } = setup();
  room.join(1_000);
  assert(await model.window.jump(500));
  assertEquals(model.window.target, 500);
  assertEquals(model.window.follows, false);
  const [from, to] = shown(model).split("-").map(Number);
  assert(from! < 500 && to! > 500);
  assertEquals(await model.window.jump(2_000), false);
});

Deno.test("newer() fills the way back from an old message", async () => {
  const { room, model } = setup();
  room.join(400);
  await model.window.jump(100);
  while (!model.window.follows) await model.window.newer();
  assert(shown(model).endsWith("-400"));
});

Deno.test("messages are read only when visible on arrival", () => {
  const { room, model } = setup();
  room.join(10);
  assertEquals(model.unread, 0);
  room.say(message(11));
  assertEquals(model.unread, 0);
  model.look({ looking: false, atBottom: true });
  room.say(message(12));
  room.say(message(13));
  assertEquals(model.unread, 2);
  assertEquals(texts(model).slice(-3), ["new", "12", "13"]);
  model.look({ looking: true, atBottom: true });
  assertEquals(model.unread, 0);
  assertEquals(texts(model).slice(-3), ["new", "12", "13"]);
});

Deno.test("the unread line moves with own messages, and after an absence", () => {
  const { room, model } = setup();
  room.join(10);
  model.look({ looking: false, atBottom: true });
  room.say(message(11));
  model.look({ looking: true, atBottom: true });
  room.say(message(12, { mine: true }));
  assert(!texts(model).includes("new"));
  model.look({ looking: false, atBottom: true });
  room.say(message(13));
  model.look({ looking: true, atBottom: true });
  model.look({ looking: false, atBottom: true });
  assert(!texts(model).includes("new"));
});

Deno.test("a room goes on where it was read the last time", () => {
  const { room, model, places } = setup({ place: { epoch: "e", seq: 95 } });
  room.join(100);
  assertEquals(model.unread, 5);
  model.look({ looking: true, atBottom: true });
  assertEquals(places.at(-1), { epoch: "e", seq: 100 });
});

Deno.test("a place in another life of the log counts for nothing", () => {
  const { room, model } = setup({ place: { epoch: "other", seq: 95 } });
  room.join(100);
  assertEquals(model.unread, 0);
});

Deno.test("reset shows the new life of the log only", () => {
  const { room, model } = setup();
  room.join(100);
  room.emit("reset", undefined);
  room.join(3);
  assertEquals(shown(model), "1-3");
});

Deno.test("the user's own message appears at once and only once", () => {
  const { room, model } = setup();
  room.join(1);
  const sent = model.publish("Hello");
  assertEquals(texts(model).at(-1), "Hello");
  const came = message(2, { mine: true, cid: sent.cid, text: "Hello" });
  room.say(came);
  assertEquals(texts(model).filter((text) => text === "Hello").length, 1);
  room.outgoing = [];
  room.emit("outgoing", { ...sent, state: { phase: "sent", seq: 2 } });
  assertEquals(texts(model).filter((text) => text === "Hello").length, 1);
});

Deno.test("the user's own message stays visible between its ack and its arrival", () => {
  const { room, model } = setup();
  room.join(1);
  const sent = model.publish("Hello");
  room.outgoing = [];
  room.emit("outgoing", { ...sent, state: { phase: "sent", seq: 2 } });
  assertEquals(texts(model).at(-1), "Hello");
  room.say(message(2, { mine: true, cid: sent.cid, text: "Hello" }));
  assertEquals(texts(model).filter((text) => text === "Hello").length, 1);
});

Deno.test("typing ends with the message, on leaving, and by itself", () => {
  const { room, model, clock } = setup();
  room.join(1);
  for (const from of ["Ada", "Bob", "Eve", "Me"]) room.emit("typing", { from });
  assertEquals(model.typing, ["Ada", "Bob", "Eve"]);
  room.say(message(2, { from: "Ada" }));
  room.emit("presence", {
    joined: [],
    left: ["Bob"],
    renamed: [],
    snapshot: false,
    count: 1,
  });
  assertEquals(model.typing, ["Eve"]);
  clock.now = 60_000;
  assertEquals(model.typing, []);
});

Deno.test("a removed message loses its text, and its row says so once", () => {
  const { room, model } = setup();
  room.join(100);
  room.emit("removed", { seq: 99 });
  room.say(message(101, { removes: 98, text: "98 was removed" }));
  assertEquals(texts(model).slice(-3), ["", "", "100"]);
});
