/** A room and its slow readers: what they get, when, and what they cost. */

import { assert, assertEquals } from "@std/assert";
import { fakeSession, numbers } from "../../helpers/doubles/reader.ts";
import { RoomBench } from "../../helpers/benches/room_bench.ts";

/** A room in which Ada, who was up to date, does not take what is said. */
function behind(messages: number) {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  ada.reader.room = 0;
  bench.tick(numbers(1, messages).map(String));
  return { bench, ada };
}

Deno.test("promise 4: a reader that is full gets nothing until it drains, then all from the log", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = bench.enter("Bob");
  ada.reader.frames = [];
  ada.reader.room = 0;
  for (const seq of numbers(1, 500)) bench.tick([`${seq}`]);
  assertEquals(ada.reader.frames, []);
  assertEquals(bob.reader.seqs, numbers(1, 500), "delays nobody");
  assertEquals(bench.slow.size, 1, "and waits in one place only");
  ada.reader.room = Infinity;
  bench.settle();
  assertEquals(ada.reader.seqs, numbers(1, 500));
});

Deno.test("promise 4: a reader whose socket holds unsent data gets no more in a turn", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  ada.reader.clogged = true;
  bench.tick(["1"]);
  bench.poll();
  assertEquals([ada.reader.frames, bench.slow.size], [[], 1]);
  ada.reader.clogged = false;
  bench.poll();
  assertEquals(ada.reader.seqs, [1]);
});

Deno.test("promise 4: a reader gets a page each time it has room for one", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  ada.reader.room = 0;
  bench.tick(numbers(1, 100).map(() => "x".repeat(2_000)));
  for (let pages = 1; pages <= 3; pages++) {
    ada.reader.room = 1;
    bench.poll();
    assertEquals(ada.reader.frames.length, pages);
  }
  ada.reader.room = Infinity;
  bench.settle();
  assertEquals(ada.reader.seqs, numbers(1, 100));
});

Deno.test("promise 2: a reader behind the messages in memory continues from the store, without gap or double", () => {
  const { bench, ada } = behind(3_000);
  ada.reader.room = Infinity;
  bench.poll();
  assertEquals(bench.fetching.size, 1);
  assertEquals(ada.reader.frames, [], "not from memory what comes later");
  bench.append(["while the store reads"]);
  assertEquals(ada.reader.frames, []);
  bench.settle();
  assertEquals(ada.reader.seqs, numbers(1, 3_001));
  assertEquals(ada.reader.all("gap"), []);
});

Deno.test("promise 3: a reader behind the retention learns how many messages are gone", () => {
  const { bench, ada } = behind(3_000);
  bench.trim(2_901);
  ada.reader.room = Infinity;
  bench.settle();
  assertEquals(ada.reader.all("gap"), [
    { type: "gap", room: "hall", from: 1, to: 2_900 },
  ]);
  assertEquals(ada.reader.seqs, numbers(2_901, 3_000));
  assertEquals(ada.reader.events[0]?.type, "gap");
});

Deno.test("promise 3: messages that retention drops during a store read become a gap", () => {
  const { bench, ada } = behind(3_000);
  ada.reader.room = Infinity;
  bench.poll();
  bench.trim(51);
  bench.settle();
  assertEquals(ada.reader.all("gap").map(({ from, to }) => [from, to]), [
    [1, 50],
  ]);
  assertEquals(ada.reader.seqs, numbers(51, 3_000));
});

Deno.test("promise 3: does not report a gap in messages the client already has", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  bench.tick(numbers(1, 50).map(String));
  bench.trim(51);
  bench.tick(["51"]);
  assertEquals(ada.reader.all("gap"), []);
  assertEquals(ada.reader.seqs, numbers(1, 51));
});

