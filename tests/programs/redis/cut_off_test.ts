/** A node that alone cannot reach the engine: what it says, and where its
 * clients go. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { CLOSE } from "../../../protocol/close_codes.ts";
import { Relay } from "../../../soak/servers/relay.ts";
import { Program, runProgram } from "../../helpers/programs/program.ts";
import { RedisServer } from "../../helpers/programs/redis_server.ts";
import { insist } from "../../helpers/insist.ts";
import { Peer } from "../peer.ts";
import { ignore, redis } from "./redis.ts";

async function ready(program: Program): Promise<number> {
  const response = await fetch(new URL("/readyz", program.url));
  await response.body?.cancel();
  return response.status;
}

/** Resolves when a program says of itself whether it is ready. */
async function says(program: Program, status: number): Promise<void> {
  await insist(async () => assertEquals(await ready(program), status));
}

async function hello(program: Program, fields: object): Promise<Peer> {
  const peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello", ...fields });
  return peer;
}

Deno.test({
  name:
    `a node cut off from ${redis} refuses, says not ready, and hands its clients over, who miss nothing`,
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    const line = await Relay.start(0, () => [server.port]);
    await using _ = { [Symbol.asyncDispose]: () => line.end() };
    await using well = await Program.start({
      args: ["--store", server.address],
    });
    await using lost = await Program.start({
      args: ["--store", `redis://127.0.0.1:${line.port}`],
    });
    await using bob = await hello(well, { name: "Bob" });
    bob.send({ type: "join", room: "hall" });
    await bob.event({ type: "joined" });
    await using ada = await hello(lost, { name: "Ada" });
    const { token, session } = await ada.event({ type: "welcome" });
    ada.send({ type: "join", room: "hall" });
    const { epoch } = await ada.event({ type: "joined" });
    ada.send({ type: "publish", room: "hall", text: "before", cid: "1" });
    await ada.event({ type: "message", seq: 1 });
    await insist(async () => {
      const metrics = await fetch(new URL("/metrics", lost.url));
      assertMatch(await metrics.text(), /^hubbub_nodes 2$/m);
    });

    line.cut();
    await says(lost, 503);
    assertEquals(await ready(well), 200);
    ada.send({ type: "publish", room: "hall", text: "during", cid: "2" });
    const refused = await ada.event({ type: "error", cid: "2" });
    assertEquals([refused["code"], refused["retryable"]], [
      "store_unavailable",
      true,
    ]);
    bob.send({ type: "publish", room: "hall", text: "meanwhile", cid: "3" });
    await bob.event({ type: "ack", cid: "3" });
    const { afterMs } = await ada.event({ type: "reconnect" });
    assert(afterMs <= 500, `Come back after ${afterMs} ms`);
    assertEquals((await ada.closed).code, CLOSE.goingAway.code);

    // As clients do: where the lost node's lease was over first, its sessions
    // are not known any more, but still have their ids.
    await using again = await hello(well, { token, name: "Ada" });
    const welcome = await again.event({ type: "welcome" });
    assertEquals([welcome["name"], welcome["session"]], ["Ada", session]);
    again.send({ type: "join", room: "hall", since: { epoch, seq: 1 } });
    const joined = await again.event({ type: "joined" });
    assertEquals(joined["recovered"], "full");
    assertEquals((await again.event({ type: "message" }))["text"], "meanwhile");
    again.send({ type: "publish", room: "hall", text: "during", cid: "2" });
    await bob.event({ type: "message", text: "during", seq: 3 });

    line.mend();
    await says(lost, 200);
  },
});

Deno.test({
  name: `a node that starts while ${redis} is full says so in one line`,
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    const args = ["--store", server.address];
    await using _ = await Program.start({ args });
    await server.command("CONFIG", "SET", "maxmemory", "1");
    const { code, stderr } = await runProgram({ args });
    assertEquals(code, 1, stderr);
    const lines = stderr.trimEnd().split("\n");
    // Others are of the log, which warns of settings of Redis.
    const [line = "", ...more] = lines.filter((line) => !line.startsWith("{"));
    assertMatch(line, /^hubbub: Cannot open redis:\/\/\S+: OOM /);
    assertEquals(more, []);
  },
});

Deno.test({
  name:
    `an idle node on a full ${redis} says not ready, and what is wrong once`,
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    await using idle = await Program.start({
      args: ["--store", server.address],
    });
    await server.command("CONFIG", "SET", "maxmemory", "1");
    for (let i = 0; i < 3; i++) {
      await using peer = await Peer.connect(idle.socket("/ws"), "hubbub.v1");
      peer.send({ type: "hello", id: 1 });
      assertEquals((await peer.event({ id: 1 })).code, "store_unavailable");
    }
    await says(idle, 503);
    await server.command("CONFIG", "SET", "maxmemory", "0");
    await says(idle, 200);
    const { stderr } = await idle.stop();
    assertEquals(
      stderr.split("\n").filter((line) => line.includes("OOM")).map((line) =>
        JSON.parse(line).message
      ),
      ["the fleet is out of reach", "store fails; messages are refused"],
    );
  },
});
