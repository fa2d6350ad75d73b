/** Messages of lessons to many: how much of a turn they take, and who may come. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { TurnShare } from "../../server/runtime/turn_share.ts";
import { Lessons, MOST_MEMBERS } from "../../server/lessons/classroom.ts";
import { LESSONS } from "../../server/lessons/table.ts";
import type { SocketHandler } from "../../server/transport/socket.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";
import { FakeSocket } from "./helpers.ts";

/** Milliseconds that a send takes here. */
const SEND_MS = 0.25;
/** Sends that fit in a turn's 8 ms, and the one that passes it. */
const MOST_A_TURN = 8 / SEND_MS + 1;

/** Lessons whose turns of the event loop end when a test says so. */
function bench() {
  const clock = new FakeClock();
  let soon: (() => void)[] = [];
  clock.soon = (act) => void soon.push(act);
  const turns = new TurnShare(clock);
  const lessons = new Lessons({ clock, turns });
  let sends = 0;
  class SlowSocket extends FakeSocket {
    override send(frame: string): void {
      clock.pass(SEND_MS);
      sends++;
      super.send(frame);
    }
  }
  const enter = (
    name: string,
    address: string,
  ): { socket: FakeSocket; handler: SocketHandler } => {
    const accept = lessons.accept(name, address);
    assert(accept !== undefined);
    const socket = new SlowSocket();
    return { socket, handler: accept(socket) };
  };
  /** Ends the turn; gives the sends since the one before. */
  const endTurn = () => {
    const before = sends;
    const acts = soon;
    soon = [];
    for (const act of acts) act();
    return sends - before;
  };
  /** Ends turns until nothing happens any more; gives the sends of each. */
  const settle = () => {
    const turns = [];
    while (soon.length > 0) turns.push(endTurn());
    return turns;
  };
  return { enter, settle, turns, sends: () => sends };
}

for (const { name, to, remembers, welcome } of LESSONS) {
  if (to !== "everyone" && !remembers) continue;

  Deno.test(`promise 9: sends of ${name} take a bounded part of each turn, and keep one order`, () => {
    const { enter, settle, sends } = bench();
    const people = Array.from(
      { length: 60 },
      (_, i) => enter(name, `192.0.2.${i % 4}`),
    );
    settle();
    for (let i = 0; i < 100; i++) people[i % 60]?.handler.message(`m${i}`);
    const late = Array.from({ length: 30 }, () => enter(name, "192.0.2.9"));
    people[0]?.handler.message("last");
    const first = sends();
    const each = settle();
    assertLess(Math.max(...each), MOST_A_TURN + 1, String(each));
    const isNews = (frame: unknown) => frame !== welcome;
    const heard = people.map(({ socket }) => socket.sent.filter(isNews));
    assertEquals(people.flatMap(({ socket }) => socket.closes), []);
    const lateHeard = late.map(({ socket }) => socket.sent.filter(isNews));
    if (to === "everyone") {
      assertEquals(heard[0]?.length, 101);
      for (const frames of heard) assertEquals(frames, heard[0]);
      const after = remembers ? heard[0] : heard[0]?.slice(-1);
      for (const frames of lateHeard) assertEquals(frames, after);
    } else {
      for (const frames of lateHeard) assertEquals(frames.length, 100);
    }
    assert(sends() > first);
  });
}

Deno.test("promise 9: fan-out in lessons shares turns with requests", () => {
  const { enter, settle, turns } = bench();
  for (let i = 0; i < 80; i++) enter("says", "192.0.2.1");
  const ada = enter("says", "192.0.2.2");
  for (let i = 0; i < 50; i++) ada.handler.message("Hello");
  let isServed = false;
  turns.later(() => isServed = true, { group: "192.0.2.1", member: "1" });
  const { length } = settle();
  assert(isServed);
  assert(length > 50, String(length));
});

Deno.test("promise 5: messages that wait in lessons are bounded, and each address has its share", () => {
  const { enter, settle } = bench();
  const members = Array.from({ length: 90 }, () => enter("says", "192.0.2.1"));
  const ada = enter("says", "192.0.2.2");
  settle();
  for (let i = 0; i < 1_000; i++) {
    members[i % 90]?.handler.message("Hello");
  }
  const closes = members.flatMap(({ socket }) => socket.closes);
  assert(closes.length > 0 && closes.every((code) => code === 4003));
  ada.handler.message("Hello from Ada");
  settle();
  assertEquals(ada.socket.closes, []);
  assertEquals(ada.socket.sent.at(-1), "User says: Hello from Ada");
  assertLess(ada.socket.sent.length, 210);
});

for (const { name, to } of LESSONS) {
  const { total, perAddress } = MOST_MEMBERS;
  const isLimited = to === "everyone";
  Deno.test(`promise 5: ${name} has ${isLimited ? "" : "no "}places for members and addresses`, () => {
    const { enter } = bench();
    const codes = (address: string, count: number) =>
      Array.from({ length: count }, () => enter(name, address))
        .flatMap(({ socket }) => socket.closes);
    const refused = (count: number) => Array(isLimited ? count : 0).fill(1013);
    assertEquals(codes("192.0.2.1", perAddress - 1), []);
    const last = enter(name, "192.0.2.1");
    assertEquals(codes("192.0.2.1", 3), refused(3));
    last.handler.close(1000);
    last.handler.close(1000);
    assertEquals(codes("192.0.2.1", 2), refused(1));
    assertEquals(codes("192.0.2.2", total - perAddress), []);
    assertEquals(codes("192.0.2.3", 2), refused(2));
  });
}

Deno.test("promise 5: the rate-limit cost of a message grows with its number of recipients", () => {
  const counted: number[] = [];
  const lessons = new Lessons({
    clock: new FakeClock(),
    rates: () => ({
      frame: (bytes) => (counted.push(bytes), 0),
      request() {},
      flooding: false,
      end() {},
    }),
  });
  for (const { name, to } of LESSONS) {
    const accept = lessons.accept(name, "");
    assert(accept !== undefined);
    const [first] = Array.from({ length: 10 }, () => accept(new FakeSocket()));
    first?.message("Hello");
    assertEquals(counted.pop(), to === "everyone" ? 5 + 9 * 64 : 5, name);
  }
});
