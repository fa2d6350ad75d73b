/** A room and who is in it: who is told of whom, and how often. */

import { assertEquals, assertLess } from "@std/assert";
import type { PresenceEvent } from "../../../protocol/events.ts";
import { text } from "../../../protocol/text.ts";
import { MOST_LISTED } from "../../../server/rooms/presence.ts";
import { fakeSession, numbers } from "../../helpers/doubles/reader.ts";
import { RoomBench } from "../../helpers/benches/room_bench.ts";

type FakeSession = ReturnType<typeof fakeSession>;

/** What a presence event tells, without what all have. */
function change({ type: _, room: __, ...rest }: PresenceEvent) {
  return rest;
}

/** Fills a room with so many. */
function crowd(bench: RoomBench, count: number) {
  const sessions = numbers(1, count).map((n) => fakeSession(`Guest ${n}`));
  for (const session of sessions) bench.arrive(session);
  bench.tick();
  for (const { reader } of sessions) reader.frames = [];
  return sessions;
}

Deno.test("Room sends a join to the others, and the member list to the new member", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = fakeSession("Bob");
  bench.arrive(bob);
  bench.tick();
  assertEquals(ada.reader.all("presence").map(change), [
    { joined: ["Bob"], count: 2 },
  ]);
  assertEquals(bob.reader.all("presence"), []);
  const [joined] = bob.reader.all("joined");
  assertEquals([joined?.members, joined?.count], [["Ada", "Bob"], 2]);
});

Deno.test("Room sends the joins of a tick once, before its messages, and leaves after them", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = bench.enter("Bob");
  ada.reader.frames = [];
  bench.room.depart(bob);
  bench.arrive(fakeSession("Eve"));
  bench.arrive(fakeSession("Kim"));
  bench.tick(["hi"]);
  assertEquals(ada.reader.events.map(({ type }) => type), [
    "presence",
    "message",
    "presence",
  ]);
  assertEquals(ada.reader.all("presence").map(change), [
    { joined: ["Eve", "Kim"], count: 3 },
    { left: ["Bob"], count: 3 },
  ]);
  assertEquals(bob.reader.messages, [], "who left gets nothing more");
});

Deno.test("Room sends nothing for a member that leaves and rejoins within a tick", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = bench.enter("Bob");
  ada.reader.frames = [];
  bench.room.depart(bob);
  bench.arrive(bob);
  bench.tick();
  assertEquals(ada.reader.frames, []);
  assertEquals(bob.reader.all("joined").length, 1);
});

Deno.test("Room sends nothing for a member that joins and leaves within a tick", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = fakeSession("Bob");
  bench.arrive(bob);
  bench.room.depart(bob);
  bench.tick(["hi"]);
  assertEquals(ada.reader.all("presence"), []);
  assertEquals(bob.reader.frames, []);
});

Deno.test("Room is empty without members and pending joins", () => {
  const bench = new RoomBench();
  assertEquals(bench.room.empty, true);
  const ada = fakeSession("Ada");
  bench.arrive(ada);
  assertEquals(bench.room.empty, false);
  bench.tick();
  assertEquals(bench.room.empty, false);
  bench.room.depart(ada);
  assertEquals(bench.room.empty, true);
});

Deno.test("Room sends a rename as one event, also to the renamed member", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = bench.enter("Bob");
  ada.reader.frames = [];
  bench.rename([bob], "Rob");
  bench.tick();
  const told = [
    { left: ["Bob"], joined: ["Rob"], renamed: [["Bob", "Rob"]], count: 2 },
  ];
  assertEquals(ada.reader.all("presence").map(change) as unknown, told);
  assertEquals(bob.reader.all("presence").map(change) as unknown, told);
  assertEquals(bench.room.presence().members, ["Ada", "Rob"]);
});

Deno.test("Room spares a person the news of the own rename, which was answered", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada", text);
  const bob = bench.enter("Bob", text);
  ada.reader.frames = [];
  bench.rename([bob], "Rob");
  bench.tick();
  assertEquals(ada.reader.frames, ["[Server]: Bob is now Rob."]);
  assertEquals(bob.reader.frames, []);
});

Deno.test("Room sends a rename and a leave of one tick in that order", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada", text);
  const bob = bench.enter("Bob");
  ada.reader.frames = [];
  bench.rename([bob], "Rob");
  bench.room.depart(bob);
  bench.tick();
  assertEquals(ada.reader.frames, [
    "[Server]: Bob is now Rob.",
    "[Server]: Rob has left the chat.",
  ]);
});

Deno.test("Room sends typing once a tick, but not after the message", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = bench.enter("Bob");
  const eve = bench.enter("Eve", text);
  for (const { reader } of [ada, bob, eve]) reader.frames = [];
  bench.room.typing(bob);
  bench.room.typing(bob);
  bench.tick();
  assertEquals(ada.reader.events, [
    { type: "typing", room: "hall", from: "Bob" },
  ]);
  assertEquals(eve.reader.frames, []);
  bench.room.typing(bob);
  bench.tick(["done"], "Bob");
  assertEquals(ada.reader.all("typing").length, 1);
  bench.tick();
  assertEquals(ada.reader.all("typing").length, 1);
});

