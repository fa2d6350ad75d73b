/** The memory of all rooms: how much it is, and what is dropped of it. */

import { assert, assertEquals } from "@std/assert";
import { PageCache } from "../../../server/rooms/page_cache.ts";
import { RoomLog } from "../../../server/rooms/room_log.ts";
import { RoomMemory } from "../../../server/rooms/room_memory.ts";
import type { StoredMessage } from "../../../server/store/store.ts";
import { simple } from "../../../protocol/simple.ts";
import { v1 } from "../../../protocol/v1.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { RoomBench } from "../../helpers/benches/room_bench.ts";

/** Numbers from 0 to below 1 that are the same in every run. */
function dice(seed: number): () => number {
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
}

/** Bytes of the texts of messages, two for each UTF-16 unit. */
function textBytes(messages: readonly StoredMessage[]): number {
  return messages.reduce((sum, { text }) => sum + 2 * text.length, 0);
}

Deno.test("promise 4: all rooms together keep a bounded number of bytes, whatever is written, read, removed and closed", () => {
  const most = 200_000;
  for (let seed = 1; seed <= 20; seed++) {
    const random = dice(seed);
    const pick = (below: number) => Math.floor(random() * below);
    let told = 0;
    const memory = new RoomMemory({ most, onChange: (n) => told = n });
    const open = () => ({
      log: new RoomLog({ epoch: "e", first: 1, head: 0 }, memory),
      pages: new PageCache(memory),
      all: [] as StoredMessage[],
    });
    const rooms = Array.from({ length: 12 }, open);
    for (let step = 0; step < 600; step++) {
      const n = pick(rooms.length);
      const { log, pages, all } = rooms[n]!;
      const after = pick(log.head + 1);
      switch (pick(10)) {
        case 0: {
          log.close();
          pages.clear();
          rooms[n] = open();
          break;
        }
        case 1:
        case 2:
        case 3:
          for (const dialect of [v1, simple]) {
            if (after === log.head) continue;
            const key = { dialect, replay: false, after, upTo: log.head };
            const page = pages.get(key, () => log.slice(after, log.head));
            if (page === undefined) continue;
            const { messages } = page;
            assertEquals(messages, all.slice(after, after + messages.length));
          }
          break;
        case 4:
        case 5: {
          const found = log.slice(after, log.head);
          if (found !== undefined) assertEquals(found, all.slice(after));
          break;
        }
        default: {
          const char = random() < 0.5 ? "x" : "😀";
          const message = {
            ...{ room: `${n}`, seq: log.head + 1, from: "Ada", at: 0 },
            ...{ text: char.repeat(pick(4_000)), author: "ada" },
          };
          log.append([message]);
          all.push(message);
        }
      }
      assert(memory.total <= most);
      assertEquals(told, memory.total);
      const kept = rooms.reduce((sum, { log }) => {
        let from = log.head;
        while (from > 0 && log.slice(from - 1, log.head)) from--;
        return sum + textBytes(log.slice(from, log.head) ?? []);
      }, 0);
      assert(kept <= memory.total);
    }
    for (const { log, pages } of rooms) {
      log.close();
      pages.clear();
    }
    assertEquals(memory.total, 0);
  }
});

Deno.test("a text that is removed frees its memory", () => {
  const memory = new RoomMemory();
  const log = new RoomLog({ epoch: "e", first: 1, head: 0 }, memory);
  const message = { room: "hall", from: "Ada", at: 0, author: "ada" };
  log.append([{ ...message, seq: 1, text: "x".repeat(10_000) }]);
  log.append([{ ...message, seq: 2, text: "", removes: 1 }]);
  assert(memory.total <= 2_000);
});

Deno.test("the rooms that were read or written least recently drop their messages first", () => {
  const memory = new RoomMemory({ most: 7_000 });
  const logs = Array.from(
    { length: 4 },
    () => new RoomLog({ epoch: "e", first: 1, head: 0 }, memory),
  );
  const write = (log: RoomLog | undefined) =>
    log?.append([{
      ...{ room: "hall", seq: log.head + 1, from: "Ada", at: 0 },
      ...{ text: "x".repeat(1_000), author: "ada" },
    }]);
  const has = () => logs.map((log) => log.slice(0, 1)?.length === 1);
  for (const log of logs.slice(0, 3)) write(log);
  logs[0]?.slice(0, 1);
  write(logs[3]);
  assertEquals(logs.map(({ head }) => head), [1, 1, 1, 1]);
  assertEquals(has(), [true, false, true, true]);
});

Deno.test("promise 4: members get all messages from the store when the memory of rooms keeps none", () => {
  for (const dialect of [v1, simple]) {
    const room = new RoomBench(0, new RoomMemory({ most: 0 }));
    const ada = room.enter("Ada", dialect);
    room.tick(["one", "two"]);
    room.settle();
    room.tick(["three"]);
    room.settle();
    const text = ada.reader.frames.join();
    for (const word of ["one", "two", "three"]) {
      assertEquals(text.split(word).length, 2, `${dialect.name}: ${word}`);
    }
    assert(text.indexOf("one") < text.indexOf("three"));
  }
});

Deno.test("promise 4: the memory ledger counts the memory of open rooms and nothing for closed rooms", async () => {
  const bench = new HubBench();
  const { session } = await bench.enter("Ada");
  assertEquals(bench.ledger.bytes("room"), 0);
  bench.say(session, "Hello");
  await bench.turn();
  assert(bench.ledger.bytes("room") > 0);
  bench.hub.leave(session, "hall");
  await bench.turn();
  assertEquals(bench.ledger.bytes("room"), 0);
});
