/** What the program logs of a whole conversation, and what it keeps to itself. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { SignJWT } from "jose";
import { Program, runProgram } from "../../helpers/programs/program.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { Peer } from "../peer.ts";

const SECRET = "a secret that nobody has ever guessed";

Deno.test("the log identifies connections by id and contains no message text, tokens or secrets", async () => {
  await using program = await Program.start({
    args: ["--log-level", "debug"],
    env: { HUBBUB_AUTH_SECRET: SECRET },
  });
  const auth = await new SignJWT({ name: "Ada", rooms: ["*"] })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("ada")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(SECRET));
  const text = "Something between the two of us";
  const secrets = [SECRET, auth, text];

  await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello", auth }, { type: "join", room: "hall" });
  const { token } = await peer.event({ type: "welcome" });
  secrets.push(token);
  peer.send({ type: "publish", room: "hall", text, id: 1 });
  await peer.event({ type: "ack", id: 1 });
  const cut = auth.slice(0, -3);
  peer.send({ type: "auth", token: cut, id: 2 });
  await peer.event({ type: "error", id: 2 });
  secrets.push(cut);
  const post = await fetch(
    new URL("/api/rooms/hall/messages", program.url),
    {
      method: "POST",
      headers: { authorization: `Bearer ${auth}` },
      body: text,
    },
  );
  await post.body?.cancel();
  assert(post.ok, `${post.status}`);

  await using late = await Peer.connect(program.socket("/ws"));
  assertEquals((await late.closed).code, 4506);

  const { stdout, stderr } = await program.stop();
  // A log collector gets JSON alone; scripts that wait for the address get it.
  assertMatch(stdout, /^Hubbub is listening on \S+\n[^\n{]+\n$/);
  const events = stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  const told = (message: string) =>
    events.filter((event) => event.message === message);
  assertEquals(told("started").length, 1);
  assertEquals(told("stopping")[0]?.signal, "SIGTERM");
  assertEquals(told("stopped").length, 1);
  assertEquals(
    told("evicted").map(({ connection, reason }) => [
      connection,
      reason,
    ]),
    [["2", "unauthorized"]],
  );
  assertEquals(
    told("opened").map(({ connection, dialect }) => [connection, dialect]),
    [["1", "hubbub.v1"], ["2", "simple"]],
  );
  assertEquals(
    told("closed").map(({ connection }) => connection).sort(),
    ["1", "2"],
  );
  for (const secret of secrets) {
    assert(!stderr.includes(secret), `The log has "${secret}"`);
  }
});

Deno.test("the log names the limit that turns people away, once", async () => {
  await using program = await Program.start({
    args: ["--max-per-address", "1"],
  });
  await using peer = await Peer.connect(program.socket("/ws"));
  await peer.event({ event: "welcome" });
  for (let i = 0; i < 2; i++) {
    await using late = await Peer.connect(program.socket("/ws"));
    assertEquals((await late.closed).code, 1013);
  }
  const { stderr } = await program.stop();
  const told = stderr.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ message }) => message === "connections refused");
  assertEquals(told.map(({ level, limit }) => [level, limit]), [
    ["warn", "--max-per-address 1"],
  ]);
});

/** A log that cannot be written, by what a shell does before it starts the
 * server. */
const BROKEN_LOGS: readonly (readonly [string, string])[] = [
  ["the disk under it is full", `exec "$@" 2>/dev/full`],
  ["the program that read it has ended", `exec "$@" 2> >(:)`],
  [
    "the program that reads it hangs",
    `mkfifo $0/log; exec 3<>$0/log; head -c 65536 /dev/zero >&3; exec "$@" 2>&3`,
  ],
];

for (const [what, script] of BROKEN_LOGS) {
  Deno.test(`promise 5: the server goes on without its log, counts lost lines and stops in order: ${what}`, async () => {
    using folder = new TempFolder();
    await using program = await Program.start({
      folder,
      args: ["--log-level", "debug"],
      through: ["bash", "-c", script, folder.path],
    });
    await using peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
    peer.send({ type: "hello", name: "Ada" }, { type: "join", room: "hall" });
    await peer.event({ type: "joined" });
    // Moderating is logged.
    const ban = await fetch(new URL("/api/bans", program.url), {
      method: "POST",
      headers: { "content-type": "application/json", ...program.operator },
      body: JSON.stringify({ name: "Eve", seconds: 60 }),
    });
    await ban.body?.cancel();
    peer.send({ type: "publish", room: "hall", text: "still here", id: 1 });
    await peer.event({ type: "ack", id: 1 });
    if (!what.includes("hangs")) {
      const text = await (await fetch(new URL("/metrics", program.url))).text();
      assertMatch(text, /^hubbub_log_lines_dropped_total [1-9]/m);
    }
    assertEquals((await program.stop()).code, 0);
  });
}

Deno.test("a wrong setting ends with code 2 where nothing can be printed either", async () => {
  const { code } = await runProgram({
    args: ["--port", "x"],
    through: ["bash", "-c", `exec "$@" >/dev/full 2>&1`, "bash"],
  });
  assertEquals(code, 2);
});
