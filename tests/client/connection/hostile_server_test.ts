/**
 * Property: whatever a server says, the client library does not throw, and what
 * the terminal prints of it has no control characters.
 */

import { assert, assertEquals } from "@std/assert";
import { fromFrame } from "../../../client/connection/frames.ts";
import type { Room } from "../../../client/hubbub.ts";
import {
  forTerminal,
  jsonLine,
  membersLine,
  messageLine,
  note,
  plainLine,
  presenceLines,
  stateNote,
  styleFor,
  tokenNote,
  wordsOf,
} from "../../../client/terminal/words.ts";
import { joined, message, seeded, turn, welcome, World } from "../fakes.ts";

const EVIL = "\x1b[2J\x1b]0;owned\x07\r\n[Server]: x\x9b31m\u202E\u2028";
/** Raw JSON, also what has no value of its own. */
const JUNK = [
  ...["5", "-1", "0.5", "1e999", "-1e999", "9007199254740993", "true", "null"],
  ...["[]", "{}", "[5]", "[[]]", '[["a",5]]', '{"length":3}', '"x"', '""'],
  ...['{"__proto__":5}', JSON.stringify(EVIL), JSON.stringify([EVIL])],
  ...[`[[${JSON.stringify(EVIL)},${JSON.stringify(EVIL)}]]`],
];
const ROUNDS = 4_000;

/** One of each kind. */
const EVENTS: readonly object[] = [
  welcome(),
  {
    type: "welcome",
    name: EVIL,
    session: EVIL,
    token: "t",
    resumed: false,
    limits: {},
  },
  joined(),
  joined({ head: 9, after: 3, recovered: "partial", missed: 2 }),
  joined({ members: [EVIL, "Bob"], slowMs: 1e12, waitMs: 1e13, locked: true }),
  message(1),
  message(2, { from: EVIL, text: EVIL, announcement: true }),
  message(3, { from: EVIL, text: EVIL, removes: 1 }),
  {
    type: "messages",
    room: "lobby",
    first: 4,
    at: 5,
    items: [[EVIL, "b", "c"]],
  },
  { type: "own", room: "lobby", seqs: [1, 2] },
  { type: "ack", room: "lobby", seq: 3, cid: "c1", id: 2 },
  {
    type: "history",
    room: "lobby",
    epoch: "e1",
    first: 1,
    head: 9,
    messages: [message(1)],
    id: 3,
  },
  {
    type: "presence",
    room: "lobby",
    joined: [EVIL],
    left: ["x"],
    renamed: [["x", EVIL]],
    count: 2,
  },
  { type: "presence", room: "lobby", members: [EVIL], count: 2 },
  { type: "typing", room: "lobby", from: EVIL },
  { type: "rules", room: "lobby", locked: true, slowMs: 5, rights: ["read"] },
  { type: "renamed", name: EVIL, id: 4 },
  { type: "gap", room: "lobby", from: 1, to: 7 },
  { type: "error", code: "banned", message: EVIL, retryable: false, id: 2 },
  {
    type: "error",
    code: EVIL,
    message: EVIL,
    retryable: true,
    retryAfterMs: 1e14,
  },
  {
    type: "left",
    room: "lobby",
    code: "banned",
    message: EVIL,
    retryAfterMs: 5,
  },
  { type: "reconnect", afterMs: 1e12 },
  { type: "done", message: EVIL, id: 5 },
  { type: "live", room: "lobby" },
  { type: "authorized", until: 5, id: 6 },
  { type: "pong" },
  { type: "toString" },
  { type: "__proto__" },
];

/** One of a list. */
function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}

/** An event with something wrong in it, at any depth, as JSON. */
function spoilt(random: () => number): string {
  const event = pick(EVENTS, random);
  const places: string[] = [];
  const text = JSON.stringify(event, function (key, value) {
    if (key === "type" && random() < 0.95) return value;
    if (key !== "" && random() < 0.2) {
      places.push(pick(JUNK, random));
      return `\u0001${places.length - 1}\u0001`;
    }
    return value;
  });
  return text.replace(
    /"\\u0001(\d+)\\u0001"/g,
    (_, place) => places[place] ?? "0",
  );
}

