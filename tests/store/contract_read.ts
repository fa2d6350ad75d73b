/** The part of the store contract on reading, and on the list of rooms. */

import { assertEquals } from "@std/assert";
import { PAGE_CHARACTERS, type Range } from "../../server/store/store.ts";
import { Bench } from "./bench.ts";
import type { Test } from "./contract.ts";

const CASES: readonly [range: Range, seqs: number[]][] = [
  [{ after: 0, limit: 3 }, [4, 5, 6]],
  [{ after: 3, limit: 3 }, [4, 5, 6]],
  [{ after: 5, limit: 3 }, [6, 7, 8]],
  [{ after: 8, limit: 100 }, [9, 10]],
  [{ after: 10, limit: 3 }, []],
  [{ after: 99, limit: 3 }, []],
  [{ after: 0, limit: 0 }, []],
  [{ before: Infinity, limit: 2 }, [9, 10]],
  [{ before: 11, limit: 2 }, [9, 10]],
  [{ before: 99, limit: 2 }, [9, 10]],
  [{ before: 7, limit: 2 }, [5, 6]],
  [{ before: 6, limit: 100 }, [4, 5]],
  [{ before: 4, limit: 3 }, []],
  [{ before: 1, limit: 3 }, []],
  [{ before: 0, limit: 3 }, []],
  [{ before: 7, limit: 0 }, []],
];

/** Registers the tests. */
export function readContract(test: Test): void {
  test("reads every kind of range of kept messages, in ascending order", async (place) => {
    // Of 10 messages the oldest 3 are no longer kept.
    await using bench = await Bench.open(place, { messages: 7, ms: 0 });
    await bench.fill("hall", 10);
    await bench.trimAll();
    for (const [range, seqs] of CASES) {
      const page = await bench.store.read("hall", range);
      assertEquals(
        page.messages.map(({ seq }) => seq),
        seqs,
        JSON.stringify(range),
      );
      assertEquals([page.first, page.head], [4, 10]);
    }
  });

  test("reads no more text at once than makes a page, but at least a message", async (place) => {
    await using bench = await Bench.open(place);
    const third = "x".repeat(Math.ceil(PAGE_CHARACTERS / 3));
    await bench.say("hall", third, third, third, "x".repeat(PAGE_CHARACTERS));
    const seqs = async (range: Range) => {
      const { messages } = await bench.store.read("hall", range);
      return messages.map(({ seq }) => seq);
    };
    assertEquals(await seqs({ after: 0, limit: 9 }), [1, 2]);
    assertEquals(await seqs({ after: 1, limit: 9 }), [2, 3]);
    assertEquals(await seqs({ after: 3, limit: 9 }), [4]);
    assertEquals(await seqs({ before: 5, limit: 9 }), [4]);
    assertEquals(await seqs({ before: 4, limit: 9 }), [2, 3]);
    // A read that ended early holds up nothing that comes after it.
    await bench.say("hall", "more");
    assertEquals(await seqs({ before: Infinity, limit: 9 }), [5]);
  });

  test("reads an empty room, followed or never heard of", async (place) => {
    await using bench = await Bench.open(place);
    await bench.follow("empty");
    for (const room of ["empty", "unheard"]) {
      for (const range of [{ after: 0, limit: 5 }, { before: 9, limit: 5 }]) {
        const { first, head, messages } = await bench.store.read(room, range);
        assertEquals({ first, head, messages }, {
          first: 1,
          head: 0,
          messages: [],
        });
      }
    }
  });

  test("reads in the epoch that following reports", async (place) => {
    await using bench = await Bench.open(place);
    const { state } = await bench.follow("hall");
    await bench.say("hall", "a");
    const { epoch } = await bench.store.read("hall", { after: 0, limit: 1 });
    assertEquals(epoch, state.epoch);
  });

  test("lists the rooms that had a message, by name, with the newest one's time", async (place) => {
    await using bench = await Bench.open(place);
    const before = bench.clock.now();
    await bench.say("yard", "a", "b");
    bench.clock.pass(1_000);
    await bench.say("attic", "c");
    await bench.follow("empty");
    await bench.store.read("unheard", { after: 0, limit: 1 });
    const rooms = [
      { room: "attic", head: 1, at: before + 1_000 },
      { room: "yard", head: 2, at: before },
    ];
    assertEquals(await bench.store.rooms(), rooms);
    if (!place.persistent) return;
    await bench.reopen();
    assertEquals(await bench.store.rooms(), rooms);
  });

  test("says whether it takes messages, without storing any", async (place) => {
    await using bench = await Bench.open(place);
    await bench.store.check();
    await bench.store.check();
    assertEquals(await bench.store.rooms(), []);
  });
}
