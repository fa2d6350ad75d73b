/** One person on several devices: one name, one entry in the list, own messages
 * everywhere. */

import type { Session } from "../../../server/rooms/session.ts";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { CLOSE } from "../../../protocol/close_codes.ts";
import type { Dialect } from "../../../protocol/dialect.ts";
import { simple } from "../../../protocol/simple.ts";
import { text } from "../../../protocol/text.ts";
import { v1 } from "../../../protocol/v1.ts";
import { OPERATOR } from "../../../server/auth/operator_token.ts";
import { OPEN, type Permissions } from "../../../server/auth/permissions.ts";
import { SentMessages } from "../../../server/rooms/sent_messages.ts";
import { assertRefused, user } from "../../helpers/benches/hall.ts";
import { HubBench } from "../../helpers/benches/hub_bench.ts";
import { FakeReader } from "../../helpers/doubles/reader.ts";

/** How somebody shows on each device who it is: a token, or a guest's secret. */
type Proof = (bench: HubBench) => { permissions: Permissions; guest?: string };

const PROOFS: readonly [string, Proof][] = [
  ["token", () => ({ permissions: user("u1", "Ada") })],
  ["guest's secret", (bench) => {
    const first = bench.hello({ name: "Ada" });
    bench.hub.sessionService.lost(first.session, first.reader, {
      mayReturn: false,
    });
    return { permissions: OPEN, guest: first.reader.all("welcome")[0]!.guest! };
  }],
  ["operator's token", () => ({ permissions: OPERATOR })],
];

/** Ada in the hall on two devices, and Bob. */
async function twoDevices(
  proof: Proof,
  dialects: readonly Dialect[] = [v1, v1],
) {
  const bench = new HubBench();
  const { permissions, guest } = proof(bench);
  const bob = await bench.enter("Bob");
  const devices = [];
  for (const dialect of dialects) {
    const device = bench.hello(
      { name: "Ada", ...(guest !== undefined && { guest }) },
      new FakeReader(dialect),
      permissions,
    );
    bench.hub.join(device.session, { type: "join", room: "hall" });
    await bench.turn();
    devices.push(device);
  }
  const [desk, phone] = devices;
  return { bench, bob, desk: desk!, phone: phone!, permissions, guest };
}

for (const [proof, prove] of PROOFS) {
  Deno.test(`promise 6: by a ${proof} a name is one person's on all devices`, async () => {
    const { bench, bob, desk, phone } = await twoDevices(prove);
    assertNotEquals(desk.session.id, phone.session.id);
    assertEquals([desk.session.name, phone.session.name], ["Ada", "Ada"]);
    // One entry, told once, and gone with the last device.
    const news = () => bob.reader.all("presence");
    assertEquals(news().map(({ joined }) => joined), [["Ada"]]);
    assertEquals(phone.reader.all("joined")[0]?.members, ["Bob", "Ada"]);
    assertRefused(() => bench.hello({ name: "ada" }), "name_taken");
    bench.hub.leave(desk.session, "hall");
    await bench.turn();
    assertEquals(news().length, 1);
    bench.hub.leave(phone.session, "hall");
    await bench.turn();
    assertEquals(news().at(-1)?.left, ["Ada"]);
    bench.hub.sessionService.lost(desk.session, desk.reader, {
      mayReturn: false,
    });
    assertRefused(() => bench.hello({ name: "Ada" }), "name_taken");
    bench.hub.sessionService.lost(phone.session, phone.reader, {
      mayReturn: false,
    });
    bench.hello({ name: "Ada" });
  });

  Deno.test(`by a ${proof} own messages are own on all devices`, async () => {
    const { bench, bob, desk, phone } = await twoDevices(prove);
    bench.say(desk.session, "from the desk");
    await bench.turn();
    bench.say(phone.session, "from the phone");
    await bench.turn();
    const own = (reader: FakeReader) =>
      reader.all("own").flatMap(({ seqs }) => seqs);
    assertEquals(own(phone.reader), [1]);
    assertEquals(own(desk.reader), [2]);
    assertEquals(own(bob.reader), []);
    // What was written on one device is removed on the other.
    bench.hub.moderate(phone.session, { type: "remove", room: "hall", seq: 1 });
    await bench.turn();
    assertEquals(bob.reader.messages.at(-1)?.removes, 1);
  });

  Deno.test(`by a ${proof} a line client gets its other device's messages, and not its own`, async () => {
    const { bench, desk, phone } = await twoDevices(prove, [text, text]);
    for (const { reader } of [desk, phone]) reader.frames = [];
    const say = ({ session }: typeof desk, text: string) =>
      bench.hub.publish(session, { type: "publish", room: "hall", text });
    say(desk, "from the desk");
    say(phone, "same words");
    say(desk, "same words");
    await bench.turn();
    assertEquals(phone.reader.frames, [
      "[Ada]: from the desk",
      "[Ada]: same words",
    ]);
    assertEquals(desk.reader.frames, ["[Ada]: same words"]);
  });
}

Deno.test("a guest is renamed on all devices at once", async () => {
  const { bench, bob, desk, phone } = await twoDevices(PROOFS[1]![1]);
  bob.reader.frames = [];
  bench.hub.sessionService.rename(desk.session, "Countess");
  await bench.turn();
  assertEquals(phone.session.name, "Countess");
  assertEquals(phone.reader.all("renamed").map(({ name }) => name), [
    "Countess",
  ]);
  assertEquals(desk.reader.all("renamed").length, 1);
  assertEquals(bob.reader.all("presence").map(({ renamed }) => renamed), [
    [["Ada", "Countess"]],
  ]);
  bench.hello({ name: "Ada" });
  assertRefused(() => bench.hello({ name: "Countess" }), "name_taken");
});

