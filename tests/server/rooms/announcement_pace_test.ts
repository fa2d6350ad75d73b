/** How many announcements a room sends, whatever its members do, and that each
 * list is right in the end. Frames are counted; time passes by hand. */

import { assert, assertEquals } from "@std/assert";
import type { Dialect } from "../../../protocol/dialect.ts";
import { simple } from "../../../protocol/simple.ts";
import { text } from "../../../protocol/text.ts";
import { v1 } from "../../../protocol/v1.ts";
import { AnnouncementPace } from "../../../server/rooms/announcement_pace.ts";
import { monotonicAt } from "../../../server/runtime/clock.ts";
import {
  FakeReader,
  fakeSession,
  numbers,
} from "../../helpers/doubles/reader.ts";
import { RoomBench } from "../../helpers/benches/room_bench.ts";

type FakeSession = ReturnType<typeof fakeSession>;

function assertAtMost(count: number, most: number): void {
  assert(count <= most, `${count} instead of ${most}`);
}

/** A person with sessions in a room. */
function comes(
  bench: RoomBench,
  name: string,
  { sessions = 1, dialect = v1 }: { sessions?: number; dialect?: Dialect } = {},
): FakeSession[] {
  const all = numbers(1, sessions).map(() =>
    fakeSession(name, new FakeReader(dialect))
  );
  for (const session of all) bench.arrive(session);
  return all;
}

/** The list that a client builds from what it gets. */
function listOf({ reader }: FakeSession): string[] | undefined {
  let names: Set<string> | undefined;
  for (const event of reader.events) {
    if (event.type === "joined" || event.type === "presence") {
      const { members } = event;
      if (members !== undefined) names = new Set(members);
    }
    if (event.type !== "presence") continue;
    for (const name of event.left ?? []) names?.delete(name);
    for (const name of event.joined ?? []) names?.add(name);
  }
  return names && [...names].sort();
}

/** The names that are here. */
function here(bench: RoomBench): string[] {
  return [...bench.room.presence().members ?? []].sort();
}

/** Lets the room announce all that waits. */
function rest(bench: RoomBench): void {
  bench.tick();
  for (let i = 0; bench.waits; i++) {
    assert(i < 100, "the room never comes to rest");
    bench.pass(1_000);
  }
}

Deno.test("AnnouncementPace sends a bounded number of frames a second, and waits five seconds at most", () => {
  const pace = new AnnouncementPace();
  let sent = 0;
  for (let ms = 0; ms < 60_000; ms += 5) {
    const now = monotonicAt(ms);
    if (pace.waitMs(now) > 0) continue;
    pace.sent(195, now);
    sent += 195;
  }
  assertAtMost(sent, 60 * 200 + 400 + 195);
  assert(sent > 60 * 200);
  const later = monotonicAt(120_000);
  assertEquals([pace.most(40, later), pace.most(1_000, later)], [10, 1]);
  pace.sent(1_000_000, later);
  assertEquals([pace.waitMs(later), pace.most(40, later)], [5_001, 0]);
});

/** What members may do again and again, 50 times a second. */
const CHANGES: Readonly<
  Record<string, (bench: RoomBench, people: FakeSession[][], n: number) => void>
> = {
  "many change their names": (bench, people, n) => {
    bench.rename(people[n % people.length]!, `Name ${n}`);
  },
  "one changes names": (bench, people, n) => {
    bench.rename(people[0]!, `Name ${n}`);
  },
  "two exchange names": (bench, [first, second], n) => {
    const names = [first![0]!.name, second![0]!.name] as const;
    bench.rename(first!, `Name ${n}`);
    bench.rename(second!, names[0]);
    bench.rename(first!, names[1]);
  },
  "one comes and goes": (bench, people, n) => {
    if (n % 2 === 0) comes(bench, `Guest ${n}`);
    else {
      const last = [...bench.room.sessions].at(-1)!;
      if (people.every(([one]) => one !== last)) bench.room.depart(last);
    }
  },
  "all type": (bench, people) => {
    for (const [one] of people) bench.room.typing(one!);
  },
};

const CROWDS = [
  ["195 persons", 195, 1, v1],
  ["195 persons of dialect simple", 195, 1, simple],
  ["195 persons of dialect text", 195, 1, text],
  ["a person with 300 sessions and two others", 3, 300, v1],
] as const;

for (const [who, count, sessions, dialect] of CROWDS) {
  for (const [what, change] of Object.entries(CHANGES)) {
    Deno.test(`promise 4: a room with ${who} sends few frames a second while ${what}`, () => {
      const bench = new RoomBench();
      const people = numbers(1, count).map((n) =>
        comes(bench, `p${n}`, { sessions: n === 1 ? sessions : 1, dialect })
      );
      bench.tick();
      const all = people.flat();
      const counted = () =>
        all.reduce((sum, { reader }) => sum + reader.frames.length, 0);
      const before = counted();
      const seconds = 20;
      for (let n = 0; n < seconds * 50; n++) {
        change(bench, people, n);
        bench.tick();
        bench.pass(20);
      }
      // 200 a second and 400 at once; on top the last change, or in five
      // seconds one change of ten frames.
      const most = dialect === v1
        ? seconds * 200 + 400 + 3 * all.length
        : (seconds / 5 + 2) * 3 * 10 * all.length;
      assertAtMost(counted() - before, most);
      rest(bench);
      if (dialect !== v1) return;
      for (const one of all) assertEquals(listOf(one), here(bench));
    });
  }
}

