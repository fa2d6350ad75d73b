/** Whose share of the open rooms is whose: nobody keeps others out of all. */

import { assertEquals } from "@std/assert";
import { OPEN } from "../../../server/auth/permissions.ts";
import { OpenRoomLimits } from "../../../server/rooms/open_room_limits.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";

/** Somebody at an address, perhaps with a token. */
function visitor(bench: HubBench, address: string, user?: string) {
  const reader = Object.assign(new FakeReader(), { address });
  return bench.hello({}, reader, { ...OPEN, user });
}

/** Joins rooms with many sessions until one is refused; gives how many were
 * joined. */
async function fill(
  bench: HubBench,
  addressOf: (n: number) => string,
  user?: string,
): Promise<number> {
  for (let joined = 0, n = 0;; n++) {
    const { session, reader } = visitor(bench, addressOf(n), user);
    for (let room = 0; room < 50; room++) {
      try {
        bench.hub.join(session, { type: "join", room: `${user}-${n}-${room}` });
      } catch {
        return joined;
      }
      await bench.turn();
      if (reader.all("error").length > 0) return joined;
      joined++;
    }
  }
}

/** What came of joining a room. */
async function join(bench: HubBench, address: string, room: string) {
  const { session, reader } = visitor(bench, address);
  try {
    bench.hub.join(session, { type: "join", room });
  } catch (error) {
    return (error as { code?: string }).code;
  }
  await bench.turn();
  return reader.all("error")[0]?.code ?? reader.all("joined")[0]?.room;
}

Deno.test("promise 7: one address opens at most a quarter of all rooms, with any number of sessions", async () => {
  // Of 1,000 on this bench.
  const bench = new HubBench();
  assertEquals(await fill(bench, () => "192.0.2.1"), 250);
  assertEquals(await join(bench, "192.0.2.1", "one-more"), "rooms_full");
  // It may still be where others are, and they are not held up.
  assertEquals(await join(bench, "192.0.2.2", "lobby"), "lobby");
  assertEquals(await join(bench, "192.0.2.1", "lobby"), "lobby");
  assertEquals(await join(bench, "192.0.2.2", "new"), "new");
});

Deno.test("promise 7: one user opens at most a quarter of all rooms, from any number of addresses", async () => {
  const bench = new HubBench();
  assertEquals(await fill(bench, (n) => `192.0.2.${n}`, "eve"), 250);
  assertEquals(await join(bench, "192.0.2.1", "new"), "new");
});

Deno.test("promise 7: the last tenth of the rooms is for the lobby and those with a history", async () => {
  const bench = new HubBench();
  const author = bench.hello({ name: "Ada" });
  bench.hub.publish(author.session, {
    type: "publish",
    room: "old",
    text: "x",
  });
  await bench.turn();
  const addresses = (n: number) => `10.0.${n}.1`;
  assertEquals(await fill(bench, addresses), 900);
  assertEquals(await join(bench, "192.0.2.2", "new"), "rooms_full");
  assertEquals(await join(bench, "192.0.2.2", "old"), "old");
  assertEquals(await join(bench, "192.0.2.2", "lobby"), "lobby");
});

Deno.test("a room gives its place back when it closes", async () => {
  const bench = new HubBench();
  const { session } = visitor(bench, "192.0.2.1");
  for (let n = 0; n < 300; n++) {
    const room = `room-${n}`;
    bench.hub.join(session, { type: "join", room });
    await bench.turn();
    bench.hub.leave(session, room);
    await bench.turn();
  }
  assertEquals(await join(bench, "192.0.2.1", "new"), "new");
});

Deno.test("OpenRoomLimits lets one client open its share when there are few rooms", () => {
  const bench = new HubBench();
  const { session } = visitor(bench, "192.0.2.1");
  const limits = new OpenRoomLimits(40);
  const closed = Array.from({ length: 40 }, () => limits.enter(session));
  assertEquals(closed.includes(undefined), false);
  assertEquals(limits.enter(session), undefined);
  for (const close of [...closed, ...closed]) close?.();
  assertEquals(limits.open, 0);
});
