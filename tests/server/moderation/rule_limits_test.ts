/** Whose share of the rules, and of the audit log, is whose. */

import { assertEquals } from "@std/assert";
import { HubbubError } from "../../../protocol/errors.ts";
import { OPEN, TRUSTED } from "../../../server/auth/permissions.ts";
import {
  MOST_IN_ROOMS,
  MOST_ROOM_RULES,
} from "../../../server/moderation/rule_limits.ts";
import type { Session } from "../../../server/rooms/session.ts";
import {
  assertRefused,
  audit,
  type Hall,
  hall,
} from "../../helpers/benches/hall.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";

/** A moderator of some rooms. */
function moderator({ bench }: Hall, isMine: (room: string) => boolean) {
  return bench.hello({}, new FakeReader(), {
    ...OPEN,
    allows: (right, room) =>
      right !== "moderate" || room !== "*" && isMine(room),
  }).session;
}

/** Bans ever more names until it is refused: gives how many, and the code. */
async function banAll(
  { bench }: Hall,
  room: string,
  session = moderator({
    bench,
  } as Hall, () => true),
) {
  for (let n = 0;; n++) {
    try {
      bench.hub.moderate(session, {
        type: "ban",
        room,
        name: `bob${n}`,
        forMs: 10 ** 10,
      });
    } catch (error) {
      if (!(error instanceof HubbubError)) throw error;
      if (error.code !== "rate_limited") return [n, error.code];
      n--;
      await bench.pass(200_000);
      continue;
    }
    await bench.turn();
  }
}

Deno.test("promise 7: rules of one room cannot use up the capacity for other rooms and the server", async () => {
  const all = await hall();
  const { bench, mod } = all;
  const mine = moderator(all, (room) => room === "mine");
  assertEquals(await banAll(all, "mine", mine), [
    MOST_ROOM_RULES,
    "rules_full",
  ]);
  const lock = { type: "lock", locked: true } as const;
  // A moderator of another room, and one of the server, also in that room.
  bench.hub.moderate(moderator(all, (room) => room === "other"), {
    ...lock,
    room: "other",
  });
  bench.hub.moderate(mod.session, { ...lock, room: "mine" });
  await bench.turn();
  assertEquals(bench.hub.rules("other").locked, true);
  assertEquals(bench.hub.rules("mine").locked, true);
  // One that holds already can be changed, and one that is lifted makes room.
  const ban = { room: "mine", forMs: 5 } as const;
  bench.hub.moderate(mine, { type: "ban", ...ban, name: "bob1" });
  for (const name of ["bob2", "bob3"]) {
    bench.hub.moderate(mine, { type: "unban", room: "mine", name });
  }
  await bench.turn();
  bench.hub.moderate(mine, { type: "ban", ...ban, name: "new" });
});

Deno.test("promise 7: rules of all rooms together cannot use up the capacity for server rules", async () => {
  const all = await hall();
  const { bench, mod } = all;
  const many = moderator(all, () => true);
  await bench.store.keep(
    new Map(Array.from({ length: MOST_IN_ROOMS }, (_, i) => [
      `lock/class-${i}`,
      JSON.stringify({ by: "Eve", at: 0 }),
    ])),
  );
  const lock = { type: "lock", locked: true } as const;
  const { message } = assertRefused(
    () => bench.hub.moderate(many, { ...lock, room: "next" }),
    "rules_full",
  );
  assertEquals(message.includes("a moderator of the whole server"), true);
  bench.hub.moderate(mod.session, {
    type: "ban",
    room: "*",
    name: "Spammer",
    forMs: 1_000,
  });
  bench.hub.moderate(mod.session, { ...lock, room: "next" });
  await bench.turn();
  assertEquals(bench.hub.bans("*").length, 1);
});

Deno.test("promise 7: the moderators of one room cannot push the acts of others out of the audit log", async () => {
  const all = await hall();
  const { bench, mod } = all;
  const mine = moderator(all, (room) => room === "mine");
  const acts = [
    (session: Session) =>
      bench.hub.moderate(session, { type: "slow", room: "mine", everyMs: 1 }),
    (session: Session) =>
      bench.hub.moderate(session, {
        type: "announce",
        room: "mine",
        text: "I rule",
      }),
  ];
  let done = 0;
  for (const act of [...acts, ...acts]) {
    try {
      for (; done < 1_000; done++) act(mine);
    } catch (error) {
      assertEquals((error as HubbubError).code, "rate_limited");
    }
  }
  assertEquals(done, 200);
  // Others, in other rooms and above all rooms, are not held up by that.
  bench.hub.moderate(mod.session, {
    type: "slow",
    room: "mine",
    everyMs: 1,
  });
  const other = moderator(all, (room) => room === "other");
  bench.hub.moderate(other, { type: "slow", room: "other", everyMs: 1 });
  await bench.turn();
  assertEquals((await audit(all)).length, 99);
});

Deno.test("an address ban of a user with many addresses uses at most the room's share", async () => {
  const all = await hall();
  const { bench, mod } = all;
  bench.hub.moderate(mod.session, {
    type: "ban",
    room: "hall",
    name: "Eve",
    withAddress: true,
    forMs: 10 ** 10,
  });
  await bench.turn();
  for (let n = 0; n < MOST_ROOM_RULES + 50; n++) {
    const reader = Object.assign(new FakeReader(), {
      address: `10.1.${n}.1`,
    });
    const { session } = bench.hello({ name: "Eve" }, reader, {
      ...TRUSTED,
      user: "eve",
      allows: (right) => right !== "moderate",
    });
    try {
      bench.hub.join(session, { type: "join", room: "hall" });
    } catch {
      // Banned.
    }
    await bench.turn();
  }
  assertEquals(bench.hub.bans("hall").length <= MOST_ROOM_RULES, true);
});
