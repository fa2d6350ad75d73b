/** Messages that are removed, from the request to what everybody sees. */

import { assert, assertEquals } from "@std/assert";
import { v1 } from "../../../protocol/v1.ts";
import { TRUSTED } from "../../../server/auth/permissions.ts";
import type { Session } from "../../../server/rooms/session.ts";
import { audit, hall, join } from "../../helpers/benches/hall.ts";

Deno.test("a message removed by a moderator disappears for current and later members", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const bob = await bench.enter("Bob");
  // Without a cid, which would be the text.
  const publish = { type: "publish", room: "hall", text: "secret" } as const;
  bench.hub.publish(bob.session, publish);
  await bench.turn();
  mod.reader.frames = [];
  await moderate({ type: "remove", seq: 1 });
  const [tombstone] = mod.reader.messages;
  assertEquals(
    [tombstone?.seq, tombstone?.from, tombstone?.text, tombstone?.removes],
    [2, "Mod", "A message was removed by a moderator", 1],
  );
  assertEquals(mod.reader.all("ack").map(({ id, seq }) => [id, seq]), [[1, 2]]);
  assertEquals(bob.reader.messages.at(-1)?.removes, 1);

  // From memory, on joining, in history, and behind a cursor.
  const eve = bench.hello({ name: "Eve" });
  await join(here, eve.session);
  bench.hub.history(eve.session, { type: "history", room: "hall" });
  await bench.turn();
  const [history] = eve.reader.all("history");
  for (const messages of [eve.reader.messages, history?.messages ?? []]) {
    assertEquals(
      messages.map(({ seq, text, removed, removes }) => [
        seq,
        text,
        removed,
        removes,
      ]),
      [[1, "", true, undefined], [
        2,
        "A message was removed by a moderator",
        undefined,
        1,
      ]],
    );
  }
  assert(!eve.reader.frames.join().includes("secret"));
  assertEquals(await audit(here), [
    { by: "Mod", act: "remove", room: "hall", seq: 1, name: "Bob" },
  ]);
  assert(bench.logged.some((line) => line.includes("moderated by=Mod")));
  assert(!bench.logged.join().includes("secret"));
});

Deno.test("a page that was read before a message was removed is read again", async () => {
  const here = await hall();
  const { bench, mod, moderate } = here;
  const bob = await bench.enter("Bob");
  bench.say(bob.session, "secret");
  await bench.turn();
  // Everybody goes: what comes next is read from the store.
  for (const { session } of [mod, bob]) bench.hub.leave(session, "hall");
  await bench.turn();
  const eve = bench.hello({ name: "Eve" });
  const read = bench.store.inner.read.bind(bench.store.inner);
  const late = Promise.withResolvers<void>();
  bench.store.inner.read = async (room, range) => {
    const page = await read(room, range);
    if (room === "hall" && "after" in range && range.limit > 1) {
      await late.promise;
    }
    return page;
  };
  await join(here, eve.session);
  assertEquals(eve.reader.messages, []);
  await moderate({ type: "remove", seq: 1 });
  late.resolve();
  await bench.turn();
  assertEquals(eve.reader.texts, ["", "A message was removed by a moderator"]);
});

Deno.test("a user can remove only their own messages", async () => {
  const here = await hall();
  const { bench } = here;
  const bob = await bench.enter("Bob");
  const eve = await bench.enter("Eve");
  bench.say(bob.session, "mine");
  await bench.turn();
  const remove = async (session: Session, seq: number) => {
    bench.hub.moderate(session, { type: "remove", room: "hall", seq, id: 7 });
    await bench.turn();
  };
  await remove(eve.session, 1);
  const [refusal] = eve.reader.all("error");
  assertEquals([refusal?.code, refusal?.id], ["forbidden", 7]);
  assert(refusal?.message.includes("--auth-secret"));
  await remove(bob.session, 1);
  assertEquals(eve.reader.messages.at(-1)?.removes, 1);
  assertEquals(
    await bench.store.read("hall", { after: 0, limit: 1 }).then(
      ({ messages }) => messages.map(({ text }) => text),
    ),
    [""],
  );
  // Once more, the tombstone, and what is not there.
  bob.reader.frames = [];
  await remove(bob.session, 1);
  assertEquals(bob.reader.all("done").length, 1);
  for (
    const [seq, code] of [[2, "forbidden"], [9, "not_found"], [
      0,
      "not_found",
    ]] as const
  ) {
    bob.reader.frames = [];
    await remove(bob.session, seq);
    assertEquals(bob.reader.all("error").map(({ code }) => code), [code]);
  }
  assertEquals(await audit(here), [], "one's own is nobody else's business");
});

Deno.test("two simultaneous removals remove a message once", async () => {
  const here = await hall();
  const { bench, mod } = here;
  const other = await bench.enter("Other", v1, TRUSTED);
  bench.say(mod.session, "hi");
  await bench.turn();
  for (const { session } of [mod, other]) {
    bench.hub.moderate(session, {
      type: "remove",
      room: "hall",
      seq: 1,
      id: 1,
    });
  }
  await bench.turn();
  assertEquals(mod.reader.messages.filter(({ removes }) => removes).length, 1);
  assertEquals(other.reader.all("ack").at(-1)?.duplicate, true);
  assertEquals((await audit(here)).length, 1);
});
