/** Who moderates a server that asks nobody for a token. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  isOperatorToken,
  OPERATOR_USER,
  operatorToken,
} from "../../../server/auth/operator_token.ts";
import { createLogger } from "../../../server/runtime/logger.ts";
import {
  operatorFile,
  operatorNotice,
} from "../../../server/config/operator_notice.ts";
import { V1Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";

const PAGE = new URL("http://127.0.0.1:8000/");

Deno.test("two servers with stores in memory have a file with the operator's token each", () => {
  const files = [8000, 8001].map((port) =>
    operatorFile("memory:", new URL(`http://127.0.0.1:${port}/`))
  );
  assertEquals(new Set(files).size, 2);
});

Deno.test("an operator's token is the same for the same store, and no other is", () => {
  const secret = new Uint8Array(32).fill(7);
  const token = operatorToken(secret);
  assertEquals(token, operatorToken(secret.slice()));
  assertMatch(token, /^hubbub-operator-[\w-]{43}$/);
  assert(isOperatorToken(token, token));
  for (
    const other of [
      "",
      "hubbub-operator-",
      token.slice(0, -1),
      `${token} `,
      operatorToken(new Uint8Array(32)),
      "ä".repeat(token.length),
    ]
  ) assert(!isOperatorToken(other, token), other);
});

for (
  const [store, file] of [
    ["sqlite:./data/hubbub.db", "./data/hubbub.db.operator-token"],
    ["kv:./data/rooms", "./data/rooms.operator-token"],
    ["kv:", "data/hubbub.kv.operator-token"],
    ["memory:", "data/hubbub.memory-8000.operator-token"],
    ["redis://user:secret@host", "data/hubbub.redis-host-0.operator-token"],
    [
      "redis://u:s@host:6380/2",
      "data/hubbub.redis-host_6380-2.operator-token",
    ],
    [
      "redis-sentinel://a:1,b:2/main",
      "data/hubbub.redis-a_1-b_2-main-0.operator-token",
    ],
  ] as const
) {
  Deno.test(`the operator's token of ${store} is in ${file}`, () => {
    assertEquals(operatorFile(store, PAGE), file);
  });
}

/** Calls operatorNotice(), and gives what it printed and logged. */
async function notice(
  store: string,
  { token, terminal, page = PAGE }: {
    token: string | undefined;
    terminal: boolean;
    page?: URL;
  },
) {
  const logged: string[] = [];
  const log = createLogger({
    level: "debug",
    pretty: false,
    now: () => 0,
    write: (line) => logged.push(line),
  });
  const line = await operatorNotice({ token, store, page, terminal, log });
  return { line, logged: logged.join("\n") };
}

Deno.test("the operator's token is in a private file and the terminal, never in a log", async () => {
  using folder = new TempFolder();
  const store = `sqlite:${folder.file("hubbub.db")}`;
  const path = operatorFile(store, PAGE);
  // Somebody has put a file there that all may read.
  Deno.writeTextFileSync(path, "old", { mode: 0o644 });
  const token = "hubbub-operator-x";
  const told = await notice(store, { token, terminal: true });
  assertEquals(told.line, `Moderate: http://127.0.0.1:8000/#token=${token}`);
  const piped = await notice(store, { token, terminal: false });
  assertEquals(piped.line, undefined);
  assertEquals(Deno.readTextFileSync(path), `${token}\n`);
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  for (const { logged } of [told, piped]) {
    assert(logged.includes(path) && !logged.includes(token), logged);
  }
  // With tokens of its own the server has none, and leaves none behind.
  const none = await notice(store, { token: undefined, terminal: true });
  assertEquals(none, { line: undefined, logged: "" });
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("the operator's token that cannot be written is shown all the same, and no log has it", async () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.file("file"), "");
  const store = `sqlite:${folder.file("file/hubbub.db")}`;
  const { line, logged } = await notice(store, { token: "x", terminal: true });
  assertEquals(line, "Moderate: http://127.0.0.1:8000/#token=x");
  assert(logged.includes("operator token not written"), logged);
});

/** Every way in which somebody seems to come from the server's own machine. */
const LOCAL: readonly Record<string, string>[] = [
  {},
  { "x-forwarded-for": "127.0.0.1" },
  { "x-forwarded-for": "::1" },
  { "forwarded": "for=127.0.0.1" },
  { "authorization": "Bearer hubbub-operator-x" },
];

