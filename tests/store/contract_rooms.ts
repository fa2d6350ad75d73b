/** The part of the store contract on which rooms there are: made by the first
 * message, bounded in number, listed page by page, and gone when unused. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { compareCodePoints } from "../../server/runtime/code_points.ts";
import {
  RoomNotMadeError,
  RoomsFullError,
  UNUSED_MS,
} from "../../server/store/store.ts";
import { Bench, draft } from "./bench.ts";
import type { Test } from "./contract.ts";

const MINUTE_MS = 60_000;
const KEEP_A_MINUTE = { messages: 99, ms: MINUTE_MS };

/** Names whose order is not that of their units of UTF-16, and such that begin
 * like others. */
const NAMES = [
  ...["a", "a-b", "a.b", "a0", "aa", "ab", "b", "B", "0", "é", "한", "\uFB00"],
  ..."\u{10400}|\u{10400}a|\u{1D7D8}|\u{20000}".split("|"),
];

/** Registers the tests. */
export function roomsContract(test: Test): void {
  test("keeps nothing of rooms that are followed or read and never written to", async (place) => {
    await using bench = await Bench.open(place);
    for (let n = 0; n < 20; n++) {
      await bench.follow(`room-${n}`);
      await bench.store.read(`unheard-${n}`, { after: 0, limit: 9 });
    }
    for (let n = 0; n < 10; n++) bench.store.unfollow(`room-${n}`);
    await bench.trimAll();
    assertEquals(await bench.store.rooms(), []);
    assertEquals(await place.entries?.(bench.store) ?? 0, 0);
  });

  test("creates a room with the epoch reported when it was empty", async (place) => {
    await using bench = await Bench.open(place);
    for (const room of ["followed", "left", "read"]) {
      const { epoch } = room === "read"
        ? await bench.store.read(room, { after: 0, limit: 1 })
        : (await bench.follow(room)).state;
      assertNotEquals(epoch, "");
      if (room === "left") bench.store.unfollow(room);
      const before = await bench.store.read(room, { after: 0, limit: 1 });
      assertEquals(before.epoch, epoch, room);
      await bench.say(room, "first");
      const after = await bench.store.read(room, { after: 0, limit: 1 });
      assertEquals(after.epoch, epoch, room);
      bench.store.unfollow(room);
      assertEquals((await bench.follow(room)).state.epoch, epoch, room);
    }
  });

  test("creates a room with the epoch reported when it was empty, also after reopening", async (place) => {
    if (!place.persistent) return await place[Symbol.asyncDispose]();
    await using bench = await Bench.open(place);
    const { epoch } = (await bench.follow("hall")).state;
    await bench.reopen();
    await bench.say("hall", "first");
    assertEquals((await bench.follow("hall")).state, {
      epoch,
      first: 1,
      head: 1,
    });
  });

  test("drops a room unused for a day, and recreates it with another epoch", async (place) => {
    await using bench = await Bench.open(place, KEEP_A_MINUTE);
    const { epoch } = (await bench.follow("hall")).state;
    await bench.store.append([draft({ room: "hall", cid: "c" })]);
    bench.store.unfollow("hall");
    bench.clock.pass(UNUSED_MS - MINUTE_MS);
    await bench.trimAll();
    assertEquals((await bench.store.rooms()).length, 1);
    assertEquals((await bench.follow("hall")).state, {
      epoch,
      first: 2,
      head: 1,
    });
    bench.store.unfollow("hall");
    bench.clock.pass(2 * MINUTE_MS);
    // One that is followed meanwhile keeps what was told of it.
    const yard = await bench.follow("yard");
    await bench.trimAll();
    assertEquals(await bench.store.rooms(), []);
    assertEquals(await place.entries?.(bench.store) ?? 0, 0);
    const hall = await bench.follow("hall");
    assertEquals([hall.state.first, hall.state.head], [1, 0]);
    assertNotEquals(hall.state.epoch, epoch);
    assertEquals(
      await bench.store.append([draft({ room: "hall", cid: "c" })]),
      [{ seq: 1, duplicate: false }],
    );
    assertEquals(hall.texts, ["hi"]);
    await bench.say("yard", "hi");
    const { epoch: kept } = await bench.store.read("yard", {
      after: 0,
      limit: 1,
    });
    assertEquals(kept, yard.state.epoch);
    if (place.persistent) await bench.reopen();
    assertEquals(
      (await bench.follow("hall")).state.epoch,
      hall.state.epoch,
    );
  });

  test("keeps a room that is followed, however long it is unused", async (place) => {
    await using bench = await Bench.open(place, KEEP_A_MINUTE);
    const hall = await bench.follow("hall");
    await bench.say("hall", "a");
    bench.clock.pass(2 * UNUSED_MS);
    await bench.trimAll();
    assertEquals(await bench.say("hall", "b"), [{ seq: 2, duplicate: false }]);
    assertEquals(hall.texts, ["a", "b"]);
  });

  test("makes no more rooms than there may be, and refuses nothing else", async (place) => {
    await using bench = await Bench.open(place, KEEP_A_MINUTE, { maxRooms: 2 });
    const feed = await bench.follow("three");
    const receipts = await bench.store.append([
      draft({ room: "one" }),
      draft({ room: "two" }),
      draft({ room: "three" }),
      draft({ room: "one" }),
      draft({ room: "three", cid: "c" }),
      draft({ room: "_own", makesRoom: "always" }),
    ]);
    assertEquals(receipts.map(({ seq }) => seq), [1, 1, 0, 2, 0, 1]);
    for (const index of [2, 4]) {
      assert(receipts[index]?.refused instanceof RoomsFullError);
    }
    if (place.persistent) await bench.reopen();
    else bench.store.unfollow("three");
    const more = await bench.store.append([
      draft({ room: "four" }),
      draft({ room: "two" }),
    ]);
    assertEquals(more.map(({ seq }) => seq), [0, 2]);
    const rooms = await bench.store.rooms();
    assertEquals(rooms.map(({ room }) => room), ["_own", "one", "two"]);
    assertEquals(feed.texts, []);
    // Rooms that are gone make place.
    bench.clock.pass(2 * UNUSED_MS);
    await bench.trimAll();
    const [again] = await bench.store.append([
      draft({ room: "three", cid: "c" }),
    ]);
    assertEquals(again, { seq: 1, duplicate: false });
  });

  test("makes no room for a message that must not", async (place) => {
    await using bench = await Bench.open(place);
    await bench.say("known", "hi");
    const receipts = await bench.store.append([
      draft({ room: "new", makesRoom: "never" }),
      draft({ room: "known", makesRoom: "never" }),
      draft({ room: "made" }),
      draft({ room: "made", makesRoom: "never" }),
    ]);
    assertEquals(receipts.map(({ seq }) => seq), [0, 2, 1, 2]);
    assert(receipts[0]?.refused instanceof RoomNotMadeError);
    const rooms = await bench.store.rooms();
    assertEquals(rooms.map(({ room }) => room), ["known", "made"]);
  });

  test("lists rooms page by page, in the order of their characters", async (place) => {
    await using bench = await Bench.open(place);
    await bench.store.append(NAMES.map((room) => draft({ room })));
    const sorted = NAMES.toSorted(compareCodePoints);
    const all = await bench.store.rooms();
    assertEquals(all.map(({ room }) => room), sorted);
    for (const limit of [1, 3, 5, NAMES.length]) {
      const listed: string[] = [];
      while (true) {
        const page = await bench.store.rooms({
          after: listed.at(-1) ?? "",
          limit,
        });
        listed.push(...page.map(({ room }) => room));
        if (page.length < limit) break;
      }
      assertEquals(listed, sorted, `${limit} at once`);
    }
    // Behind one that there is not.
    const behind = await bench.store.rooms({ after: "a.", limit: 2 });
    assertEquals(behind.map(({ room }) => room), ["a.b", "a0"]);
    assertEquals(await bench.store.rooms({ after: "\u{2FFFF}", limit: 2 }), []);
  });
}
