/** Rooms as they open and close, with a store that takes its time or fails. */

import { assertEquals } from "@std/assert";
import { createLogger } from "../../../server/runtime/logger.ts";
import { SingleNode } from "../../../server/fleet/single_node.ts";
import { ReadQueue } from "../../../server/rooms/read_queue.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { RoomRegistry } from "../../../server/rooms/room_registry.ts";
import type { Session } from "../../../server/rooms/session.ts";
import { Stats } from "../../../server/runtime/stats.ts";
import type { Feed, StoredMessage } from "../../../server/store/store.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";
import { HeldStore } from "../../helpers/doubles/held_store.ts";
import {
  FakeReader,
  fakeSession,
  numbers,
} from "../../helpers/doubles/reader.ts";

function bench() {
  const clock = new FakeClock();
  const store = new HeldStore(clock);
  const logged: string[] = [];
  const rooms = new RoomRegistry({
    fleet: new SingleNode({ random: () => 0, newId: () => "" }),
    access: {
      join() {},
      standing: () => ({ rights: ["read", "write"] }),
      heard() {},
    },
    store,
    reads: new ReadQueue({ store, clock, ledger: new ResourceLedger() }),
    clock,
    log: createLogger({
      level: "debug",
      pretty: true,
      now: () => 0,
      write: (line) => logged.push(line),
    }),
    stats: new Stats(),
    maxRooms: 10,
    maxRoomsPerSession: 10,
  });
  rooms.begin({
    changed() {},
    elsewhere() {},
    failed(_session, error) {
      throw error;
    },
  });
  const arrive = (session: Session, limit = 50) =>
    rooms.arrive("hall", { session, since: undefined, limit, id: 7 });
  const tick = () => {
    rooms.announceJoins();
    rooms.announceLeaves();
  };
  const say = async (...texts: string[]) => {
    await store.inner.append(
      texts.map((text) => ({ room: "hall", from: "B", author: "b", text })),
    );
    rooms.deliver();
  };
  return { clock, store, rooms, logged, arrive, tick, say };
}

Deno.test("Rooms opens a room at the first join and drops it after the last leave", async () => {
  const { rooms, arrive, tick } = bench();
  const ada = fakeSession("Ada");
  arrive(ada);
  await settled();
  tick();
  assertEquals(rooms.get("hall")?.has(ada), true);
  rooms.depart("hall", ada);
  tick();
  assertEquals(rooms.get("hall"), undefined);
});

Deno.test("Rooms joins all sessions that waited for a room to open, except those that left", async () => {
  const { store, rooms, arrive, tick } = bench();
  store.held.add("follow");
  const [ada, bob, eve] = ["Ada", "Bob", "Eve"].map((name) =>
    fakeSession(name)
  );
  for (const session of [ada!, bob!, eve!]) arrive(session);
  rooms.depart("hall", bob!);
  tick();
  assertEquals(store.waiting, 1, "asked once");
  await store.release();
  tick();
  assertEquals(ada!.reader.all("joined")[0]?.members, ["Ada", "Eve"]);
  assertEquals(bob!.reader.frames, []);
});

Deno.test("Rooms drops a room if all waiting sessions left before it was open", async () => {
  const { store, rooms, arrive, tick } = bench();
  store.held.add("follow");
  const ada = fakeSession("Ada");
  arrive(ada);
  rooms.depart("hall", ada);
  await store.release();
  tick();
  assertEquals(rooms.get("hall"), undefined);
});

Deno.test("promise 7: Rooms sends joiners an error while the store does not answer, and retries at the next join", async () => {
  const { store, rooms, logged, arrive, tick } = bench();
  store.failing.add("follow");
  const ada = fakeSession("Ada");
  arrive(ada);
  await settled();
  const [error] = ada.reader.all("error");
  assertEquals([error?.code, error?.retryable, error?.id], [
    "store_unavailable",
    true,
    7,
  ]);
  assertEquals(logged.length, 1);
  store.failing.clear();
  arrive(ada);
  await settled();
  tick();
  assertEquals(rooms.get("hall")?.has(ada), true);
});

Deno.test("Rooms joins clients without requests of their own later, with one notice", async () => {
  const { clock, store, rooms, logged, arrive, tick } = bench();
  store.failing.add("follow");
  const [ada, bob] = [fakeSession("Ada"), fakeSession("Bob")];
  for (const session of [ada, bob]) {
    session.current = "hall";
    arrive(session);
  }
  await settled();
  bob.current = "yard";
  clock.pass(1_000);
  await settled();
  assertEquals([ada.reader.frames.length, logged.length], [1, 1]);
  store.failing.clear();
  clock.endTurn();
  clock.pass(1_000);
  await settled();
  tick();
  assertEquals(rooms.get("hall")?.has(ada), true);
  assertEquals(rooms.get("hall")?.has(bob), false);
  assertEquals(clock.waiting, 0);
});

