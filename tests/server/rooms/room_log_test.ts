import { assertEquals, assertThrows } from "@std/assert";
import { RoomLog } from "../../../server/rooms/room_log.ts";
import type { StoredMessage } from "../../../server/store/store.ts";
import { numbers } from "../../helpers/doubles/reader.ts";

function message(seq: number, text = "hi"): StoredMessage {
  return { room: "hall", seq, from: "Ada", text, at: 0, author: "ada" };
}

/** A log that kept `first` to `head` when it was opened. */
function openLog(first: number, head: number): RoomLog {
  return new RoomLog({ epoch: "e1", first, head });
}

function seqs(messages: readonly StoredMessage[] | undefined) {
  return messages?.map(({ seq }) => seq);
}

Deno.test("RoomLog.append() moves the head", () => {
  const log = openLog(1, 0);
  log.append([message(1), message(2)]);
  log.append([message(3)]);
  assertEquals(log.head, 3);
  assertEquals(seqs(log.slice(0, 3)), [1, 2, 3]);
});

for (const [kind, seq] of [["hole", 7], ["repeat", 5]] as const) {
  Deno.test(`RoomLog.append() refuses a ${kind}`, () => {
    const log = openLog(1, 5);
    const error = assertThrows(() => log.append([message(seq)]), RangeError);
    assertEquals(
      error.message,
      `Cannot append seq ${seq} to room "hall": its head is 5`,
    );
    assertEquals(log.head, 5);
  });
}

Deno.test("RoomLog.slice() returns the messages after a cursor, up to a seq", () => {
  const log = openLog(1, 10);
  log.append(numbers(11, 20).map((seq) => message(seq)));
  assertEquals(seqs(log.slice(10, 12)), [11, 12]);
  assertEquals(seqs(log.slice(17, 20)), [18, 19, 20]);
  assertEquals(seqs(log.slice(17, 99)), [18, 19, 20]);
  assertEquals(seqs(log.slice(20, 20)), [], "at the head");
  assertEquals(seqs(log.slice(9, 20)), undefined, "older than the memory");
});

Deno.test("RoomLog keeps 1,024 messages in memory, whatever their number", () => {
  const log = openLog(1, 0);
  for (const seq of numbers(1, 5_000)) log.append([message(seq)]);
  assertEquals(log.slice(5_000 - 2_049, 5_000), undefined);
  assertEquals(seqs(log.slice(5_000 - 2_048, 5_000)), numbers(2_953, 5_000));
});

Deno.test("RoomLog keeps a million characters in memory, whatever their number", () => {
  const log = openLog(1, 0);
  const text = "x".repeat(64 * 1024);
  for (const seq of numbers(1, 100)) log.append([message(seq, text)]);
  assertEquals(log.slice(100 - 17, 100), undefined);
  assertEquals(seqs(log.slice(100 - 16, 100)), numbers(85, 100));
});

const START_CASES = [
  { title: "nobody's cursor: the newest", since: undefined, limit: 5 },
  { title: "an empty replay", since: undefined, limit: 0, after: 20 },
  { title: "more than is kept", since: undefined, limit: 99, after: 10 },
  { title: "a cursor at the head", seq: 20, after: 20, recovered: "full" },
  { title: "a cursor that is kept", seq: 15, after: 15, recovered: "full" },
  { title: "a cursor just before", seq: 10, after: 10, recovered: "full" },
  { title: "one gone", seq: 9, after: 10, recovered: "partial", missed: 1 },
  { title: "all gone", seq: 0, after: 10, recovered: "partial", missed: 10 },
  { title: "a cursor from the future", seq: 21 },
  { title: "a cursor of another life", seq: 15, epoch: "e0" },
  {
    title: "the start of another life",
    ...{ seq: 0, epoch: "e0", after: 10, recovered: "partial", missed: 10 },
  },
] as const;

for (const row of START_CASES) {
  Deno.test(`promise 3: RoomLog.start() of ${row.title}`, () => {
    // 11 to 20 are kept.
    const log = openLog(11, 20);
    const since = "seq" in row
      ? { epoch: "epoch" in row ? row.epoch : "e1", seq: row.seq }
      : undefined;
    assertEquals(log.start(since, "limit" in row ? row.limit : 5), {
      after: "after" in row ? row.after : 15,
      recovered: "recovered" in row ? row.recovered : "none",
      missed: "missed" in row ? row.missed : 0,
    });
  });
}

Deno.test("promise 3: RoomLog.start() in an empty room recovers a reader that was there", () => {
  const log = openLog(1, 0);
  assertEquals(log.start({ epoch: "e1", seq: 0 }, 50), {
    after: 0,
    recovered: "full",
    missed: 0,
  });
  assertEquals(log.start(undefined, 50).after, 0);
});

Deno.test("promise 3: RoomLog.start() counts removed messages of a room that keeps none", () => {
  const log = openLog(21, 20);
  assertEquals(log.start({ epoch: "e1", seq: 18 }, 50), {
    after: 20,
    recovered: "partial",
    missed: 2,
  });
  assertEquals(log.start({ epoch: "e1", seq: 20 }, 50).recovered, "full");
});

Deno.test("RoomLog.forgetBefore() only ever moves forward, to behind the head at most", () => {
  const log = openLog(5, 20);
  log.forgetBefore(3);
  assertEquals(log.first, 5);
  log.forgetBefore(9);
  assertEquals(log.first, 9);
  log.forgetBefore(99);
  assertEquals(log.first, 21);
});

Deno.test("RoomLog.append() blanks removed messages, and reports them", () => {
  const log = openLog(1, 0);
  assertEquals(log.append([message(1), message(2, "secret")]), false);
  assertEquals(log.append([{ ...message(3), removes: 2 }]), true);
  assertEquals(
    log.slice(0, 3)?.map(({ seq, text, removed }) => [seq, text, removed]),
    [[1, "hi", undefined], [2, "", true], [3, "hi", undefined]],
  );
  // One that is not in memory, or never was.
  for (const removes of [-5, 0, 99]) {
    log.append([{ ...message(log.head + 1), removes }]);
  }
  assertEquals(log.slice(0, 3)?.length, 3);
});

Deno.test("RoomLog makes place for as many characters as were removed, once", () => {
  const long = "x".repeat(600_000);
  const log = openLog(1, 0);
  log.append([message(1, long), { ...message(2), removes: 1 }]);
  log.append([message(3, long)]);
  assertEquals(log.slice(0, 3)?.length, 3);
  log.append([4, 5, 6, 7].map((seq) => message(seq)));
  log.append([message(8, long)]);
  assertEquals(log.slice(2, 8), undefined);
  // The one that had to go already makes no more place.
  log.append([{ ...message(9), removes: 3 }, message(10, long)]);
  assertEquals(log.slice(7, 10), undefined);
  assertEquals(log.slice(8, 10)?.length, 2);
});