Deno.test("a present user keeps the same name on the next device", async () => {
  const { bench, guest } = await twoDevices(PROOFS[1]![1]);
  const third = bench.hello({ name: "Somebody", guest: guest! });
  assertEquals(third.session.name, "Ada");
  // A token that has a name wins, on all devices.
  const token = await twoDevices(() => ({ permissions: user("u1") }));
  token.bench.hello({}, new FakeReader(), user("u1", "Dr Ada"));
  assertEquals([token.desk, token.phone].map(({ session }) => session.name), [
    "Dr Ada",
    "Dr Ada",
  ]);
  // Another user's name stays another user's.
  token.bench.hello({}, new FakeReader(), user("u2", "Eve"));
  const fourth = token.bench.hello({}, new FakeReader(), user("u1", "Eve"));
  assertEquals(fourth.session.name, "Eve 2");
  assertEquals(token.desk.session.name, "Eve 2");
  // That is as near as it gets, also for the next device.
  const fifth = token.bench.hello({}, new FakeReader(), user("u1", "Eve"));
  assertEquals(fifth.session.name, "Eve 2");
});

Deno.test("only a guest's secret proves its identity", async () => {
  const { bench, desk, guest } = await twoDevices(PROOFS[1]![1]);
  for (
    const forged of [
      desk.session.id,
      desk.token,
      `${guest}x`,
      guest!.replace(/^./, "f"),
    ]
  ) {
    assertRefused(
      () => bench.hello({ name: "Ada", guest: forged }),
      "name_taken",
    );
  }
  // One with a token is who the token says, whatever guest it was.
  const bearer = bench.hello(
    { guest: guest! },
    new FakeReader(),
    user("u9", "Nine"),
  );
  assertEquals(bearer.session.name, "Nine");
  assertEquals(bearer.reader.all("welcome")[0]?.guest, undefined);
});

Deno.test("a session is taken up on its device alone, and goes on as the same guest", async () => {
  const { bench, desk, phone } = await twoDevices(PROOFS[1]![1]);
  bench.say(phone.session, "before");
  await bench.turn();
  const again = bench.hello({ token: phone.token });
  assertEquals(phone.reader.ended, CLOSE.replaced);
  assertEquals(desk.reader.ended, undefined);
  assertEquals(again.session.id, phone.session.id);
  // After its end too: the secret of the session knows the guest.
  for (const { session, reader } of [desk, again]) {
    bench.hub.sessionService.lost(session, reader, { mayReturn: false });
  }
  const later = bench.hello({ name: "Ada", token: phone.token });
  bench.hub.join(later.session, { type: "join", room: "hall" });
  await bench.turn();
  assertEquals(later.reader.all("own").map(({ seqs }) => seqs), [[1]]);
});

Deno.test("a ban holds on all devices", async () => {
  // No ban holds for the operator.
  for (const [, prove] of PROOFS.slice(0, 2)) {
    const { bench, desk, phone } = await twoDevices(prove);
    const mod = await bench.enter("Mod", v1, {
      ...OPEN,
      allows: () => true,
    });
    const ban = { type: "ban", room: "*", name: "Ada", forMs: 1_000 } as const;
    bench.hub.moderate(mod.session, ban);
    await bench.turn();
    assertEquals([desk, phone].map(({ reader }) => reader.ended), [
      CLOSE.banned,
      CLOSE.banned,
    ]);
  }
});

Deno.test("simple clients of one person each get all that it says, once", async () => {
  const { bench, desk, phone } = await twoDevices(PROOFS[0]![1], [
    simple,
    simple,
  ]);
  for (const { reader } of [desk, phone]) reader.frames = [];
  bench.say(desk.session, "hi");
  await bench.turn();
  for (const { reader } of [desk, phone]) {
    assertEquals(reader.frames.length, 1);
    assert(reader.frames[0]?.includes('"message":"hi"'));
  }
});

Deno.test("SentMessages tells this device's messages from those of others, whether the store or the log answers first", () => {
  const message = (seq: number, text: string) => ({
    room: "hall",
    seq,
    text,
    from: "Ada",
    author: "a",
    at: 0,
  });
  const sent = new SentMessages();
  sent.sending("a");
  sent.sending("b");
  sent.sending("b");
  sent.settled("a", 3);
  assertEquals(sent.othersOf([message(1, "a"), message(2, "b")]), [1]);
  assertEquals(sent.othersOf([message(3, "a"), message(4, "b")]), []);
  // Answers that come late mean nothing any more.
  sent.settled("b", 2);
  sent.settled("b", 4);
  assertEquals(sent.othersOf([message(5, "b")]), [5]);
  sent.sending("c");
  sent.settled("c");
  assertEquals(sent.othersOf([message(6, "c")]), [6], "it was refused");
});

Deno.test("two devices of one person may not use one cid for two messages, and a repeat is acked", async () => {
  const { bench, desk, phone } = await twoDevices(PROOFS[0]![1]);
  const publish = (session: Session, text: string) =>
    bench.hub.publish(session, {
      type: "publish",
      room: "hall",
      text,
      cid: "1",
      id: text,
    });
  publish(desk.session, "from laptop");
  publish(phone.session, "from phone");
  publish(phone.session, "from laptop");
  await bench.turn();
  await bench.turn();
  assertEquals(desk.reader.all("ack").map(({ seq }) => seq), [1]);
  const [error] = phone.reader.all("error");
  assertEquals([error?.code, error?.id, error?.cid], [
    "cid_reused",
    "from phone",
    "1",
  ]);
  const [ack] = phone.reader.all("ack");
  assertEquals([ack?.seq, ack?.duplicate, ack?.id], [1, true, "from laptop"]);
});
