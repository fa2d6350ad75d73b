/** A copy of a database that is being written to, and a server on that copy. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Program } from "../helpers/program.ts";
import { TempFolder } from "../helpers/temp.ts";
import { type Json, Peer } from "./peer.ts";

/** Runs `deno task backup`. */
async function backup(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "backup", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Publishes until it is told to stop; gives the seqs that were acked. */
async function writeOn(peer: Peer, going: () => boolean): Promise<number[]> {
  const acked: number[] = [];
  while (going()) {
    const text = `message ${acked.length + 1}`;
    peer.send({ type: "publish", room: "lobby", text, cid: text });
    const { seq } = await peer.event({ type: "ack" });
    acked.push(seq);
  }
  return acked;
}

Deno.test("deno task backup copies a server under load; another one goes on from the copy", async () => {
  await using program = await Program.start({ args: ["--rate", "0"] });
  const { folder } = program;
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello", name: "Ada" });
  peer.send({ type: "publish", room: "lobby", text: "first", cid: "first" });
  await peer.event({ type: "ack" });
  let going = true;
  const writing = writeOn(peer, () => going);
  const [live, copy] = [folder.file("hubbub.db"), folder.file("copy.db")];
  const { code, stderr } = await backup(copy, live);
  going = false;
  const acked = await writing;
  assertEquals(code, 0, stderr);
  assert(acked.length > 0);

  await using restored = await Program.start({
    folder,
    args: ["--store", `sqlite:${copy}`],
  });
  const url = new URL("/api/rooms/lobby/messages?after=0", restored.url);
  const { messages }: { messages: Json[] } = await (await fetch(url)).json();
  // All up to one moment: no holes, and what was acked before the copy began.
  assertEquals(messages[0]?.["text"], "first");
  assertEquals(
    messages.map(({ seq }) => seq),
    messages.map((_, index) => index + 1),
  );
  await using back = await Peer.connect(restored.socket("/ws?name=Bob"));
  back.send("And on it goes");
  await back.event({ message: "And on it goes" });
});

Deno.test("deno task backup overwrites nothing, and copies nothing that is not there", async () => {
  using folder = new TempFolder();
  const path = folder.file("precious.db");
  Deno.writeTextFileSync(path, "precious");
  const onto = await backup(path, path);
  assertEquals([onto.code, onto.stdout], [1, ""]);
  assertMatch(onto.stderr, /exists\. Choose another name\n$/);
  assertEquals(Deno.readTextFileSync(path), "precious");
  const missing = await backup(folder.file("copy.db"), folder.file("no.db"));
  assertEquals(missing.code, 1);
  assertMatch(missing.stderr, /There is no/);
  assertEquals((await backup()).code, 2);
});
