/** The share of a turn that fan-out takes, and that nothing is lost or out of
 * order when it takes several turns (promises 2 and 4). */

import { assert, assertEquals } from "@std/assert";
import type { Dialect } from "../../../protocol/dialect.ts";
import type { ServerEvent } from "../../../protocol/events.ts";
import { simple } from "../../../protocol/simple.ts";
import { sse } from "../../../protocol/sse.ts";
import { text } from "../../../protocol/text.ts";
import { v1 } from "../../../protocol/v1.ts";
import { OPEN } from "../../../server/auth/permissions.ts";
import type { Feed } from "../../../server/store/store.ts";
import { FanOut } from "../../../server/rooms/fan_out.ts";
import { Room } from "../../../server/rooms/room.ts";
import type { Session } from "../../../server/rooms/session.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { failOnce } from "../../helpers/benches/isolation_bench.ts";
import { FakeReader, numbers } from "../../helpers/doubles/reader.ts";

/** What sending one frame takes in these tests, milliseconds. */
const FRAME_MS = 0.01;
/** Frames of a turn: its 8 ms, and the page that exceeds them. */
const MOST_FRAMES = 8 / FRAME_MS + 400;

/** A hub whose readers take time, and the frames of each turn. */
class SlicedBench extends HubBench {
  /** Frames of this turn. */
  sent = 0;
  /** Frames of the turns before. */
  readonly turns: number[] = [];
  readonly #frameMs: number;

  constructor(frameMs = FRAME_MS) {
    super({ history: 1_000 });
    this.#frameMs = frameMs;
  }

