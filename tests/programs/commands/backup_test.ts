/** A copy of a database that is being written to, and a server on that copy. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { runTask } from "../../helpers/programs/run.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { type Json, Peer } from "../peer.ts";

const backup = (...args: string[]) => runTask("backup", args);

const modeOf = (path: string) =>
  ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);

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
  // As --store names it; others below name the path.
  const { code, stderr } = await backup(copy, `sqlite:${live}`);
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

/** Brings a copy back, into a place of its own. */
function restore(copy: string, folder: TempFolder): Promise<Program> {
  const file = folder.file("hubbub.db");
  Deno.copyFileSync(copy, file);
  return Program.start({ folder, args: ["--store", `sqlite:${file}`] });
}

/** What a room is told to somebody who comes back to it with a cursor. */
async function comeBack(
  program: Program,
  since?: { epoch: string; seq: number },
): Promise<Json> {
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello" }, { type: "join", room: "lobby", since });
  return await peer.event({ type: "joined" });
}

/** Says something, as somebody else; gives the cursor behind it. */
async function say(program: Program, text: string) {
  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello" }, { type: "join", room: "lobby" });
  const { epoch } = await peer.event({ type: "joined" });
  peer.send({ type: "publish", room: "lobby", text, id: 1 });
  const { seq } = await peer.event({ type: "ack" });
  return { epoch: String(epoch), seq: Number(seq) };
}

Deno.test("promise 3: a cursor from after a backup is not valid in the restored log", async () => {
  await using program = await Program.start();
  await say(program, "in the backup");
  const { folder } = program;
  const copy = folder.file("copy.db");
  const made = await backup(copy, folder.file("hubbub.db"));
  assertEquals(made.code, 0, made.stderr);
  const since = await say(program, "after the backup");
  assertEquals((await comeBack(program, since))["recovered"], "full");

  const epochs = new Set([since.epoch]);
  // As often as it is brought back, the numbers go to other messages.
  for (let time = 1; time <= 2; time++) {
    using place = new TempFolder();
    await using restored = await restore(copy, place);
    const again = await say(restored, `after being brought back ${time}`);
    assertEquals(again.seq, since.seq);
    epochs.add(again.epoch);
    const joined = await comeBack(restored, since);
    assertEquals([joined["epoch"], joined["recovered"]], [again.epoch, "none"]);
    // From there on it is a database as any other.
    await restored.stop();
    await using later = await restored.startAgain();
    assertEquals((await comeBack(later, again))["recovered"], "full");
  }
  assertEquals(epochs.size, 3);
});

Deno.test("deno task backup overwrites nothing, and copies nothing that is not there", async () => {
  using folder = new TempFolder();
  const path = folder.file("precious.db");
  Deno.writeTextFileSync(path, "precious");
  const onto = await backup(path, path);
  assertEquals([onto.code, onto.stdout], [1, ""]);
  assertMatch(onto.stderr, /exists\. Choose another name, or name a folder\n$/);
  assertEquals(Deno.readTextFileSync(path), "precious");
  const missing = await backup(folder.file("copy.db"), folder.file("no.db"));
  assertEquals(missing.code, 1);
  assertMatch(missing.stderr, /There is no/);
});

Deno.test("deno task backup gives copies a name with the date, as often as it is asked, for their owner alone", async () => {
  using folder = new TempFolder();
  const path = folder.file("chat.db");
  {
    await using _program = await Program.start({
      folder,
      args: ["--store", `sqlite:${path}`],
    });
  }
  const env = { HUBBUB_STORE: `sqlite:${path}` };
  for (let time = 0; time < 2; time++) {
    const { code, stderr } = await runTask("backup", [], { env });
    assertEquals(code, 0, stderr);
  }
  const place = folder.file("kept");
  Deno.mkdirSync(place);
  // As the docs have it, on a machine where nobody has made it yet.
  const fresh = folder.file("fresh");
  for (let time = 0; time < 2; time++) {
    assertEquals((await backup(place, path)).code, 0);
    assertEquals((await backup(`${fresh}/`, path)).code, 0);
  }
  assertEquals(modeOf(fresh), "700");
  for (const made of [place, fresh, folder.file("backups")]) {
    const names = Array.from(Deno.readDirSync(made), ({ name }) => name);
    assertEquals(names.length, 2);
    for (const name of names) {
      assertMatch(name, /^hubbub-\d{4}-\d\d-\d\dT[\d-]+\.db$/);
      assertEquals(modeOf(`${made}/${name}`), "600");
    }
  }
});

