/** Who may come in, and what with: tokens in every way they can be sent. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { SignJWT } from "jose";
import { CLOSE } from "../../../protocol/close_codes.ts";
import type { Config } from "../../../server/config/schema.ts";
import { Client, V1Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";

const SECRET = "a secret that is long enough to be one";

/** A token that is good for `seconds` from now. */
function token(claims: object, seconds = 60, secret = SECRET): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256" })
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(secret));
}

function closedServer(settings: Partial<Config> = {}) {
  return InProcessServer.start({ authSecret: SECRET, ...settings });
}

Deno.test("refuses clients without a token, with an error and a remedy", async () => {
  await using server = await closedServer();
  await using v1 = await V1Client.connect(server.socket("/ws"));
  const error = await v1.ask({ type: "hello", name: "Eve" }, "error");
  assertEquals(error.code, "auth_required");
  for (const path of ["/", "/ws"]) {
    const bare = await Client.native(server.socket(path));
    assertMatch(await bare.inbox.next(), /token is required/);
    assertEquals((await bare.inbox.ended()).code, CLOSE.unauthorized.code);
  }
});

Deno.test("a token in hello gives name, rooms and rights", async () => {
  await using server = await closedServer();
  await using ada = await V1Client.connect(server.socket("/ws"));
  const auth = await token({ name: "Ada", rooms: ["team-*"] });
  // What follows in the same frame waits until the token is checked.
  ada.send(
    { type: "hello", name: "Somebody else", auth },
    { type: "join", room: "team-a", id: 1 },
    { type: "join", room: "lobby", id: 2 },
    { type: "publish", room: "lobby", text: "hi", id: 3 },
  );
  assertEquals((await ada.next("welcome")).name, "Ada");
  const refusals = [await ada.next("error"), await ada.next("error")];
  assertEquals(refusals.map(({ code, id }) => [code, id]), [
    ["forbidden", 2],
    ["forbidden", 3],
  ]);
  assertEquals((await ada.next("joined")).room, "team-a");
});

Deno.test("a client whose token states a name cannot choose another one", async () => {
  await using server = await closedServer();
  await using ada = await V1Client.connect(server.socket("/ws"));
  const auth = await token({ name: "Ada" });
  await ada.ask({ type: "hello", auth }, "welcome");
  const refusal = await ada.ask(
    { type: "rename", name: "Teacher" },
    "error",
  );
  assertEquals(refusal.code, "forbidden");
  assertMatch(
    refusal.message,
    /^Your token says that you are "Ada"\. To choose/,
  );
  const renamed = await ada.ask({ type: "rename", name: "ADA" }, "renamed");
  assertEquals(renamed.name, "ADA");

  await using bob = await V1Client.connect(server.socket("/ws"));
  await bob.ask({ type: "hello", auth: await token({ sub: "b" }) }, "welcome");
  assertEquals(
    (await bob.ask({ type: "rename", name: "Bob" }, "renamed")).name,
    "Bob",
  );
});

Deno.test("a read-only client cannot write", async () => {
  await using server = await closedServer();
  await using ada = await V1Client.connect(server.socket("/ws"));
  const auth = await token({ rights: ["read"] });
  ada.send({ type: "hello", auth }, { type: "join", room: "lobby" });
  await ada.next("joined");
  const publish = { type: "publish", room: "lobby", text: "hi", id: 1 };
  assertEquals((await ada.ask(publish, "error")).code, "forbidden");
});

Deno.test("bare clients send the token as a subprotocol or a header", async () => {
  await using server = await closedServer();
  const auth = await token({ name: "Ada" });
  await using simple = await Client.native(server.socket("/ws"), [
    `hubbub.auth.${auth}`,
  ]);
  assertEquals(JSON.parse(await simple.inbox.next()).name, "Ada");
  const answer = await fetch(server.url("/api/rooms/lobby/messages"), {
    method: "POST",
    headers: {
      authorization: `Bearer ${await token({})}`,
      "content-type": "text/plain",
    },
    body: "by hand",
  });
  assertEquals(answer.status, 201, await answer.text());
  assertEquals(JSON.parse(await simple.inbox.next()).message, "by hand");
});

Deno.test("a bare client whose token's name is taken gets a notice and a similar name", async () => {
  await using server = await closedServer();
  const protocols = [`hubbub.auth.${await token({ name: "Ada" })}`];
  await using ada = await Client.native(server.socket("/ws"), protocols);
  assertEquals(JSON.parse(await ada.inbox.next()).name, "Ada");
  for (const [n, path] of ["/ws", "/text"].entries()) {
    const second = await Client.native(server.socket(path), [
      `hubbub.auth.${await token({ sub: `u${n}`, name: "Ada" })}`,
    ]);
    assertMatch(
      await second.inbox.next(),
      new RegExp(
        `You are Ada \\d: the name Ada is taken`,
      ),
    );
    second.close();
    await second.inbox.ended();
  }
  await using v1 = await V1Client.connect(server.socket("/ws"));
  const hello = {
    type: "hello",
    auth: await token({ sub: "u3", name: "Ada" }),
  };
  const welcome = await v1.ask(hello, "welcome");
  assertMatch(welcome.name, /^Ada \d$/);
  assertEquals(welcome.taken, "Ada");
});