/** A hall that Eve is in, whose node does not hear what is said by others. */
async function deafHall() {
  const parts = bench();
  const { store, arrive, tick } = parts;
  let feed: Feed | undefined;
  const unheard: StoredMessage[] = [];
  const follow = store.inner.follow.bind(store.inner);
  store.inner.follow = (room, own) => {
    feed = own;
    return follow(room, {
      ...own,
      append: (messages) => unheard.push(...messages),
    });
  };
  arrive(fakeSession("Eve"));
  await settled();
  tick();
  await parts.say("a", "b");
  const { epoch } = await store.inner.read("hall", { after: 0, limit: 0 });
  /** Somebody comes who has heard so many elsewhere. */
  const comes = async (seq: number) => {
    const session = fakeSession("Ada");
    const since = { epoch, seq };
    parts.rooms.arrive("hall", { session, since, limit: 9, id: 7 });
    await settled();
    tick();
    return session;
  };
  const hear = () => {
    feed?.append(unheard.splice(0));
    tick();
    parts.rooms.deliver();
  };
  return { ...parts, comes, hear };
}

Deno.test("promise 3: a client from a node that is ahead resumes once this node has caught up", async () => {
  const { rooms, comes, hear, say } = await deafHall();
  const ada = await comes(1);
  assertEquals(ada.reader.frames, []);
  await say("c");
  hear();
  const [joined] = ada.reader.all("joined");
  assertEquals([joined?.recovered, joined?.after, joined?.head], [
    "full",
    1,
    3,
  ]);
  assertEquals(ada.reader.texts, ["b", "c"]);
  rooms.depart("hall", ada);
});

Deno.test("promise 3: a cursor that no node is at is not resumed", async () => {
  const { comes } = await deafHall();
  const ada = await comes(3);
  assertEquals(ada.reader.all("joined")[0]?.recovered, "none");
});

Deno.test("promise 7: a client from a node that is ahead gets an error when the store does not answer", async () => {
  const { store, rooms, comes, hear } = await deafHall();
  store.failing.add("read");
  const ada = await comes(2);
  const [error] = ada.reader.all("error");
  assertEquals([error?.code, error?.id], ["store_unavailable", 7]);
  hear();
  assertEquals(rooms.get("hall")?.has(ada), false);
});

Deno.test("Rooms keeps sessions that arrive between the end of a turn and of its append", async () => {
  const { rooms, arrive, tick } = bench();
  arrive(fakeSession("Ada"));
  await settled();
  tick();
  const bob = fakeSession("Bob");
  rooms.announceJoins();
  arrive(bob);
  rooms.announceLeaves();
  rooms.announceJoins();
  assertEquals(bob.reader.all("joined").length, 1);
});

Deno.test("Rooms looks after a reader that is full until it drains", async () => {
  const { clock, arrive, tick, say } = bench();
  const ada = fakeSession("Ada");
  arrive(ada);
  await settled();
  tick();
  ada.reader.frames = [];
  ada.reader.room = 0;
  await say("a", "b");
  clock.endTurn();
  for (let i = 0; i < 10; i++) clock.pass(20);
  assertEquals(ada.reader.frames, []);
  ada.reader.room = Infinity;
  clock.pass(20);
  clock.endTurn();
  assertEquals(ada.reader.texts, ["a", "b"]);
  assertEquals(clock.waiting, 0, "and then no longer");
});

Deno.test("Rooms gives a reader that takes a page a turn the next one without waiting", async () => {
  const { clock, arrive, tick, say } = bench();
  const ada = fakeSession("Ada");
  arrive(ada);
  await settled();
  tick();
  ada.reader.frames = [];
  ada.reader.room = 1;
  const { send } = ada.reader;
  // What it was sent is written at the end of the turn.
  ada.reader.send = (frames) => {
    send.call(ada.reader, frames);
    clock.soon(() => ada.reader.room = 1);
  };
  await say(...numbers(1, 5).map((n) => `${n} ${"x".repeat(30_000)}`));
  clock.endTurn();
  assertEquals(ada.reader.seqs, numbers(1, 5));
  assertEquals(clock.waiting, 0, "no time had to pass");
});

