/** What the program logs of a whole conversation, and what it keeps to itself. */

import { assert, assertEquals } from "@std/assert";
import { SignJWT } from "jose";
import { Program } from "../helpers/program.ts";
import { Peer } from "./peer.ts";

const SECRET = "a secret that nobody has ever guessed";

Deno.test("the log tells of connections by id; no texts, no tokens, no secrets", async () => {
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

  const { stderr } = await program.stop();
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
    assertEquals((await late.closed).code, 4504);
  }
  const { stderr } = await program.stop();
  const told = stderr.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ message }) => message === "connections refused");
  assertEquals(told.map(({ level, limit }) => [level, limit]), [
    ["warn", "--max-per-address 1"],
  ]);
});
