/** The hub: sessions that lose their connection, come back, or are replaced. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { HubbubError } from "../../../protocol/errors.ts";
import { simple } from "../../../protocol/simple.ts";
import { text } from "../../../protocol/text.ts";
import { OPEN, type Permissions } from "../../../server/auth/permissions.ts";
import { isReader } from "../../../server/sessions/contained_reader.ts";
import { GRACE_MS, HubBench } from "../../helpers/benches/hub_bench.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";

/** Ada and Bob in one room; Ada's connection has just been lost. */
async function lostAda() {
  const bench = new HubBench();
  const ada = bench.hello({ name: "Ada" });
  bench.hub.join(ada.session, { type: "join", room: "hall" });
  await bench.turn();
  const bob = await bench.enter("Bob");
  bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: true });
  await bench.turn();
  return { bench, ada, bob };
}

/** Joins `hall` behind the first `seq` messages. */
function rejoin(
  bench: HubBench,
  session: Parameters<HubBench["say"]>[0],
  seq: number,
  epoch: string,
) {
  bench.hub.join(session, {
    type: "join",
    room: "hall",
    since: { epoch, seq },
  });
}

Deno.test("promise 3: a reconnect within the grace period causes no leave or join and misses no message", async () => {
  const { bench, ada, bob } = await lostAda();
  bench.say(bob.session, "while away");
  await bench.pass(GRACE_MS - 1);
  const [before] = ada.reader.all("joined");
  const again = bench.hello({ token: ada.token });
  const [welcome] = again.reader.all("welcome");
  assertEquals([welcome?.resumed, welcome?.name, welcome?.session], [
    true,
    "Ada",
    ada.session.id,
  ]);
  rejoin(bench, again.session, 0, before?.epoch ?? "");
  await bench.turn();
  assertEquals(again.reader.all("joined")[0]?.recovered, "full");
  assertEquals(again.reader.texts, ["while away"]);
  await bench.pass(2 * GRACE_MS);
  assertEquals(bob.reader.all("presence"), []);
});

Deno.test("after the grace period the leave is announced once and the name is free", async () => {
  const { bench, bob } = await lostAda();
  await bench.pass(GRACE_MS - 1);
  assertEquals(bob.reader.all("presence"), []);
  assertThrows(() => bench.hello({ name: "Ada" }), HubbubError, "taken");
  await bench.pass(1);
  await bench.pass(GRACE_MS);
  assertEquals(bob.reader.all("presence").map(({ left }) => left), [["Ada"]]);
  assertEquals(bench.hello({ name: "Ada" }).session.name, "Ada");
});

Deno.test("a clean close leaves at once", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  const bob = await bench.enter("Bob");
  bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: false });
  await bench.turn();
  assertEquals(bob.reader.all("presence").map(({ left }) => left), [["Ada"]]);
  assertEquals(bench.hub.sessions, 1);
});

for (const dialect of [simple, text]) {
  Deno.test(`a ${dialect.name} client has no grace`, async () => {
    const bench = new HubBench();
    const ada = await bench.enter("Ada", dialect);
    const bob = await bench.enter("Bob");
    bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: true });
    await bench.turn();
    assertEquals(bob.reader.all("presence").map(({ left }) => left), [["Ada"]]);
  });
}

Deno.test("a second connection with the resume token takes over, and the first gets the reason", async () => {
  const bench = new HubBench();
  const ada = bench.hello({ name: "Ada" });
  bench.hub.join(ada.session, { type: "join", room: "hall" });
  await bench.turn();
  const bob = await bench.enter("Bob");
  const second = bench.hello({ token: ada.token });
  assertEquals(ada.reader.ended, CLOSE.replaced);
  // Its socket tells so later; that is no news.
  bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: false });
  assertEquals(second.session, ada.session);
  rejoin(bench, second.session, 0, ada.reader.all("joined")[0]?.epoch ?? "");
  await bench.turn();
  bench.say(bob.session, "hi");
  await bench.turn();
  assertEquals(second.reader.texts, ["hi"]);
  assertEquals(ada.reader.texts, []);
  assertEquals(bob.reader.all("presence"), []);
});

