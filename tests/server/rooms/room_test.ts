/** A room and its pump: who gets which messages, when, and how often. */

import { SentMessages } from "../../../server/rooms/sent_messages.ts";
import { assertEquals } from "@std/assert";
import type { JoinedEvent } from "../../../protocol/events.ts";
import { simple } from "../../../protocol/simple.ts";
import { text } from "../../../protocol/text.ts";
import { v1 } from "../../../protocol/v1.ts";
import {
  FakeReader,
  fakeSession,
  numbers,
} from "../../helpers/doubles/reader.ts";
import { RoomBench } from "../../helpers/benches/room_bench.ts";

Deno.test("promise 2: every member sees the same messages in the same order, each once", () => {
  const bench = new RoomBench();
  const members = ["Ada", "Bob", "Eve"].map((name) => bench.enter(name));
  bench.tick(["a", "b"]);
  bench.tick(["c"]);
  for (const { reader } of members) {
    assertEquals(reader.texts, ["a", "b", "c"]);
    assertEquals(reader.seqs, [1, 2, 3]);
  }
});

Deno.test("Room sends a tick's messages in one frame where frames hold many lines", () => {
  const bench = new RoomBench();
  const { reader } = bench.enter("Ada");
  bench.tick(numbers(1, 64).map(String));
  assertEquals(reader.frames.length, 1);
  assertEquals(reader.seqs, numbers(1, 64));
});

Deno.test("Room replays the newest messages to a new member, marked, and sends their end", () => {
  const bench = new RoomBench(10);
  const { reader } = join(bench, { limit: 3 });
  assertEquals(reader.events.map(({ type }) => type), [
    "joined",
    "message",
    "message",
    "message",
    "live",
  ]);
  assertEquals(reader.seqs, [8, 9, 10]);
  bench.tick(["11"]);
  assertEquals(reader.messages.map(({ replay }) => replay), [
    true,
    true,
    true,
    undefined,
  ]);
});

Deno.test("Room sends no end of the replay to a member without one", () => {
  const { reader } = join(new RoomBench(10), { limit: 0 });
  assertEquals(reader.events.map(({ type }) => type), ["joined"]);
});

Deno.test("Room marks messages from before a join as replayed, and no later ones", () => {
  const bench = new RoomBench();
  bench.enter("Bob");
  bench.tick(["1", "2", "3"]);
  const ada = fakeSession("Ada");
  const { reader } = ada;
  reader.room = 1;
  bench.arrive(ada);
  bench.tick();
  bench.tick(["4", "5"]);
  reader.room = Infinity;
  bench.settle();
  const replayed = reader.messages.filter(({ replay }) => replay);
  assertEquals(replayed.map(({ seq }) => seq), [1, 2, 3]);
  assertEquals(reader.seqs, [1, 2, 3, 4, 5]);
});

/** Ada joins with this, and the room comes to rest. */
function join(
  bench: RoomBench,
  options: { seq?: number; epoch?: string; limit?: number },
) {
  const ada = fakeSession("Ada");
  const { seq, epoch = bench.epoch, limit = 50 } = options;
  bench.arrive(ada, {
    limit,
    ...(seq !== undefined && { since: { epoch, seq } }),
  });
  bench.tick();
  bench.settle();
  const [joined] = ada.reader.all("joined");
  return { reader: ada.reader, joined: joined as JoinedEvent };
}

for (
  const row of [
    { at: "the head", seq: 20, recovered: "full", missed: 0, first: 21 },
    { at: "the middle", seq: 15, recovered: "full", missed: 0, first: 16 },
    { at: "what just fell off", seq: 9, recovered: "partial", missed: 1 },
    { at: "the beginning", seq: 0, recovered: "partial", missed: 10 },
    { at: "the future", seq: 21, recovered: "none", missed: 0, first: 16 },
    { at: "another life", seq: 15, epoch: "e0", recovered: "none", first: 16 },
  ]
) {
  Deno.test(`promise 3: a reader resuming from ${row.at} gets missed messages, or a gap`, () => {
    const bench = new RoomBench(20);
    bench.trim(11);
    const { reader, joined } = join(bench, { limit: 5, ...row });
    assertEquals(
      [joined.recovered, joined.missed, joined.head, joined.epoch],
      [row.recovered, row.missed ?? 0, 20, "e1"],
    );
    assertEquals(reader.seqs, numbers(row.first ?? 11, 20));
    assertEquals(joined.after, (row.first ?? 11) - 1);
    bench.tick(["21"]);
    assertEquals(reader.seqs.at(-1), 21);
  });
}