Deno.test("promise 3: Rooms reads for a reader that is behind the memory, again after a read that failed", async () => {
  const { clock, store, logged, arrive, tick, say } = bench();
  await say(...numbers(1, 1_500).map(String));
  store.failing.add("read");
  const ada = fakeSession("Ada");
  arrive(ada, 1_500);
  await settled();
  tick();
  await settled();
  assertEquals(ada.reader.seqs, []);
  assertEquals(logged.length, 1);
  store.failing.clear();
  clock.pass(1_000);
  for (let i = 0; i < 10; i++) {
    await settled();
    clock.endTurn();
  }
  assertEquals(ada.reader.seqs, numbers(1, 1_500));
});

Deno.test("promise 4: Rooms reads once for all slow readers at the same position", async () => {
  const { store, arrive, tick, say } = bench();
  await say(...numbers(1, 1_500).map(String));
  const reads: number[] = [];
  const read = store.inner.read.bind(store.inner);
  store.inner.read = (room, range) => {
    if ("after" in range) reads.push(range.after);
    return read(room, range);
  };
  const readers = ["Ada", "Bob", "Cid"].map((name) => fakeSession(name));
  for (const session of readers) arrive(session, 1_500);
  await settled();
  tick();
  for (let i = 0; i < 10; i++) await settled();
  for (const { reader } of readers) {
    assertEquals(reader.seqs, numbers(1, 1_500));
  }
  assertEquals(reads, [...new Set(reads)], "nothing is read twice");
});

Deno.test("Rooms ends a reader whose log lost messages in the store, instead of reading for ever", async () => {
  const { store, arrive, tick, say } = bench();
  await say(...numbers(1, 10).map(String));
  const read = store.inner.read.bind(store.inner);
  store.inner.read = async (room, range) => ({
    ...await read(room, range),
    messages: [],
  });
  const ada = fakeSession("Ada", new FakeReader());
  arrive(ada);
  await settled();
  tick();
  await settled();
  assertEquals(ada.reader.ended?.code, 1011);
});

for (const answers of ["before", "after"]) {
  Deno.test(`promise 2: Rooms sends nothing of a log that was lost while it was read, if the store answers ${answers} the loss`, async () => {
    const { clock, store, arrive, tick, say } = bench();
    await say("old 1", "old 2");
    const feeds: Feed[] = [];
    const follow = store.inner.follow.bind(store.inner);
    store.inner.follow = (room, feed) => {
      feeds.push(feed);
      return follow(room, feed);
    };
    store.held.add("read");
    const ada = fakeSession("Ada");
    arrive(ada);
    await settled();
    tick();
    assertEquals(store.waiting, 1);
    const next = { epoch: "next life", first: 1, head: 0 };
    store.inner.read = () => Promise.resolve({ ...next, messages: [] });
    if (answers === "before") await store.release();
    feeds[0]?.reset(next);
    if (answers === "after") await store.release();
    clock.pass(1_000);
    assertEquals(ada.reader.ended, undefined);
    assertEquals(ada.reader.texts, []);
    assertEquals(ada.reader.all("joined").at(-1)?.epoch, "next life");
    assertEquals([...ada.members.values()].map(({ fetching }) => fetching), [
      false,
    ]);
  });
}

Deno.test("Rooms sends a large room's count at most once a second", async () => {
  const { clock, rooms, arrive, tick } = bench();
  const ada = fakeSession("Ada");
  arrive(ada);
  await settled();
  for (let n = 0; n < 300; n++) arrive(fakeSession(`Guest ${n}`));
  tick();
  ada.reader.frames = [];
  for (let n = 300; n < 310; n++) {
    arrive(fakeSession(`Guest ${n}`));
    tick();
  }
  clock.pass(1_000);
  clock.endTurn();
  tick();
  const counts = ada.reader.all("presence").map(({ count }) => count);
  assertEquals(counts, [302, 311]);
  rooms.stop();
});

Deno.test("Rooms.stop() leaves nothing that would happen later", async () => {
  const { clock, rooms, arrive, tick, say } = bench();
  const ada = fakeSession("Ada");
  arrive(ada);
  await settled();
  tick();
  ada.reader.room = 0;
  await say("a");
  clock.endTurn();
  assertEquals(clock.waiting, 1);
  rooms.stop();
  assertEquals(clock.waiting, 0);
});

Deno.test("Rooms.stop() asks nothing more of a store that failed", async () => {
  const { clock, store, rooms, arrive, tick, say } = bench();
  await say("a");
  store.failing.add("read");
  arrive(fakeSession("Ada"));
  await settled();
  tick();
  await settled();
  rooms.stop();
  assertEquals(clock.waiting, 0);
});