Deno.test("a room sends the first change at once, however large it is", () => {
  for (const sessions of [1, 300]) {
    const bench = new RoomBench();
    const people = numbers(1, 190).map((n) =>
      comes(bench, `p${n}`, { sessions: n === 1 ? sessions : 1 })
    );
    bench.tick();
    bench.pass(60_000);
    bench.rename(people[1]!, "Zoe");
    bench.tick();
    const [first] = people[0]!;
    assertEquals(first!.reader.all("presence").at(-1)?.renamed, [
      ["p2", "Zoe"],
    ]);
  }
});

Deno.test("a class of 40 that changes its names sees the first ten at once, and each once within seconds", () => {
  const bench = new RoomBench();
  const people = numbers(1, 40).map((n) => comes(bench, `p${n}`));
  bench.tick();
  bench.pass(60_000);
  const [watcher] = people[0]!;
  watcher!.reader.frames = [];
  const renames = () =>
    watcher!.reader.all("presence").flatMap(({ renamed }) => renamed ?? []);
  for (const [index, person] of people.entries()) {
    // Each in two steps, as somebody who corrects a typing error.
    bench.rename(person, `n${index}`);
    bench.rename(person, `name ${index}`);
    bench.tick();
    bench.pass(25);
    if (index === 9) assertEquals(renames().length, 10);
  }
  bench.pass(2_000);
  assertEquals(
    renames(),
    people.map((_, index) => [`p${index + 1}`, `name ${index}`]),
  );
  assertAtMost(watcher!.reader.all("presence").length, 25);
});

Deno.test("a rename and its opposite in one period are not announced", () => {
  const bench = new RoomBench();
  const ada = comes(bench, "Ada");
  const crowd = comes(bench, "Crowd", { sessions: 300 });
  bench.tick();
  for (const name of ["Bea", "Cem"]) {
    bench.rename(ada, name);
    bench.tick();
  }
  const [first] = crowd;
  const renames = () =>
    first!.reader.all("presence").map(({ renamed }) => renamed);
  assertEquals(renames(), [[["Ada", "Bea"]], [["Bea", "Cem"]]]);
  for (const name of ["Dan", "Eva", "Cem"]) {
    bench.rename(ada, name);
    bench.tick();
  }
  rest(bench);
  assertEquals(renames().length, 2);
  assertEquals(listOf(first!), ["Cem", "Crowd"]);
});

Deno.test("a reader of dialect text gets the list instead of many lines, and nothing of its own late join", () => {
  const bench = new RoomBench();
  const [ada] = comes(bench, "Ada", { dialect: text });
  const crowd = comes(bench, "Crowd", { sessions: 300 });
  bench.tick();
  for (const name of ["Crew", "Class"]) {
    bench.rename(crowd, name);
    bench.tick();
  }
  const [bob] = comes(bench, "Bob", { dialect: text });
  bench.tick();
  bob!.reader.frames = [];
  ada!.reader.frames = [];
  rest(bench);
  assertEquals(ada!.reader.frames, ["[Server]: Bob has joined the chat."]);
  assertEquals(bob!.reader.frames, []);
  for (const n of numbers(1, 11)) comes(bench, `p${n}`);
  rest(bench);
  const [line, ...more] = ada!.reader.frames.slice(1);
  assertEquals([line?.startsWith("[Server]: Here now: Ada, Class"), more], [
    true,
    [],
  ]);
});

/** A generator of random numbers, so that a failure can be had again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 >>> 0;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

/** Does something at random that changes who is here, or who knows it. */
function act(
  bench: RoomBench,
  people: FakeSession[][],
  random: (below: number) => number,
): void {
  const person = people[random(people.length)]!;
  const isHere = (one: FakeSession) => bench.room.has(one);
  const used = new Set(people.map(([one]) => one!.name));
  const free = ["A", "B", "C", "D", "E", "F"].filter((name) => !used.has(name));
  const one = person[random(person.length)]!;
  switch (random(8)) {
    case 0:
    case 1:
      if (!isHere(one)) bench.arrive(one);
      break;
    case 2:
      for (const session of person) bench.room.depart(session);
      break;
    case 3:
      bench.room.depart(one);
      break;
    case 4:
    case 5:
    case 6: {
      const name = free[random(free.length)]!;
      const old = one.name;
      const count = person.filter(isHere).length;
      for (const session of person) session.name = name;
      if (count > 0) bench.room.rename(old, name, count);
      break;
    }
    default:
      if (isHere(one)) one.reader.tell(bench.room.presence());
      else one.reader.clogged = !one.reader.clogged;
  }
}

Deno.test("every member's list is right in the end, through joins, leaves and renames", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = randomOf(seed);
    const bench = new RoomBench();
    // A crowd that makes the room wait with its announcements.
    const crowd = comes(bench, "Crowd", { sessions: 60 });
    bench.tick();
    const people = ["A", "B", "C", "D"].map((name) =>
      numbers(1, 2).map(() => fakeSession(name))
    );
    for (let step = 0; step < 120; step++) {
      const slow = crowd[1 + random(5)]!;
      slow.reader.clogged = random(4) === 0;
      act(bench, people, random);
      if (random(2) === 0) continue;
      bench.room.announceJoins();
      // An append takes time; requests come in meanwhile.
      if (random(3) === 0) act(bench, people, random);
      if (random(3) === 0) bench.append(["hi"]);
      bench.room.announceLeaves();
      bench.pass(random(300));
      if (random(4) === 0) bench.poll();
    }
    for (const { reader } of [...crowd, ...people.flat()]) {
      reader.clogged = false;
    }
    rest(bench);
    bench.settle();
    const names = here(bench);
    for (const one of [...crowd, ...people.flat()]) {
      if (!bench.room.has(one)) continue;
      assertEquals(listOf(one), names, `seed ${seed}, ${one.name}`);
    }
  }
});