Deno.test("Room of more than 200 sends the number of members, not their names", () => {
  const bench = new RoomBench();
  const [first] = crowd(bench, MOST_LISTED);
  const last = fakeSession("One more");
  bench.arrive(last);
  bench.tick();
  assertEquals(first?.reader.all("presence").map(change), [{ count: 201 }]);
  const [joined] = last.reader.all("joined");
  assertEquals([joined?.members, joined?.count], [undefined, 201]);
  assertEquals(bench.room.presence().members, undefined);
});

Deno.test("Room of more than 200 sends the first count at once, and delays later ones", () => {
  const bench = new RoomBench();
  const [first] = crowd(bench, 300);
  const counts = () => first?.reader.all("presence").map(({ count }) => count);
  bench.arrive(fakeSession("Next"));
  bench.tick();
  assertEquals(counts(), [301]);
  for (const name of ["And", "so", "on"]) {
    bench.arrive(fakeSession(name));
    bench.tick();
  }
  assertEquals([counts(), bench.waits], [[301], true]);
  wait(bench, 2);
  assertEquals(counts(), [301, 304]);
  wait(bench, 20);
  assertEquals(counts(), [301, 304], "nothing new");
  assertEquals(bench.waits, false, "and it comes to rest");
  bench.room.depart(first!);
});

Deno.test("Room that was large gives everyone the list again when no more than 180 are left, then changes", () => {
  const bench = new RoomBench();
  const sessions = crowd(bench, 202);
  const first = sessions[0]!;
  const events = () => first.reader.all("presence").map(change);
  const leave = (from: number, to: number) => {
    for (const session of sessions.slice(from, to)) bench.room.depart(session);
    bench.tick();
    wait(bench, 10);
  };
  leave(181, 202);
  assertEquals(events(), [{ count: 181 }]);
  assertEquals(bench.room.presence().members, undefined, "nor when asked");
  leave(180, 181);
  const list = events().at(-1);
  assertEquals([list?.count, list?.members?.length], [180, 180]);
  leave(179, 180);
  assertEquals(events().at(-1), { left: ["Guest 180"], count: 179 });
});

/** Lets seconds pass in which nothing happens. */
function wait(bench: RoomBench, seconds: number): void {
  for (let s = 0; s < seconds; s++) {
    bench.pass(1_000);
    bench.tick();
  }
}

/** Characters that all have been sent of who is here. */
function cost(sessions: readonly FakeSession[]): number {
  return sessions.flatMap(({ reader }) => reader.frames).join("").length;
}

/** Changes at the border of what is listed, a turn each; what each costs a
 * member, in names that are told, and how many may be told in a turn. */
const BORDER: readonly (readonly [
  what: string,
  most: number,
  (bench: RoomBench, sessions: FakeSession[], turn: number) => void,
])[] = [
  ["one comes and goes at 200/201", 3, (bench, sessions, turn) => {
    const last = sessions.at(-1)!;
    if (turn % 2 === 0) bench.room.depart(last);
    else bench.arrive(last);
  }],
  ["some come and go from 180 to 201", 25, (bench, sessions, turn) => {
    for (const one of sessions.slice(179)) {
      if (turn % 2 === 0) bench.room.depart(one);
      else bench.arrive(one);
    }
  }],
  ["one changes its name", 3, (bench, sessions, turn) => {
    const [one] = sessions;
    bench.rename([one!], `Name ${turn}`);
  }],
  ["one changes its name again and again", 4, (bench, sessions, turn) => {
    const [one] = sessions;
    for (let i = 0; i < 200; i++) {
      bench.rename([one!], `Name ${turn} ${i}`);
    }
  }],
  ["all type", 21, (bench, sessions) => {
    for (const one of sessions) bench.room.typing(one);
  }],
];

for (const size of [200, 201]) {
  for (const [what, most, act] of BORDER) {
    Deno.test(`in a room of ${size} it costs little when ${what}, a hundred times within ten seconds`, () => {
      const bench = new RoomBench();
      const sessions = crowd(bench, size);
      for (let turn = 0; turn < 100; turn++) {
        act(bench, sessions, turn);
        bench.tick();
        bench.pass(100);
      }
      const watcher = sessions[1]!;
      const lists = watcher.reader.all("presence").filter(({ members }) =>
        members !== undefined
      );
      assertLess(lists.length, what.includes("again") ? 101 : 3);
      // Characters that a member gets in a turn, about.
      const perTurn = cost([watcher]) / 100;
      assertLess(perTurn, 40 * (most + 4 + (lists.length > 3 ? size : 0)));
    });
  }
}

Deno.test("Room sends a member's typing once a second, and again after its message", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = bench.enter("Bob");
  ada.reader.frames = [];
  const typed = () => ada.reader.all("typing").length;
  for (let i = 0; i < 20; i++) {
    bench.room.typing(bob);
    bench.tick();
  }
  assertEquals(typed(), 1);
  wait(bench, 1);
  bench.room.typing(bob);
  bench.tick();
  assertEquals(typed(), 2);
  bench.tick(["done"], "Bob");
  bench.room.typing(bob);
  bench.tick();
  assertEquals(typed(), 3);
});

Deno.test("Room of more than 200 sends no typing", () => {
  const bench = new RoomBench();
  const sessions = crowd(bench, 201);
  for (const session of sessions) bench.room.typing(session);
  bench.tick();
  assertEquals(sessions.flatMap(({ reader }) => reader.frames), []);
});