Deno.test("promise 4: a slow reader gets no presence or typing, and gets the member list once caught up", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  const bob = bench.enter("Bob");
  ada.reader.frames = [];
  ada.reader.room = 0;
  bench.tick(["1"]);
  bench.enter("Eve");
  bench.room.typing(bob);
  bench.room.depart(bob);
  bench.tick();
  assertEquals(ada.reader.frames, []);
  ada.reader.room = Infinity;
  bench.settle();
  assertEquals(ada.reader.events.map(({ type }) => type), [
    "message",
    "presence",
  ]);
  assertEquals(ada.reader.all("presence"), [{
    type: "presence",
    room: "hall",
    count: 2,
    members: ["Ada", "Eve"],
  }]);
});

Deno.test("promise 4: a client with all messages but a full buffer gets the member list later", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  ada.reader.room = 0;
  bench.enter("Bob");
  for (let i = 0; i < 5; i++) bench.poll();
  assertEquals(ada.reader.frames, []);
  ada.reader.room = Infinity;
  bench.poll();
  assertEquals(ada.reader.all("presence")[0]?.members, ["Ada", "Bob"]);
});

Deno.test("Room sends single presence events again to a member that has caught up", () => {
  const { bench, ada } = behind(1);
  bench.enter("Bob");
  ada.reader.room = Infinity;
  bench.settle();
  ada.reader.frames = [];
  bench.enter("Eve");
  assertEquals(ada.reader.all("presence")[0]?.joined, ["Eve"]);
});

Deno.test("Room sends nothing more to a slow member that left", () => {
  const { bench, ada } = behind(2);
  bench.room.depart(ada);
  ada.reader.room = Infinity;
  bench.settle();
  bench.tick(["3"]);
  assertEquals(ada.reader.frames, []);
});

Deno.test("promise 2: a client that leaves and rejoins during a store read gets no message twice", () => {
  const { bench, ada } = behind(3_000);
  ada.reader.room = Infinity;
  bench.poll();
  assert(bench.fetching.size === 1);
  bench.room.depart(ada);
  bench.arrive(ada, { since: { epoch: "e1", seq: 0 } });
  bench.tick();
  bench.settle();
  bench.tick(["3001"]);
  assertEquals(ada.reader.seqs, numbers(1, 3_001));
});

Deno.test("promise 2: a client that resumes elsewhere during a store read gets each message once", () => {
  const { bench, ada } = behind(3_000);
  ada.reader.room = Infinity;
  bench.poll();
  bench.arrive(ada, { since: { epoch: "e1", seq: 1_000 } });
  bench.tick();
  bench.settle();
  assertEquals(ada.reader.seqs, numbers(1_001, 3_000));
});

Deno.test("Room keeps the cursor of a disconnected member, and resumes at the client's cursor", () => {
  const bench = new RoomBench();
  const ada = fakeSession("Ada");
  bench.arrive(ada);
  bench.tick(["1"]);
  const { reader } = ada;
  (ada as { reader: unknown }).reader = null;
  bench.tick(["2", "3"]);
  (ada as { reader: unknown }).reader = reader;
  for (const member of ada.members.values()) member.attached = false;
  reader.frames = [];
  bench.tick(["4"]);
  assertEquals(reader.frames, [], "nothing before it says from where");
  bench.arrive(ada, { since: { epoch: "e1", seq: 1 } });
  bench.tick();
  assertEquals(reader.seqs, [2, 3, 4]);
});

Deno.test("a reader that lags does not get a text that was removed meanwhile, though others had it", () => {
  const bench = new RoomBench();
  bench.enter("Elder");
  bench.tick(["secret"]);
  const ada = fakeSession("Ada");
  const bob = fakeSession("Bob");
  for (const session of [ada, bob]) bench.arrive(session);
  ada.reader.room = 1;
  bench.tick();
  assertEquals(bob.reader.texts, ["secret"]);
  assertEquals(ada.reader.messages, []);
  bench.room.append([{
    room: "hall",
    seq: 2,
    from: "Mod",
    text: "Removed",
    at: 1_000,
    author: "house",
    removes: 1,
  }]);
  bench.room.deliver();
  ada.reader.room = Infinity;
  bench.poll();
  assertEquals(ada.reader.texts, ["", "Removed"]);
  assertEquals(bob.reader.texts, ["secret", "Removed"]);
});