Deno.test("promise 3: a reader resuming in an empty room is where it was", () => {
  const bench = new RoomBench();
  const { reader, joined } = join(bench, { seq: 0 });
  assertEquals([joined.recovered, joined.head, joined.after], ["full", 0, 0]);
  bench.tick(["first"]);
  assertEquals(reader.seqs, [1]);
  const future = join(new RoomBench(), { seq: 5 });
  assertEquals(future.joined.recovered, "none");
});

Deno.test("promise 2: messages published at every step of a join come once, in order", () => {
  // What a join consists of when the reader is slow and the log is long.
  const bench = new RoomBench(1_500);
  const ada = fakeSession("Ada");
  let said = 0;
  const publish = () => bench.append([`new ${++said}`]);
  ada.reader.room = 1;
  const steps = [
    () => bench.arrive(ada, { limit: 1_300 }),
    () => bench.room.announceJoins(),
    () => bench.room.announceLeaves(),
    ...Array.from({ length: 60 }, (_, i) => () => {
      ada.reader.room = i % 3;
      bench.poll();
      bench.answer(100);
    }),
    () => ada.reader.room = Infinity,
  ];
  for (const step of steps) {
    publish();
    step();
    publish();
  }
  bench.settle();
  publish();
  const from = (ada.reader.all("joined")[0]?.after ?? 0) + 1;
  assertEquals(ada.reader.seqs, numbers(from, bench.head));
  assertEquals(ada.reader.all("live").length, 1);
  const live = ada.reader.messages.filter(({ replay }) => !replay);
  assertEquals(live[0]?.seq, (ada.reader.all("joined")[0]?.head ?? 0) + 1);
});

Deno.test("Room leaves out own messages in dialects without echo, but not from a replay", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada", text);
  const bob = bench.enter("Bob", text);
  const eve = bench.enter("Eve", simple);
  ada.reader.frames = [];
  bob.reader.frames = [];
  for (
    const [session, sent] of [[ada, ["from Ada"]], [bob, ["b", "c"]]] as const
  ) {
    const member = session.members.get("hall")!;
    member.sent = new SentMessages();
    for (const text of sent) member.sent.sending(text);
  }
  bench.append(["from Ada"], "Ada");
  bench.append(["b", "c"], "Bob");
  assertEquals(ada.reader.frames, ["[Bob]: b", "[Bob]: c"]);
  assertEquals(bob.reader.frames, ["[Ada]: from Ada"]);
  assertEquals(eve.reader.frames.length, 3);
  const again = fakeSession("Ada", new FakeReader(text));
  bench.arrive(again);
  bench.tick();
  assertEquals(again.reader.frames.includes("[Ada]: from Ada"), true);
});

Deno.test("promise 2: joining again goes on from the new cursor, whatever came before", () => {
  const bench = new RoomBench(5);
  const ada = bench.enter("Ada");
  bench.arrive(ada, { since: { epoch: "e1", seq: 2 } });
  bench.tick(["6"]);
  bench.settle();
  assertEquals(ada.reader.seqs, [3, 4, 5, 6]);
  assertEquals(ada.reader.all("presence"), [], "nobody came");
});

Deno.test("Room.reset() starts everyone anew in the log's next life", () => {
  const bench = new RoomBench(5);
  const ada = bench.enter("Ada");
  bench.room.reset({ epoch: "e2", first: 1, head: 0 });
  const [joined] = ada.reader.all("joined");
  assertEquals([joined?.epoch, joined?.head, joined?.recovered], [
    "e2",
    0,
    "none",
  ]);
  bench.room.append([
    { room: "hall", seq: 1, from: "Bob", text: "new", at: 1, author: "b" },
  ]);
  bench.room.deliver();
  assertEquals(ada.reader.texts, ["new"]);
});

Deno.test("Room.reset() drops encoded messages of the earlier epoch with the same seqs", () => {
  const bench = new RoomBench();
  const ada = bench.enter("Ada");
  bench.tick(["old"]);
  bench.room.reset({ epoch: "e2", first: 1, head: 0 });
  bench.room.append([
    { room: "hall", seq: 1, from: "Bob", text: "new", at: 1, author: "b" },
  ]);
  bench.room.deliver();
  assertEquals(ada.reader.texts, ["old", "new"]);
});

Deno.test("promise 3: a client that missed more than is retained gets a gap within the same log epoch", () => {
  for (
    const [dialect, told] of [
      [v1, '{"type":"gap","room":"hall","from":6,"to":9}'],
      [text, "--- 4 messages are no longer kept ---"],
    ] as const
  ) {
    const bench = new RoomBench(5);
    const ada = bench.enter("Ada", dialect);
    bench.room.reset({ epoch: "e1", first: 10, head: 9 });
    bench.room.append([
      { room: "hall", seq: 10, from: "Bob", text: "new", at: 1, author: "b" },
    ]);
    bench.room.deliver();
    assertEquals(ada.reader.frames[0], told);
    assertEquals(ada.reader.frames.length, 2);
  }
});