Deno.test("deno task backup reports in one line what is wrong with the copy or the database", async () => {
  using folder = new TempFolder();
  const path = folder.file("hubbub.db");
  {
    await using _program = await Program.start({ folder });
  }
  const other = folder.file("other.db");
  Deno.writeTextFileSync(other, "Dear diary");
  const fails = async (
    words: RegExp,
    args: string[],
    env: Record<string, string> = {},
  ) => {
    const { code, stdout, stderr } = await runTask("backup", args, { env });
    assert(code > 0);
    assertEquals(stdout, "");
    assertMatch(stderr, /^backup: [^\n]+\n$/);
    assertMatch(stderr, words);
  };
  const missing = folder.file("missing/copy.db");
  await fails(/There is no folder "[^"]+missing"\. Make it/, [missing, path]);
  await fails(/other\.db" cannot be read: .*not a database/, [
    folder.file("copy.db"),
    other,
  ]);
  await fails(/HUBBUB_STORE is "redis:\/\/u:…@h", which is no/, [], {
    HUBBUB_STORE: "redis://u:secret@h",
  });
  const copyTo = folder.file("copy.db");
  await fails(/DATABASE is "redis:\/\/u:…@h", which is no/, [
    copyTo,
    "redis://u:secret@h",
  ]);
  for (const address of ["memory:", "kv:", "kv:x.kv"]) {
    await fails(/DATABASE is "[^"]+", which is not a SQLite file/, [
      copyTo,
      address,
    ]);
  }
  await fails(/DATABASE must have the path right behind the colon/, [
    copyTo,
    "sqlite://data/x.db",
  ]);
  await fails(/DATABASE must be sqlite:PATH, /, [copyTo, "sqlite:"]);
  await fails(/is a database, not a place for the copy\. Name the place/, [
    `sqlite:${path}`,
  ]);
  await fails(/Unknown setting "--now"\. --help lists/, ["--now"]);
  await fails(/Did you mean --help\?/, ["--hlep"]);
  await fails(/Unknown setting "three"/, [folder.file("x.db"), path, "three"]);
  await fails(/An argument is empty/, [""]);
  for (const blank of ["", " "]) {
    await fails(/HUBBUB_STORE is empty\. Give it a value/, [], {
      HUBBUB_STORE: blank,
    });
  }
  await fails(/HUBBUB_STORE must be sqlite:PATH/, [], { HUBBUB_STORE: "x" });
  const place = folder.file("copy.db");
  await fails(/is a folder\. Name the database in it/, [place, folder.path]);
  Deno.writeTextFileSync(folder.file("empty.db"), "");
  await fails(/empty\.db" is empty\. Name/, [place, folder.file("empty.db")]);
  await fails(/is not a folder\. Choose another place/, [`${other}/`, path]);
  await fails(/There is no folder "[^"]+deep"/, [
    folder.file("deep/copies/"),
    path,
  ]);
  // It is there, but nothing can be made in it, or looked at.
  await fails(/"\/proc[^"]*" cannot be (written|read): /, [
    "/proc/x.db",
    path,
  ]);
  assert(
    !Array.from(Deno.readDirSync(folder.path)).some(({ name }) =>
      name.startsWith("copy")
    ),
  );
});
