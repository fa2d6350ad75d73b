/** Who gets into a Redis, and into which: passwords, users, TLS, Sentinels. */

import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { resolve } from "node:path";
import { roomKeys } from "../../../server/store/redis/redis_scripts.ts";
import { RedisStore } from "../../../server/store/redis/redis_store.ts";
import { StoreOpenError } from "../../../server/store/store.ts";
import { makeCertificate } from "../../helpers/programs/certificate.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { Program, runProgram } from "../../helpers/programs/program.ts";
import { freePort, RedisServer } from "../../helpers/programs/redis_server.ts";
import { Sentinel } from "../../helpers/programs/redis_sentinel.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { readDocument } from "../../docs/markdown.ts";
import { assertWithoutHoles, draft, KEEP_ALL } from "../../store/bench.ts";
import { insist } from "../../helpers/insist.ts";
import { Peer } from "../peer.ts";
import { ignore, redis } from "./redis.ts";

function test(title: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${redis}: ${title}`, ignore, fn });
}

/** Says something in a room of a program on a store, and sees it stored. */
async function assertChats(
  store: string,
  env: Record<string, string> = {},
): Promise<void> {
  await using program = await Program.start({ args: ["--store", store], env });
  await using ada = await Peer.connect(program.socket("/ws/hall?name=Ada"));
  ada.send("hello");
  await ada.event({ sender: "Ada", message: "hello", seq: 1 });
}

/** Does not start on a store, and says why in one line. */
async function assertRefused(
  store: string,
  words: RegExp,
  exit: 1 | 2 = 2,
): Promise<void> {
  const { code, stderr } = await runProgram({
    args: ["--port", "0", "--store", store],
  });
  assertEquals([code, words.test(stderr)], [exit, true], stderr);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
}

test("a password is asked for, and taken from the address", async () => {
  await using server = await RedisServer.start("--requirepass", "p@ss/word");
  const host = `127.0.0.1:${server.port}`;
  await assertChats(`redis://:p%40ss%2Fword@${host}`);
  const remedy = "\\. User and password stand in the address: redis://USER";
  await assertRefused(`redis://${host}`, RegExp(`NOAUTH.*${remedy}`));
  await assertRefused(
    `redis://:wrong@${host}`,
    RegExp(`:…@.*WRONGPASS.*${remedy}`),
  );
});

/** The rights of the user that docs/operating.md makes. */
const [, USER = ""] = /^ACL SETUSER chat on >PASSWORD (.*)$/m.exec(
  readDocument("docs/operating.md"),
) ?? [];

test("a user may be one that can do no more than it needs", async () => {
  await using server = await RedisServer.start();
  await server.command(
    ...["ACL", "SETUSER", "chat", "on", ">secret"],
    ...USER.split(" "),
  );
  for (
    const command of [
      ...["FLUSHALL", "FLUSHDB", "SWAPDB 0 1", "KEYS *", "SCAN 0", "RANDOMKEY"],
      ...["DBSIZE", "CONFIG GET dir", "SHUTDOWN", "DEBUG SLEEP 1", "SAVE"],
      ...["SCRIPT FLUSH", "FUNCTION FLUSH", "PUBSUB CHANNELS", "CLIENT LIST"],
      ...["GET other", "SET other 1", "RENAME hubbub:a other", "MONITOR"],
      ...["PUBLISH other 1", "REPLICAOF a 1", "ACL LIST", "MOVE hubbub:a 1"],
    ]
  ) {
    const words = command.split(" ");
    const answer = await server.command("ACL", "DRYRUN", "chat", ...words);
    assertMatch(String(answer), /has no permissions/, command);
  }
  await server.command("ACL", "SETUSER", "default", "off");
  const host = `127.0.0.1:${server.port}`;
  await assertChats(`redis://chat:secret@${host}/1`);
  await assertRefused(`redis://${host}`, /NOAUTH/);
});

test("rediss:// is over TLS, with a certificate that is to be trusted", async () => {
  using folder = new TempFolder();
  const files = await makeCertificate(folder);
  // It has another folder.
  const [cert, key] = [resolve(files.cert), resolve(files.key)];
  const port = freePort();
  await using _server = await RedisServer.start(
    ...["--tls-port", String(port), "--tls-auth-clients", "no"],
    ...["--tls-cert-file", cert, "--tls-key-file", key],
    ...["--tls-ca-cert-file", cert],
  );
  const store = `rediss://127.0.0.1:${port}`;
  await assertChats(store, { DENO_CERT: cert });
  await assertRefused(
    store,
    /(UnknownIssuer|certificate)\. DENO_CERT=FILE adds/,
  );
});

test("a Redis that is not there is asked for", async () => {
  await assertRefused(
    `redis://127.0.0.1:${freePort()}`,
    /ECONNREFUSED.*\. Is Redis running, at this address/,
    1,
  );
});

