/** Moderation on two nodes that share a Redis, as people run them. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { Program } from "../../helpers/programs/program.ts";
import { RedisServer } from "../../helpers/programs/redis_server.ts";
import { SECRET, signed } from "../../helpers/tokens.ts";
import { Peer } from "../peer.ts";
import { ignore } from "./redis.ts";

/** Somebody in the room `hall` of a node. */
async function enter(
  node: Program,
  hello: { name?: string; auth?: string },
): Promise<Peer> {
  const peer = await Peer.connect(node.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello", ...hello }, { type: "join", room: "hall" });
  await peer.event({ type: "joined", room: "hall" });
  return peer;
}

Deno.test({
  name: ignore
    ? "what a moderator does holds on every node (needs redis-server)"
    : "what a moderator does holds on every node",
  ignore,
  async fn() {
    await using redis = await RedisServer.start();
    const options = {
      args: ["--store", redis.address, "--guests", "write"],
      env: { HUBBUB_AUTH_SECRET: SECRET },
    };
    await using one = await Program.start(options);
    await using two = await Program.start(options);
    const rights = ["read", "write", "moderate"];
    const auth = await signed({ name: "Mod", rights }, 600);
    await using mod = await enter(one, { auth });
    await using bob = await enter(two, { name: "Bob" });
    await using eve = await enter(two, { name: "Eve" });
    const done = async (id: string, request: object) => {
      mod.send({ room: "hall", ...request, id });
      const { type, message } = await mod.event({ id });
      assert(type === "ack" || type === "done", message);
      return message;
    };
    // The nodes tell each other who is where, in their own time.
    await mod.event({ type: "presence", count: 3 });

    bob.send({ type: "publish", room: "hall", text: "secret", id: 1 });
    await mod.event({ type: "message", text: "secret" });
    await done("remove", { type: "remove", seq: 1 });
    assertEquals((await eve.event({ removes: 1 })).seq, 2);
    eve.send({ type: "history", room: "hall", id: "h" });
    const { messages } = await eve.event({ id: "h" });
    assertEquals(messages[0].text, "");

    await done("lock", { type: "lock", locked: true });
    assertEquals((await bob.event({ type: "rules" })).locked, true);
    bob.send({ type: "publish", room: "hall", text: "but", id: 2 });
    assertEquals((await bob.event({ id: 2 })).code, "locked");
    await done("unlock", { type: "lock", locked: false });

    // On each node somebody is in the room; it is said once.
    await done("all", { type: "announce", room: "*", text: "Tea is ready" });
    await bob.event({ announcement: true, text: "Tea is ready" });
    eve.send({ type: "history", room: "hall", id: "all" });
    const page = await eve.event({ id: "all" });
    assertEquals(
      page.messages.filter((message: object) => "announcement" in message)
        .length,
      1,
    );

    await done("kick", { type: "kick", name: "Bob" });
    const left = await bob.event({ type: "left", room: "hall" });
    assertStringIncludes(left.message, "Mod has kicked you");

    await done("ban", { type: "ban", room: "*", name: "Eve", forMs: 60_000 });
    assertEquals((await eve.closed).code, CLOSE.banned.code);
    await using again = await Peer.connect(one.socket("/ws"), "hubbub.v1");
    again.send({ type: "hello", name: "Eve" });
    assertEquals((await again.event({ type: "error" })).code, "banned");
    assertEquals((await again.closed).code, CLOSE.banned.code);

    // Which the moderator's node cannot know, and does not claim.
    const colleague = await signed({ name: "Otto", rights }, 600);
    await using otto = await enter(two, { auth: colleague });
    await mod.until((line) => line.includes(`"joined":["Otto"]`));
    assertEquals(
      await done("otto", { type: "kick", name: "Otto" }),
      'Otto was removed from room "hall" for at least 1 minute, ' +
        "unless Otto is a moderator too",
    );
    otto.send({ type: "publish", room: "hall", text: "still here", id: 3 });
    assertEquals((await otto.event({ id: 3 })).type, "ack");
    const own = await signed({ name: "Mia", rights }, 600);
    await using _ = await enter(one, { auth: own });
    mod.send({ type: "kick", room: "hall", name: "Mia", id: "mia" });
    const { code } = await mod.event({ id: "mia" });
    assertEquals(code, "forbidden");

    const answer = await fetch(new URL("/api/audit", two.url), {
      headers: { authorization: `Bearer ${auth}` },
    });
    const { entries } = await answer.json();
    assertEquals(
      entries.map(({ by, act }: Record<string, string>) => `${by} ${act}`),
      ["remove", "lock", "lock", "announce", "kick", "ban", "kick"]
        .map((act) => `Mod ${act}`),
    );
  },
});

Deno.test("a person with a bare client moderates by commands, and rules outlive the server", async () => {
  const options = {
    args: ["--guests", "write"],
    env: { HUBBUB_AUTH_SECRET: SECRET },
  };
  await using first = await Program.start(options);
  const auth = await signed({
    name: "Ada",
    rights: ["read", "write", "moderate"],
  });
  await using ada = await Peer.connect(
    first.socket("/text/hall"),
    `hubbub.auth.${auth}`,
  );
  await ada.until((line) => line.startsWith("[Server]: You are in hall."));
  await using bob = await Peer.connect(first.socket("/ws/hall?name=Bob"));
  await ada.until((line) => line.includes("Bob has joined"));
  bob.send("rude");
  await ada.until((line) => line === "[Bob] (guest): rude");
  ada.send("/remove");
  await ada.until((line) => line === "#1 [Bob] (guest): rude");
  ada.send("/remove 1");
  await ada.until((line) =>
    line === "[Server]: A message was removed by a moderator."
  );
  const removed = await bob.event({ removes: 1 });
  assertEquals(removed.sender, "Server");
  ada.send("/slow 10s");
  await bob.event({ event: "rules", slowMs: 10_000 });
  ada.send("/ban Bob 10m * rude");
  await ada.until((line) =>
    line === "[Server]: Bob is banned from this server for 10 minutes."
  );
  const banned = await bob.event({ event: "error", code: "banned" });
  assertEquals(
    banned.message,
    "You are banned from this server for 10 minutes: rude",
  );
  assertEquals((await bob.closed).code, CLOSE.banned.code);
  await first.stop();

  await using second = await Program.start({
    ...options,
    folder: first.folder,
  });
  await using again = await Peer.connect(second.socket("/ws/hall?name=Bob"));
  await again.event({ event: "error", code: "banned" });
  assertEquals((await again.closed).code, CLOSE.banned.code);
  await using line = await Peer.connect(second.socket("/text/hall"));
  await line.line();
  line.send("Bob");
  await line.until((words) => words.includes("You are banned from this"));
  assertEquals((await line.closed).code, CLOSE.banned.code);
  await using eve = await Peer.connect(second.socket("/text/hall"));
  await eve.line();
  eve.send("Eve");
  await eve.until((line) =>
    line === "[Server]: Slow mode: one message per person every 10 seconds."
  );
});