Deno.test("a room that a resumed session does not come back to is left after the grace", async () => {
  const { bench, ada, bob } = await lostAda();
  bench.hello({ token: ada.token });
  bench.say(bob.session, "hi");
  await bench.pass(GRACE_MS);
  assertEquals(bob.reader.all("presence").map(({ left }) => left), [["Ada"]]);
  assertEquals(bench.hub.sessions, 2);
});

Deno.test("a token is worth its session also when that has ended: the same author, so a repeat is known", async () => {
  const { bench, ada, bob } = await lostAda();
  bench.say(ada.session, "once");
  await bench.pass(GRACE_MS);
  const again = bench.hello({ name: "Ada", token: ada.token });
  assertEquals(again.reader.all("welcome")[0]?.resumed, false);
  assertEquals(again.session.id, ada.session.id);
  bench.say(again.session, "once");
  await bench.turn();
  assertEquals(again.reader.all("ack")[0]?.duplicate, true);
  assertEquals(bob.reader.texts, ["once"]);
});

Deno.test("another session's resume token starts a new session and does not affect theirs", async () => {
  const bench = new HubBench();
  const grantOf = (user: string): Permissions => ({ ...OPEN, user });
  const ada = bench.hello({ name: "Ada" }, undefined, grantOf("ada"));
  const eve = bench.hello({ token: ada.token }, undefined, grantOf("eve"));
  assertEquals(eve.reader.all("welcome")[0]?.resumed, false);
  assertEquals(eve.session === ada.session, false);
  assertEquals(eve.session.id === ada.session.id, false);
  assertEquals([ada.session.name, ada.reader.ended], ["Ada", undefined]);
  await bench.turn();
});

Deno.test("a forged token begins a new session", async () => {
  const { bench, ada } = await lostAda();
  const thief = bench.hello({ token: `${ada.session.id}.AAAA` });
  assertEquals(thief.reader.all("welcome")[0]?.resumed, false);
  assertEquals(thief.session === ada.session, false);
  assertEquals(thief.session.id === ada.session.id, false);
});

Deno.test("a taken name asked for with a token of an ended session is refused, and can be asked for anew", async () => {
  const { bench, ada } = await lostAda();
  await bench.pass(GRACE_MS);
  await bench.enter("Ada");
  const reader = new FakeReader();
  const error = assertThrows(
    () => bench.hello({ name: "Ada", token: ada.token }, reader),
    HubbubError,
  );
  assertEquals(error.details.suggestion, "Ada 2");
  const again = bench.hello({ name: "Ada 2", token: ada.token }, reader);
  assertEquals(again.session.id, ada.session.id);
});

Deno.test("a session lost while its room opens joins nothing", async () => {
  const bench = new HubBench();
  bench.store.held.add("follow");
  const ada = bench.hello({ name: "Ada" });
  bench.hub.join(ada.session, { type: "join", room: "hall" });
  bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: false });
  await bench.store.release();
  await bench.turn();
  const bob = bench.hello({ name: "Bob" });
  bench.hub.join(bob.session, { type: "join", room: "hall" });
  await bench.store.release();
  await bench.turn();
  assertEquals(bob.reader.all("joined")[0]?.members, ["Bob"]);
});

Deno.test("a rename reaches every room one is in, and the next message", async () => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  const bob = await bench.enter("Bob");
  ada.reader.frames = [];
  bench.hub.sessionService.rename(ada.session, "Countess", "r");
  bench.say(ada.session, "hi");
  await bench.turn();
  assertEquals(ada.reader.all("renamed"), [
    { type: "renamed", name: "Countess", id: "r" },
  ]);
  assertEquals(bob.reader.all("presence")[0]?.renamed, [["Ada", "Countess"]]);
  assertEquals(bob.reader.messages[0]?.from, "Countess");
});

Deno.test("a lost connection changes nothing when it was replaced or reported before", async () => {
  const { bench, ada, bob } = await lostAda();
  bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: true });
  await bench.pass(GRACE_MS);
  bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: true });
  const other = await bench.enter("Ada");
  bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: false });
  await bench.pass(GRACE_MS);
  assertEquals(bench.hub.sessions, 2);
  assertThrows(() => bench.hello({ name: "ada" }), HubbubError, "taken");
  assert(isReader(other.session.reader, other.reader));
  assertEquals(bob.reader.all("presence").length, 2);
});