test("a Redis that is set to lose messages is warned of", async () => {
  const warnings = async (...settings: string[]) => {
    await using server = await RedisServer.start(...settings);
    const said: string[] = [];
    const store = await RedisStore.open({
      address: server.address,
      retention: KEEP_ALL,
      clock: new FakeClock(),
      warn: (words) => said.push(words),
    });
    await store.close();
    return said.join("\n");
  };
  const keeps = ["--appendonly", "yes"];
  assertEquals(await warnings(...keeps), "");
  assertMatch(
    await warnings(...keeps, "--maxmemory-policy", "allkeys-lru"),
    /^Redis throws messages away .*\(allkeys-lru\)\. Set its .* noeviction$/,
  );
  assertMatch(
    await warnings("--appendonly", "no"),
    /^Redis loses .* when it dies\. Set its appendonly to yes$/,
  );
});

test("an unanswering Redis is reported before the start fails", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const store = `redis://127.0.0.1:${silent.addr.port}`;
  const { code, stderr } = await runProgram({
    args: ["--port", "0", "--store", store],
  });
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^.*waits for Redis, which does not answer yet.*\nhubbub: .*did not answer.*\n$/,
  );
});

test("a Redis Cluster is refused in one line", async () => {
  await using server = await RedisServer.start("--cluster-enabled", "yes");
  await server.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await assertRefused(server.address, /cannot be kept in a Redis Cluster/);
});

test("behind Sentinels, all goes on with the replica when the first one dies", async () => {
  await using first = await RedisServer.start();
  await using second = await RedisServer.start(
    ...["--replicaof", "127.0.0.1", String(first.port)],
  );
  await using sentinel = await Sentinel.start("chat", first);
  // The one before it is none: the next one is asked.
  const address =
    `redis-sentinel://127.0.0.1:${freePort()},${sentinel.host}/chat`;
  const store = await RedisStore.open({
    address,
    retention: KEEP_ALL,
    clock: new FakeClock(),
  });
  try {
    const say = (text: string) =>
      store.append([draft({ room: "hall", text, cid: text })]);
    await say("before");
    // What the replica has not had is lost with the first one.
    await insist(async () => {
      assertEquals(await sentinel.replicas(), 1);
      const [, , , state] = await second.command("ROLE") as unknown[];
      assertEquals(state, "connected");
    });
    const log = roomKeys("hall")[1]!;
    await insist(async () =>
      assertEquals(await second.command("XLEN", log), 1)
    );
    await first.kill();
    await assertRejects(() => say("during"));
    await insist(() => say("during"));
    assertEquals((await second.command("ROLE") as unknown[])[0], "master");
    const { messages } = await store.read("hall", { after: 0, limit: 9 });
    assertWithoutHoles(messages);
    assertEquals(messages.map(({ text }) => text), ["before", "during"]);
  } finally {
    await store.close();
    await first.start();
  }
});

test("nodes behind Sentinels are one fleet, where a name is taken once", async () => {
  await using server = await RedisServer.start();
  await using sentinel = await Sentinel.start("chat", server);
  const args = ["--store", `redis-sentinel://${sentinel.host}/chat/2`];
  await using one = await Program.start({ args });
  await using two = await Program.start({ args });
  await using ada = await Peer.connect(one.socket("/ws/hall?name=Ada"));
  ada.send("first");
  await ada.event({ sender: "Ada", message: "first" });
  await using other = await Peer.connect(two.socket("/ws/hall?name=Ada"));
  other.send("second");
  const { sender } = await ada.event({ message: "second" });
  assertNotEquals(sender, "Ada");
});

test("a Sentinel that knows no Redis of that name says so", async () => {
  await using server = await RedisServer.start();
  await using sentinel = await Sentinel.start("chat", server);
  await assertRejects(
    () =>
      RedisStore.open({
        address: `redis-sentinel://${sentinel.host}/other`,
        retention: KEEP_ALL,
        clock: new FakeClock(),
      }),
    StoreOpenError,
    'knows no "other"',
  );
});

test("leaves data of another schema version unchanged and reports what to do", async () => {
  await using server = await RedisServer.start();
  const open = async () => {
    const store = await RedisStore.open({
      address: server.address,
      retention: KEEP_ALL,
      clock: new FakeClock(),
    });
    await store.secret();
    return store;
  };
  await (await open()).close();
  assertEquals(await server.command("GET", "hubbub:schema"), "1");
  for (
    const [version, words] of [
      [2, "Upgrade all nodes, or stop them and restore a backup from before"],
      [0, "Start the version of Hubbub that wrote it, or use another database"],
    ] as const
  ) {
    await server.command("SET", "hubbub:schema", String(version));
    const { message } = await assertRejects(open, StoreOpenError);
    assertStringIncludes(message, `has schema version ${version}, and this`);
    assertStringIncludes(message, `server uses version 1. ${words}`);
    assertEquals(await server.command("KEYS", "hubbub:room*"), []);
  }
  // Data that was written before versions were is the first.
  await server.command("DEL", "hubbub:schema");
  await (await open()).close();
  assertEquals(await server.command("GET", "hubbub:schema"), "1");
});
