/** Who may moderate, what is refused, and what a failing store leaves. */

import { assert, assertEquals } from "@std/assert";
import type { ErrorCode } from "../../../protocol/errors.ts";
import type {
  ModerationRequest,
  PublishRequest,
} from "../../../protocol/requests.ts";
import { v1 } from "../../../protocol/v1.ts";
import { TRUSTED } from "../../../server/auth/permissions.ts";
import { MOST_RULES } from "../../../server/moderation/rule_limits.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";
import { assertRefused, hall } from "../../helpers/benches/hall.ts";

Deno.test("refuses moderation without the right, with an error that names the right", async () => {
  const { bench } = await hall();
  const bob = await bench.enter("Bob");
  const requests: ModerationRequest[] = [
    { type: "kick", name: "Mod" },
    { type: "ban", name: "Mod", forMs: 1 },
    { type: "unban", name: "Mod" },
    { type: "lock", locked: true },
    { type: "slow", everyMs: 1 },
    { type: "announce", text: "I rule" },
    { type: "announce", room: "*", text: "I rule" },
  ];
  for (const request of requests) {
    const { message } = assertRefused(
      () => bench.hub.moderate(bob.session, { room: "hall", ...request }),
      "forbidden",
    );
    assert(message.includes("--auth-secret"), message);
  }
});

Deno.test("a moderator of some rooms cannot moderate other rooms or the server", async () => {
  const { bench } = await hall();
  const ada = bench.hello({ name: "Ada" }, new FakeReader(), {
    until: Infinity,
    allows: (right, room) => right !== "moderate" || room === "hall",
  });
  const lock = { type: "lock", locked: true } as const;
  bench.hub.moderate(ada.session, { ...lock, room: "hall" });
  const kick = { type: "kick", name: "Mod" } as const;
  for (const room of ["yard", "*"]) {
    assertRefused(
      () => bench.hub.moderate(ada.session, { ...kick, room }),
      "forbidden",
    );
  }
});

Deno.test("moderators cannot be removed, and locks and bans do not apply to them", async () => {
  const { bench, moderate } = await hall();
  const other = await bench.enter("Other", v1, TRUSTED);
  for (const type of ["kick", "ban"] as const) {
    assertRefused(
      () =>
        bench.hub.moderate(other.session, {
          type,
          room: "hall",
          name: "Mod",
          forMs: 1,
        } as ModerationRequest),
      "forbidden",
    );
  }
  await moderate({
    type: "ban",
    room: "*",
    address: "192.0.2.7",
    forMs: 1_000,
  });
  assertEquals(other.reader.ended, undefined);
  await bench.enter("Third", v1, TRUSTED);
});

Deno.test("a node that cannot check whether a banned user is a moderator says so", async () => {
  const { bench, mod, moderate } = await hall();
  await bench.enter("Bob");
  const answer = async (request: ModerationRequest) => {
    mod.reader.frames = [];
    await moderate(request);
    return mod.reader.all("done")[0]?.message;
  };
  const ban = { type: "ban", name: "Eve", forMs: 60_000 } as const;
  const banned = 'Eve is banned from room "hall" for 1 minute';
  assertEquals(await answer(ban), banned);
  bench.fleet.nodes = 2;
  assertEquals(await answer(ban), `${banned}, unless Eve is a moderator too`);
  assertEquals(
    await answer({ type: "kick", room: "*", name: "Eve" }),
    "Eve was removed from this server for at least 1 minute, " +
      "unless Eve is a moderator too",
  );
  assertEquals(
    await answer({ type: "kick", name: "Bob" }),
    'Bob was removed from room "hall" for at least 1 minute',
  );
});

Deno.test("refuses invalid moderation requests with an error and a remedy", async () => {
  const { bench, mod } = await hall();
  const wrong: readonly [ModerationRequest, ErrorCode][] = [
    [{ type: "kick", name: "Nobody" }, "not_found"],
    [{ type: "kick", name: "" }, "bad_name"],
    [{ type: "ban", forMs: 1 }, "bad_field"],
    [{ type: "ban", name: "A", address: "192.0.2.1", forMs: 1 }, "bad_field"],
    [{ type: "ban", address: "nowhere", forMs: 1 }, "bad_field"],
    [{ type: "ban", name: "A", forMs: 0 }, "bad_field"],
    [{ type: "ban", name: "A", forMs: 1e15 }, "bad_field"],
    [{ type: "unban", name: "A" }, "not_found"],
    [{ type: "slow", everyMs: 1e9 }, "bad_field"],
    [{ type: "lock", room: "*", locked: true }, "bad_room"],
    [{ type: "slow", room: "*", everyMs: 1 }, "bad_room"],
    [{ type: "remove", room: "*", seq: 1 }, "bad_room"],
    [{ type: "announce", text: " " }, "empty"],
    [{ type: "kick", name: "A", reason: "x".repeat(201) }, "bad_field"],
    ...["\n", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\u2066"].flatMap(
      (sign): typeof wrong => [
        [{ type: "kick", name: "A", reason: `a${sign}b` }, "bad_field"],
        [
          { type: "ban", name: "A", forMs: 1, reason: `a${sign}b` },
          "bad_field",
        ],
      ],
    ),
  ];
  for (const [request, code] of wrong) {
    assertRefused(
      () => bench.hub.moderate(mod.session, { room: "hall", ...request }),
      code,
    );
  }
});

Deno.test("there are only so many rules, and those that are over make room", async () => {
  const { bench, mod, moderate } = await hall();
  await bench.store.keep(
    new Map(Array.from({ length: MOST_RULES }, (_, i) => [
      `ban/*/name bob${i}`,
      JSON.stringify({
        kind: "ban",
        room: "*",
        name: `bob${i}`,
        until: bench.clock.now() + 5_000,
      }),
    ])),
  );
  assertRefused(
    () =>
      bench.hub.moderate(mod.session, {
        type: "lock",
        room: "hall",
        locked: true,
      }),
    "rules_full",
  );
  await bench.pass(6_000);
  await moderate({ type: "lock", locked: true });
  const publish: PublishRequest = { type: "publish", room: "hall", text: "x" };
  assertRefused(
    () => bench.hub.publish(bench.hello({}).session, publish),
    "locked",
  );
});

Deno.test("promise 7: a moderation action that the store fails gets an error and has no partial effect", async () => {
  const { bench, mod, moderate } = await hall();
  const bob = await bench.enter("Bob");
  for (const failing of ["append", "keep"] as const) {
    mod.reader.frames = [];
    bench.store.failing.add(failing);
    await moderate({ type: "lock", locked: true });
    const [error] = mod.reader.all("error");
    assertEquals([error?.code, error?.id], ["store_unavailable", 1]);
    bench.store.failing.clear();
  }
  bench.say(bob.session, "still open");
});