for (const trustProxy of [false, true]) {
  Deno.test(`an address moderates nothing, even the machine's own, when --trust-proxy is ${trustProxy}`, async () => {
    await using server = await InProcessServer.start({ trustProxy });
    const status = async (
      headers: Record<string, string>,
      [method, path]: readonly [string, string],
    ) => {
      const response = await fetch(server.url(path), {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(method === "POST" && { body: '{"name":"Eve","forMs":60000}' }),
      });
      await response.body?.cancel();
      return response.status;
    };
    const acts = [
      ["POST", "/api/bans"],
      ["GET", "/api/bans"],
      ["DELETE", "/api/bans?name=Eve"],
      ["GET", "/api/audit"],
      ["POST", "/api/rooms/hall/kick"],
      ["PUT", "/api/rooms/hall/lock"],
      ["DELETE", "/api/rooms/hall/lock"],
      ["POST", "/api/rooms/hall/import"],
    ] as const;
    for (const headers of LOCAL) {
      for (const act of acts) {
        const words = `${act.join(" ")} with ${JSON.stringify(headers)}`;
        assertEquals(await status(headers, act), 403, words);
      }
    }
    assertEquals(await status(server.operator, ["GET", "/api/audit"]), 200);
    assertEquals(await status(server.operator, ["POST", "/api/bans"]), 201);
  });
}

Deno.test("the operator moderates over a WebSocket, and a guest cannot", async () => {
  await using server = await InProcessServer.start();
  const url = server.socket("/ws");
  const auth = server.operator.authorization.replace("Bearer ", "");
  const mayLock = async (name: string, token: string) => {
    await using client = await V1Client.connect(url);
    client.send(
      { type: "hello", name, auth: token },
      { type: "join", room: "hall" },
    );
    return (await client.next("joined")).rights.includes("moderate");
  };
  assertEquals(await mayLock("Ada", auth), true);
  assertEquals(await mayLock("Bob", "hubbub-operator-x"), false);
});

Deno.test("a server that requires access tokens has no operator token", async () => {
  await using server = await InProcessServer.start({ authSecret: SECRET });
  assertEquals(server.operator.authorization, "Bearer undefined");
});

Deno.test("the operator has one identity on all devices and over HTTP", async () => {
  await using server = await InProcessServer.start();
  const url = server.socket("/ws");
  const auth = server.operator.authorization.replace("Bearer ", "");
  const enter = async (name: string, more: object = { auth }) => {
    const client = await V1Client.connect(url);
    client.send({ type: "hello", name, ...more }, {
      type: "join",
      room: "hall",
    });
    return {
      client,
      welcome: await client.next("welcome"),
      joined: await client.next("joined"),
    };
  };
  const eve = await enter("Eve", {});
  await using _eve = eve.client;
  const desk = await enter("Frau Lang");
  await using _desk = desk.client;
  const phone = await enter("Frau Lang");
  await using _phone = phone.client;
  assertEquals(
    [desk.welcome.name, phone.welcome.name, phone.welcome.guest],
    ["Frau Lang", "Frau Lang", undefined],
  );
  assertEquals(phone.joined.members, ["Eve", "Frau Lang"]);
  desk.client.send({ type: "publish", room: "hall", text: "Hi", cid: "a1" });
  assertEquals((await phone.client.next("own")).seqs, [1]);
  // A script with the token may use the name too, and a guest's may not.
  const publish = async (headers: Record<string, string>) => {
    const response = await fetch(
      server.url("/api/rooms/hall/messages?name=Frau%20Lang"),
      {
        method: "POST",
        headers: { "content-type": "text/plain", ...headers },
        body: "From a script",
      },
    );
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await publish({}), 409);
  assertEquals(await publish(server.operator), 201);
  assertEquals((await phone.client.next("own")).seqs, [2]);
  // What it does over HTTP is done by the server, as before.
  const response = await fetch(server.url("/api/rooms/hall/announcements"), {
    method: "POST",
    headers: { "content-type": "application/json", ...server.operator },
    body: '{"text":"Quiet, please"}',
  });
  await response.body?.cancel();
  assertEquals(response.status, 201);
  for (;;) {
    const message = await eve.client.next("message");
    if (message.text !== "Quiet, please") continue;
    assertEquals(message.from, "Server");
    break;
  }
});

Deno.test("no signed token authenticates as the operator, whatever its sub", async () => {
  await using server = await InProcessServer.start({ authSecret: SECRET });
  const token = await signed({ sub: OPERATOR_USER, name: "Eve" });
  const response = await fetch(server.url("/api/rooms/hall/messages"), {
    headers: { authorization: `Bearer ${token}` },
  });
  assertEquals(response.status, 401);
  assertMatch(await response.text(), /stands for the operator/);
});