  reader(dialect: Dialect = v1): FakeReader {
    const reader = new FakeReader(dialect);
    const send = reader.send.bind(reader);
    reader.send = (frames) => {
      send(frames);
      this.sent += frames.length;
      this.clock.spend(this.#frameMs * frames.length);
    };
    return reader;
  }

  /** Somebody in rooms, when the next turns have ended. */
  comes(name: string, rooms: readonly string[], dialect?: Dialect) {
    const person = this.hello({ name }, this.reader(dialect), OPEN);
    for (const room of rooms) {
      this.hub.join(person.session, { type: "join", room });
    }
    return person;
  }

  publish(session: Session, room: string, text: string): void {
    this.hub.publish(session, { type: "publish", room, text });
  }

  /** Ends one turn. Returns whether others follow. */
  async oneTurn(): Promise<boolean> {
    await settled();
    const follows = this.clock.endOneTurn();
    await settled();
    this.turns.push(this.sent);
    this.sent = 0;
    return follows;
  }

  async allTurns(): Promise<void> {
    for (let i = 0; await this.oneTurn(); i++) {
      if (i > 20_000) throw new Error("Turns follow each other for ever");
    }
  }

  /** Forgets what was sent before. */
  begin(): void {
    this.turns.length = 0;
    this.sent = 0;
  }
}

for (
  const [name, dialect] of Object.entries({ simple, text, sse })
) {
  Deno.test(`promise 4: many tiny messages to many readers of dialect ${name} take a share of each turn, and another room is served in between`, async () => {
    const bench = new SlicedBench();
    const readers = numbers(1, 60).map((n) => {
      if (dialect !== sse) return bench.comes(`r${n}`, ["hall"], dialect);
      const reader = bench.reader(sse);
      const session = bench.hub.listen(reader, { type: "join", room: "hall" }, {
        ...OPEN,
      });
      return { session, reader };
    });
    const writer = bench.comes("Writer", ["hall", "yard"]);
    const other = bench.comes("Other", ["yard"]);
    await bench.allTurns();
    for (const { reader } of readers) reader.frames = [];
    bench.begin();
    const texts = numbers(1, 500).map((n) => `m${n}`);
    for (const text of texts) bench.publish(writer.session, "hall", text);
    while (bench.turns.length < 3 || bench.turns.at(-1) === 0) {
      await bench.oneTurn();
    }
    bench.publish(other.session, "yard", "meanwhile");
    let turns = 0;
    while (!other.reader.texts.includes("meanwhile")) {
      await bench.oneTurn();
      turns++;
    }
    assert(turns <= 6, `another room waits for ${turns} turns`);
    const done = readers.filter(({ reader }) => reader.frames.length >= 500);
    assert(done.length < readers.length, "the large room is not done by then");
    await bench.allTurns();
    assert(Math.max(...bench.turns) <= MOST_FRAMES, `${bench.turns}`);
    for (const { reader } of readers) {
      const got = reader.frames.filter((frame) => /\bm\d+/.test(frame));
      assertEquals(got.map((frame) => /m\d+/.exec(frame)?.[0]), texts);
    }
    assertEquals(bench.logged, []);
  });
}

Deno.test("promise 4: one frame for each of many readers, if there is time, is sent in one turn", async () => {
  const bench = new SlicedBench(0.001);
  const readers = numbers(1, 1_000).map((n) => bench.comes(`r${n}`, ["hall"]));
  await bench.allTurns();
  bench.begin();
  bench.publish(readers[0]!.session, "hall", "all at once");
  await bench.allTurns();
  assertEquals(bench.turns.filter((count) => count >= 1_000).length, 1);
});

for (const what of ["rename", "leave", "typing"] as const) {
  Deno.test(`promise 4: presence for many members takes a share of each turn: ${what}`, async () => {
    const bench = new SlicedBench();
    const rooms = numbers(1, 90).map((n) => `room-${n}`);
    const people = numbers(1, 60).map((n) => bench.comes(`p${n}`, rooms));
    await bench.allTurns();
    const [{ session }] = people as [typeof people[0]];
    for (const { reader } of people) reader.frames = [];
    bench.begin();
    if (what === "rename") {
      bench.hub.sessionService.rename(session, "Zoe");
    }
    for (const room of what === "rename" ? [] : rooms) {
      if (what === "leave") bench.hub.leave(session, room);
      else bench.hub.typing(session, room);
    }
    await bench.allTurns();
    assert(Math.max(...bench.turns) <= MOST_FRAMES, `${bench.turns}`);
    const told = people.slice(1).map(({ reader }) =>
      reader.all(what === "typing" ? "typing" : "presence").length
    );
    const all = people.slice(1).map(() => rooms.length);
    // Typing that would come late is dropped.
    if (what === "typing") {
      assert(told.some((count) => count > 0));
      assert(told.some((count) => count < rooms.length));
    } else assertEquals(told, all);
    // The next is told as well.
    bench.begin();
    bench.hub.sessionService.rename(session, "Yves");
    await bench.allTurns();
    const last = people[1]!.reader.all("presence").at(-1);
    if (what !== "leave") assertEquals(last?.renamed?.[0]?.[1], "Yves");
  });
}

for (const what of ["joined", "rules", "reset"] as const) {
  Deno.test(`promise 4: notices to all members of a room take a share of each turn: ${what}`, async () => {
    const bench = new SlicedBench(0.02);
    const type = what === "reset" ? "joined" : what;
    const feeds: Feed[] = [];
    const follow = bench.store.inner.follow.bind(bench.store.inner);
    bench.store.inner.follow = (room, feed) => {
      feeds.push(feed);
      return follow(room, feed);
    };
    const people = numbers(1, 1_000).map((n) => bench.comes(`p${n}`, []));
    await bench.allTurns();
    bench.begin();
    const come = () => {
      for (const { session } of people) {
        bench.hub.join(session, { type: "join", room: "hall" });
      }
    };
    come();
    if (what !== "joined") {
      await bench.allTurns();
      for (const { reader } of people) reader.frames = [];
      bench.begin();
    }
    if (what === "rules") {
      await bench.store.keep(new Map([["lock/hall", "{}"]]));
      await bench.store.keep(new Map([["slow/hall", '{"everyMs":1000}']]));
    }
    if (what === "reset") {
      feeds[0]!.reset({ epoch: "another", first: 1, head: 0 });
    }
    // What was done at once is a turn of its own.
    bench.turns.push(bench.sent);
    bench.sent = 0;
    await bench.allTurns();
    // The 8 ms of a turn, and a step.
    assert(Math.max(...bench.turns) <= 8 / 0.02 + 16, `${bench.turns}`);
    assertEquals(
      people.map(({ reader }) => reader.all(type).length),
      people.map(() => 1),
    );
    if (what !== "rules") return;
    const [told] = people.at(-1)!.reader.all("rules");
    assertEquals([told?.locked, told?.slowMs], [true, 1000]);
  });
}

Deno.test("promise 4: the rules reach a slow reader once, the newest alone, when it reads again", async () => {
  const bench = new SlicedBench();
  const slow = bench.comes("Slow", ["hall"]);
  await bench.allTurns();
  slow.reader.frames = [];
  slow.reader.clogged = true;
  for (const everyMs of [1000, 2000, 3000]) {
    const rule = JSON.stringify({ everyMs });
    await bench.store.keep(new Map([["slow/hall", rule]]));
    await bench.allTurns();
  }
  assertEquals(slow.reader.frames, []);
  slow.reader.clogged = false;
  await bench.pass(60_000);
  assertEquals(slow.reader.all("rules").map(({ slowMs }) => slowMs), [3000]);
});

Deno.test("promise 4: closing the connections of a room that failed takes a share of each turn, and a ban does", async () => {
  for (const what of ["fault", "ban", "lifted"] as const) {
    const bench = new SlicedBench();
    const people = numbers(1, 300).map((n) => bench.comes(`p${n}`, ["hall"]));
    await bench.allTurns();
    for (const { reader } of people) {
      const end = reader.end.bind(reader);
      reader.end = (reason) => {
        bench.clock.spend(0.5);
        end(reason);
      };
    }
    const ban = JSON.stringify({
      kind: "ban",
      room: "*",
      address: people[0]!.reader.address,
      until: bench.clock.now() + 60_000,
    });
    const key = "ban/*/address 192.0.2.7";
    const fault = what === "fault" ? failOnce(Room.prototype, "step") : null;
    if (fault) bench.publish(people[0]!.session, "hall", "hi");
    else await bench.store.keep(new Map([[key, ban]]));
    const ended = () => people.filter(({ reader }) => reader.ended).length;
    let most = ended();
    for (let before = most;; before = ended()) {
      const follows = await bench.oneTurn();
      most = Math.max(most, ended() - before);
      if (!follows) break;
      if (what === "lifted") await bench.store.keep(new Map([[key, null]]));
    }
    fault?.restore();
    assert(most <= 8 / 0.5 + 16, `${what}: ${most} in a turn`);
    if (what === "lifted") assert(ended() < people.length);
    else assertEquals(ended(), people.length, what);
  }
});

Deno.test("promise 11: a room that throws in a later turn is closed alone", async () => {
  const bench = new SlicedBench();
  const hall = numbers(1, 200).map((n) => bench.comes(`h${n}`, ["hall"]));
  const yard = bench.comes("Yard", ["yard"]);
  await bench.allTurns();
  const fault = failOnce(Room.prototype, "step");
  try {
    bench.publish(hall[0]!.session, "hall", "hi");
    await bench.allTurns();
  } finally {
    fault.restore();
  }
  assertEquals(
    hall.map(({ reader }) => reader.ended?.code),
    hall.map(() => 1011),
  );
  bench.publish(yard.session, "yard", "well");
  await bench.allTurns();
  assertEquals(yard.reader.texts, ["well"]);
  assertEquals([yard.reader.ended, bench.fatal], [undefined, []]);
});

Deno.test("promise 11: a session that throws in a later turn is closed alone", async () => {
  const bench = new SlicedBench();
  const people = numbers(1, 40).map((n) =>
    bench.comes(`p${n}`, ["hall"], simple)
  );
  await bench.allTurns();
  const [first, ...others] = people as [typeof people[0], ...typeof people];
  const last = others.pop()!;
  last.reader.send = () => {
    throw new Error("a fault");
  };
  for (const n of numbers(1, 200)) {
    bench.publish(first.session, "hall", `m${n}`);
  }
  await bench.allTurns();
  assertEquals(last.reader.ended?.code, 1011);
  for (const { reader } of others) {
    assertEquals(reader.ended, undefined);
    assertEquals(
      reader.frames.filter((frame) => /\bm\d/.test(frame)).length,
      200,
    );
  }
});

Deno.test("promise 2: a message removed during delivery reaches no further reader", async () => {
  const bench = new SlicedBench();
  const people = numbers(1, 60).map((n) =>
    bench.comes(`p${n}`, ["hall"], simple)
  );
  const writer = bench.comes("Writer", ["hall"]);
  await bench.allTurns();
  for (const n of numbers(1, 300)) {
    bench.publish(writer.session, "hall", `m${n}`);
  }
  bench.publish(writer.session, "hall", "secret");
  const having = () =>
    people.filter(({ reader }) => reader.frames.join().includes("secret"));
  while (having().length < 5) await bench.oneTurn();
  await bench.store.inner.append([{
    room: "hall",
    from: "Writer",
    text: "Removed",
    author: writer.session.author.key,
    removes: 301,
  }]);
  const had = having().length;
  assert(had < people.length / 2);
  await bench.allTurns();
  assertEquals(having().length, had);
  for (const { reader } of people) {
    assert(reader.frames.join().includes("m300"));
  }
});

Deno.test("FanOut serves at least one part a turn, and the parts in turn", () => {
  const clock = new FakeClock();
  const left = new Map([["a", 3], ["b", 1], ["c", 2]]);
  const served: string[] = [];
  const fanOut = new FanOut<string>(clock, (part) => {
    served.push(part);
    clock.spend(100);
    left.set(part, left.get(part)! - 1);
    return left.get(part) === 0;
  });
  for (const part of left.keys()) fanOut.add(part);
  fanOut.run();
  assertEquals(served, ["a"]);
  clock.endOneTurn();
  assertEquals(served, ["a", "b"]);
  clock.endTurn();
  assertEquals(served, ["a", "b", "c", "a", "c", "a"]);
  assertEquals(fanOut.busy, false);
});

/** A generator of random numbers, so that a failure can be had again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

/** Applies events as a client does, and checks their order. */
function replayed(events: readonly ServerEvent[], room: string) {
  let here = new Set<string>();
  /** Names that were there at any time. */
  const known = new Set<string>();
  const texts: string[] = [];
  let isLive = false;
  for (const event of events) {
    if (!("room" in event) || event.room !== room) continue;
    if (event.type === "joined") {
      here = new Set(event.members);
      isLive = event.after === event.head;
    }
    if (event.type === "live") isLive = true;
    if (event.type === "presence") {
      if (event.members !== undefined) here = new Set(event.members);
      for (const name of event.left ?? []) here.delete(name);
      for (const name of event.joined ?? []) here.add(name);
      for (const [from, to] of event.renamed ?? []) {
        here.delete(from);
        here.add(to);
      }
    }
    for (const name of here) known.add(name);
    if (event.type !== "message") continue;
    texts.push(event.text);
    // A join comes before its messages. A new name may come after them, since
    // renames wait until the former are told.
    const isNew = event.from.startsWith("n");
    if (isLive && !isNew) {
      assert(known.has(event.from), `${event.from} is not known`);
    }
  }
  return { texts, here: [...here].toSorted() };
}

/** Random joins, leaves, renames and messages, between single turns. */
async function randomRun(seed: number, frameMs: number) {
  const random = randomOf(seed);
  const bench = new SlicedBench(frameMs);
  const rooms = ["hall", "yard"];
  const people = numbers(1, 24).map((n) => bench.comes(`p${n}`, []));
  const inRoom = new Map(rooms.map((room) => [room, new Set<number>()]));
  const said = new Map(rooms.map((room) => [room, [] as string[]]));
  let count = 0;
  for (let step = 0; step < 150; step++) {
    const index = random(people.length);
    const { session } = people[index]!;
    const room = rooms[random(2)]!;
    const members = inRoom.get(room)!;
    const kind = random(10);
    if (kind < 3) {
      bench.hub.join(session, { type: "join", room, limit: 1_000 });
      members.add(index);
    } else if (kind < 4) {
      bench.hub.leave(session, room);
      members.delete(index);
    } else if (kind < 5) {
      bench.hub.sessionService.rename(session, `n${++count}`);
    } else if (session.members.has(room)) {
      for (let n = random(4); n >= 0; n--) {
        const text = `t${++count}`;
        said.get(room)!.push(text);
        bench.publish(session, room, text);
      }
    }
    for (let turns = random(4); turns > 0; turns--) await bench.oneTurn();
  }
  await bench.allTurns();
  return { bench, people, rooms, inRoom, said };
}

for (const frameMs of [0, 0.4, 3, 10]) {
  Deno.test(`promise 2: whatever happens between turns, all members get all messages once and the right list, with ${frameMs} ms a frame`, async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { people, rooms, inRoom, said, bench } = await randomRun(
        seed,
        frameMs,
      );
      assertEquals(bench.logged.filter((line) => /fail/.test(line)), []);
      for (const room of rooms) {
        const members = [...inRoom.get(room)!].map((index) => people[index]!);
        const names = members.map(({ session }) => session.name).toSorted();
        const stored = await bench.store.inner.read(room, {
          after: 0,
          limit: 10_000,
        });
        const log = stored.messages.map(({ text }) => text);
        assertEquals(log.toSorted(), said.get(room)!.toSorted());
        for (const { reader } of members) {
          const { events } = reader;
          const from = events.findLastIndex((event) =>
            event.type === "joined" && event.room === room
          );
          const last = replayed(events.slice(from), room);
          assertEquals(last.texts, log, `seed ${seed}`);
          assertEquals(last.here, names, `seed ${seed}`);
        }
      }
    }
  });
}