/** What a terminal may be sent: lines, and our own styles. */
function assertPrintable(lines: readonly unknown[]): void {
  for (const line of lines) {
    assertEquals(typeof line, "string");
    const printed = forTerminal(String(line));
    // deno-lint-ignore no-control-regex -- controls are what it is about
    const rest = printed.replace(/\x1b\[(1|2|22)m/g, "");
    assert(
      // deno-lint-ignore no-control-regex -- controls are what it is about
      !/[\x00-\x08\x0B-\x1F\x7F-\x9F\u2028\u2029\u202A-\u202E]/.test(rest),
      JSON.stringify(printed),
    );
    // A line that a server made up begins none.
    assert(!/\n(?! {4})/.test(rest), JSON.stringify(printed));
  }
}

/** Prints all that happens, as the terminal does. */
function listen(world: World, room: Room, print: (...lines: string[]) => void) {
  const style = styleFor(true);
  const { client } = world;
  client.on("state", (state) => {
    const words = stateNote(state, world.clock.now());
    if (words !== undefined) print(note(words));
    if (state.phase === "unauthorized") print(note(tokenNote(state)));
  });
  client.on("nametaken", ({ instead }) => print(note(instead)));
  client.on("error", ({ message }) => print(note(message)));
  room.on("joined", () => print(...membersLine(room.name, room)));
  room.on("message", (message) => {
    print(messageLine(message, style, { numbered: true }), plainLine(message));
    print(jsonLine(message));
    JSON.parse(jsonLine(message));
  });
  room.on("presence", (presence) => print(...presenceLines("lobby", presence)));
  room.on(
    "rules",
    ({ locked, slowMs }) =>
      print(...wordsOf({ type: "rules", room: "lobby", locked, slowMs })),
  );
  room.on("gap", ({ missed }) => print(note(`${missed} are missing`)));
  room.on("refused", ({ message }) => print(note(message)));
  room.on("typing", ({ from }) => print(note(from)));
}

Deno.test("promise 5: malformed server messages neither crash the client nor reach the terminal", async () => {
  const random = seeded(7);
  let printed = 0;
  for (let round = 0; round < ROUNDS / 20; round++) {
    const world = new World({ name: "Ada" });
    const lines: string[] = [];
    const room = world.client.join("lobby");
    listen(world, room, (...more) => lines.push(...more));
    world.welcome();
    if (random() < 0.8) world.socket.say({ ...joined(), id: 2 });
    const answers = [
      room.history(),
      world.client.rename("Bob"),
      room.moderate({ type: "lock", locked: true }),
      world.client.authorize("token"),
    ];
    for (const answer of answers) {
      answer.then(() => {}, (error) => lines.push(note(error.message)));
    }
    room.publish("hello");
    for (let i = 0; i < 20; i++) {
      world.socket.sayRaw(spoilt(random));
      await turn();
      if (random() < 0.1) world.clock.advance(500);
    }
    world.close();
    await turn();
    assertPrintable(lines);
    printed += lines.length;
  }
  assert(printed > ROUNDS / 4, "much is printed");
});

Deno.test("fromFrame() skips events with invalid fields", () => {
  for (
    const wrong of [
      joined({ members: 5 as unknown as string[] }),
      message(1, { from: { name: "Ada" } as unknown as string }),
      message(1, { at: 9e15 }),
      message(-1),
      { ...message(1), text: null },
      { type: "messages", room: "lobby", first: 1, at: 5, items: [["Ada"]] },
      { type: "error", code: "banned", message: 5, retryable: false },
      { type: "presence", room: "lobby", count: 1, renamed: ["Ada"] },
      { ...welcome(), limits: undefined },
      { ...joined(), id: {} },
      { type: "hasOwnProperty" },
    ]
  ) assertEquals(fromFrame(JSON.stringify(wrong)), []);
  assertEquals(fromFrame(JSON.stringify(joined())).length, 1);
});
