/** What is left after `kill -9` (promise 1). */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { type Json, Peer } from "../peer.ts";

const WRITERS = 4;
const AT_ONCE = 25;

/** All of a room, page by page. */
async function readAll(program: Program, room: string): Promise<Json[]> {
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello" });
  const all: Json[] = [];
  for (;;) {
    const after = all.at(-1)?.["seq"] ?? 0;
    peer.send({ type: "history", room, after, limit: 1000 });
    const { messages } = await peer.event({ type: "history" });
    if (messages.length === 0) return all;
    all.push(...messages);
  }
}

/** Publishes without end, a burst as soon as the last one was acked, and
 * notes what was acked under which seq. */
async function write(
  peer: Peer,
  { name, acked, onAck }: {
    name: string;
    acked: Map<string, number>;
    onAck: () => void;
  },
): Promise<void> {
  peer.send({ type: "hello", name });
  for (let burst = 0;; burst++) {
    for (let n = 0; n < AT_ONCE; n++) {
      const cid = `${name}-${burst}-${n}`;
      peer.send({ type: "publish", room: "lobby", text: cid, cid });
    }
    for (let n = 0; n < AT_ONCE; n++) {
      const ack = await peer.event({ type: "ack" });
      acked.set(ack["cid"], ack["seq"]);
      onAck();
    }
  }
}

Deno.test("promise 1: after kill -9 all that was acked or seen is there, once and in order", async () => {
  await using program = await Program.start({
    args: ["--rate", "0", "--byte-rate", "0"],
  });
  const acked = new Map<string, number>();
  const seen = new Map<number, string>();

  await using reader = await Peer.connect(program.socket("/ws?history=0"));
  const reading = (async () => {
    for (;;) {
      const { seq, message } = JSON.parse(await reader.line());
      if (seq !== undefined) seen.set(seq, message);
    }
  })().catch(() => {});

  const names = Array.from({ length: WRITERS }, (_, n) => `Writer ${n}`);
  const writers = await Promise.all(
    names.map(() => Peer.connect(program.socket("/ws"), "hubbub.v1")),
  );
  const enough = Promise.withResolvers<void>();
  const onAck = () => acked.size >= 1_000 && enough.resolve();
  const writing = writers.map((peer, n) =>
    write(peer, { name: names[n] ?? "", acked, onAck }).catch(() => {})
  );
  await enough.promise;
  program.signal("SIGKILL");
  assertEquals((await program.ended).signal, "SIGKILL");
  await Promise.all([reading, ...writing]);

  await using again = await program.startAgain();
  const stored = await readAll(again, "lobby");
  assertGreater(seen.size, 0);
  assertEquals(
    stored.map(({ seq }) => seq),
    stored.map((_, index) => index + 1),
  );
  const texts = new Map(stored.map(({ seq, text }) => [seq, text]));
  for (const [cid, seq] of acked) assertEquals(texts.get(seq), cid);
  for (const [seq, text] of seen) assertEquals(texts.get(seq), text);
  assertEquals(new Set(texts.values()).size, stored.length);
});

Deno.test("promise 1: a repeat after kill -9 is acked with the first seq", async () => {
  await using program = await Program.start();
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  const publish = { type: "publish", room: "lobby", text: "Once", cid: "c1" };
  peer.send({ type: "hello", name: "Ada" });
  const { token } = await peer.event({ type: "welcome" });
  peer.send(publish);
  const { seq } = await peer.event({ type: "ack" });
  program.signal("SIGKILL");
  await program.ended;

  await using again = await program.startAgain();
  await using back = await Peer.connect(again.socket("/ws"), "hubbub.v1");
  back.send({ type: "hello", name: "Ada", token }, publish);
  const ack = await back.event({ type: "ack" });
  assertEquals(ack, {
    type: "ack",
    room: "lobby",
    seq,
    cid: "c1",
    duplicate: true,
  });
  assertEquals((await readAll(again, "lobby")).length, 1);
});

Deno.test("a resume token survives kill -9, and other tokens are refused", async () => {
  await using program = await Program.start();
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello", name: "Ada" });
  const { token, session } = await peer.event({ type: "welcome" });
  program.signal("SIGKILL");
  await program.ended;

  await using again = await program.startAgain();
  await using back = await Peer.connect(again.socket("/ws"), "hubbub.v1");
  back.send({ type: "hello", name: "Ada", token });
  assertEquals((await back.event({ type: "welcome" }))["session"], session);
  await using forger = await Peer.connect(again.socket("/ws"), "hubbub.v1");
  forger.send({ type: "hello", token: `${session}.${"A".repeat(32)}` });
  assert((await forger.event({ type: "welcome" }))["session"] !== session);
});
