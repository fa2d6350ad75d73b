/**
 * What people on two nodes see of a Redis that breaks: messages are refused
 * for a while, and nothing else; reading goes on, and all heals by itself.
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { RedisServer } from "../../helpers/programs/redis_server.ts";
import { DURABLE } from "../../../soak/servers/redis_process.ts";
import { type Json, Peer } from "../peer.ts";
import { ignore, redis } from "./redis.ts";

/** Ada on one node, Bob on another one, both in the hall. */
class Two implements AsyncDisposable {
  readonly server: RedisServer;
  readonly ada: Peer;
  readonly bob: Peer;
  readonly #programs: readonly Program[];
  #said = 0;

  private constructor(
    server: RedisServer,
    programs: readonly Program[],
    [ada, bob]: [Peer, Peer],
  ) {
    this.server = server;
    this.#programs = programs;
    this.ada = ada;
    this.bob = bob;
  }

  static async start(): Promise<Two> {
    const server = await RedisServer.start(...DURABLE);
    const args = ["--store", server.address];
    const one = await Program.start({ args });
    const other = await Program.start({ args });
    const ada = await enter(one, "Ada");
    const bob = await enter(other, "Bob");
    await ada.event({ type: "presence", count: 2 });
    return new Two(server, [one, other], [ada, bob]);
  }

  /** Somebody says hello to Ada's node. */
  hello(name: string): Promise<Peer> {
    return hello(this.#programs[0]!, name);
  }

  /** Ada says something; what came of it. */
  async say(cid = String(++this.#said)): Promise<Json> {
    this.ada.send({ type: "publish", room: "hall", text: `said ${cid}`, cid });
    while (true) {
      const event = JSON.parse(await this.ada.line());
      if (event.cid === cid && event.type !== "message") return event;
    }
  }

  /** Ada says something until it is taken, as a client does that is told to
   * repeat it; then Bob gets it. */
  async insist(cid?: string): Promise<Json> {
    while (true) {
      const event = await this.say(cid);
      if (event["type"] === "ack") {
        const { seq } = event;
        return await this.bob.event({ type: "message", seq });
      }
      cid = event["cid"];
      assertEquals([event["code"], event["retryable"]], [
        "store_unavailable",
        true,
      ]);
      await new Promise((again) => setTimeout(again, 100));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of [this.ada, this.bob]) await peer.close();
    for (const program of this.#programs) await program[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

async function hello(program: Program, name: string): Promise<Peer> {
  const peer = await Peer.connect(program.socket("/ws"), "hubbub.v1");
  peer.send({ type: "hello", name });
  return peer;
}

async function enter(program: Program, name: string): Promise<Peer> {
  const peer = await hello(program, name);
  peer.send({ type: "join", room: "hall" });
  await peer.event({ type: "joined" });
  return peer;
}

function test(title: string, run: (two: Two) => Promise<void>): void {
  Deno.test({
    name: `two nodes on ${redis}: ${title}`,
    ignore,
    async fn() {
      await using two = await Two.start();
      await run(two);
    },
  });
}

/** What happens to Redis, and how it is mended. */
type Harm = (server: RedisServer) => Promise<() => Promise<unknown>>;

const HARMS: Readonly<Record<string, Harm>> = {
  "restarted with its files": async (server) => {
    await server.kill();
    return () => server.start();
  },
  paused: (server) => {
    const pause = server.pause();
    return Promise.resolve(() => Promise.resolve(pause[Symbol.dispose]()));
  },
  full: async (server) => {
    await server.command("CONFIG", "SET", "maxmemory", "1");
    return () => server.command("CONFIG", "SET", "maxmemory", "0");
  },
};

for (const [name, harm] of Object.entries(HARMS)) {
  test(`a Redis that is ${name} only delays clients`, async (two) => {
    const { ada, bob, server } = two;
    await two.insist();
    const mend = await harm(server);
    const refused = await two.say("refused");
    assertEquals([refused["code"], refused["retryable"]], [
      "store_unavailable",
      true,
    ]);
    assert(refused["retryAfterMs"] > 0);
    // What the node has it gives.
    bob.send({ type: "join", room: "hall", limit: 9 });
    const again = await bob.event({ type: "joined" });
    assertEquals([again["head"], again["members"].toSorted()], [1, [
      "Ada",
      "Bob",
    ]]);
    assertEquals((await bob.event({ type: "message" }))["text"], "said 1");
    await mend();
    const message = await two.insist("refused");
    assertEquals([message["seq"], message["text"]], [2, "said refused"]);
    ada.send({ type: "who", room: "hall" });
    const { members } = await ada.event({ type: "presence", asked: true });
    assertEquals(members.toSorted(), ["Ada", "Bob"]);
  });
}

test("cut connections only delay clients", async (two) => {
  for (let cut = 1; cut <= 5; cut++) {
    for (const type of ["normal", "pubsub"]) {
      await two.server.command("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
    }
    assertEquals((await two.insist())["seq"], cut);
  }
});

test("wiped data start a new room epoch, and clients keep their names and rooms", async (two) => {
  const { ada, bob, server } = two;
  await two.insist();
  await server.command("FLUSHALL");
  const [one, other] = await Promise.all(
    [ada, bob].map((peer) => peer.event({ type: "joined" })),
  );
  assertEquals([one!["head"], one!["recovered"]], [0, "none"]);
  assertEquals(one!["epoch"], other!["epoch"]);
  assertNotEquals(one!["epoch"], "");
  const message = await two.insist();
  assertEquals([message["seq"], message["text"]], [1, "said 2"]);
  while (true) {
    ada.send({ type: "who", room: "hall" });
    const { members } = await ada.event({ type: "presence", asked: true });
    if (members.toSorted().join() === "Ada,Bob") break;
    // Asking is limited too.
    await new Promise((again) => setTimeout(again, 100));
  }
  await using eve = await two.hello("Bob");
  assertEquals((await eve.event({ type: "error" }))["code"], "name_taken");
});