Deno.test("a bare client whose token states an invalid name is closed with the reason", async () => {
  await using server = await closedServer();
  const protocols = [`hubbub.auth.${await token({ name: "Server" })}`];
  for (const path of ["/ws", "/text"]) {
    const eve = await Client.native(server.socket(path), protocols);
    assertMatch(await eve.inbox.next(), /The name .*Server.* is reserved/);
    const { code, reason } = await eve.inbox.ended();
    assertEquals(code, CLOSE.unauthorized.code);
    assertMatch(reason, /The name .*Server.* is reserved/);
  }
});

for (
  const [what, make, code] of [
    ["of another secret", () => token({}, 60, SECRET + "!"), "auth_invalid"],
    ["that has expired", () => token({}, -60), "auth_expired"],
    ["that is nonsense", () => Promise.resolve("nonsense"), "auth_invalid"],
    [
      "that says it needs no signature",
      () => Promise.resolve("eyJhbGciOiJub25lIn0.eyJuYW1lIjoiQWRhIn0."),
      "auth_invalid",
    ],
  ] as const
) {
  Deno.test(`a token ${what} is refused, and the client can try another`, async () => {
    await using server = await closedServer();
    await using eve = await V1Client.connect(server.socket("/ws"));
    const hello = { type: "hello", auth: await make() };
    assertEquals((await eve.ask(hello, "error")).code, code);
    const good = { type: "hello", auth: await token({ name: "Eve" }) };
    assertEquals((await eve.ask(good, "welcome")).name, "Eve");
    const response = await fetch(server.url("/api/rooms"), {
      headers: { authorization: `Bearer ${hello.auth}` },
    });
    assertEquals(response.status, 401);
    assertEquals((await response.json()).code, code);
  });
}

Deno.test("rights end with the token, on a living connection too", async () => {
  await using server = await closedServer();
  const ada = await V1Client.connect(server.socket("/ws"));
  ada.send({ type: "hello", auth: await token({}, 1) });
  assertEquals((await ada.next("error")).code, "auth_expired");
  assertEquals((await ada.client.inbox.ended()).code, CLOSE.expired.code);
});

Deno.test("a newer token is taken over the connection, for the same user only", async () => {
  await using server = await closedServer();
  await using ada = await V1Client.connect(server.socket("/ws"));
  const old = await token({ sub: "ada", rooms: ["a", "b"] }, 1);
  ada.send(
    { type: "hello", auth: old },
    { type: "join", room: "a" },
    { type: "join", room: "b" },
  );
  await ada.next("joined");
  await ada.next("joined");
  const other = { type: "auth", token: await token({ sub: "eve" }), id: 1 };
  assertEquals((await ada.ask(other, "error")).code, "auth_invalid");
  const newer = await token({ sub: "ada", rooms: ["a"] });
  const { until } = await ada.ask(
    { type: "auth", token: newer, id: 2 },
    "authorized",
  );
  assert(until !== undefined && until > Date.now() + 30_000);
  ada.send({ type: "who", room: "b", id: 3 });
  const refusal = await ada.next("error");
  assertEquals([refusal.id, refusal.code], [3, "forbidden"]);
});

Deno.test("guests have the permissions of the setting", async () => {
  await using server = await closedServer({ guests: "read" });
  await using guest = await V1Client.connect(server.socket("/ws"));
  guest.send({ type: "hello", name: "Guest" }, { type: "join", room: "lobby" });
  await guest.next("joined");
  const publish = { type: "publish", room: "lobby", text: "hi", id: 1 };
  assertEquals((await guest.ask(publish, "error")).code, "forbidden");
});

Deno.test("promise 2: a repeat by the same user from another session is dropped", async () => {
  await using server = await closedServer();
  const auth = await token({ sub: "ada" });
  const publish = { type: "publish", room: "lobby", text: "once", cid: "c1" };
  const seqs: number[] = [];
  for (let i = 0; i < 2; i++) {
    await using ada = await V1Client.connect(server.socket("/ws"));
    ada.send({ type: "hello", auth });
    const { seq, duplicate } = await ada.ask(publish, "ack");
    seqs.push(seq);
    assertEquals(duplicate === true, i === 1);
  }
  assertEquals(seqs, [1, 1]);
});
