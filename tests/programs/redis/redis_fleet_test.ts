/**
 * The fleet on a real Redis against the contract, and what happens to it when
 * something happens to that Redis.
 */

import { assertEquals } from "@std/assert";
import { joinRedis } from "../../../server/fleet/redis/redis_fleet.ts";
import { RedisServer } from "../../helpers/programs/redis_server.ts";
import { SILENCE } from "../../helpers/doubles/silence.ts";
import { FleetBench, type Node, type Place } from "../../fleet/bench.ts";
import { assertRefused, namesContract } from "../../fleet/contract.ts";
import { nodesContract } from "../../fleet/contract_nodes.ts";
import { insist } from "../../helpers/insist.ts";
import { ignore, redis } from "./redis.ts";

/** A place in a Redis. */
function placeOn(server: RedisServer): Place {
  let ids = 0;
  return {
    join: (options) =>
      joinRedis(server.address, {
        ...options,
        node: `node${++ids}`,
        log: SILENCE,
        random: () => 0,
        newId: () => `s${++ids}`,
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const open = async () => placeOn(await RedisServer.start());

namesContract(redis, open, { ignore });
nodesContract(redis, open, { ignore });

/** Registers a test with a Redis and two nodes on it. */
function test(
  title: string,
  run: (server: RedisServer, a: Node, b: Node) => Promise<void>,
): void {
  Deno.test({
    name: `${redis} fleet faults: ${title}`,
    ignore,
    async fn() {
      const server = await RedisServer.start();
      await using fleet = new FleetBench(placeOn(server));
      await run(server, await fleet.join(), await fleet.join());
    },
  });
}

/** How something fails. */
function failure(act: () => Promise<unknown>): Promise<string> {
  return act().then(() => "", ({ code }) => code);
}

test(
  "names and members come back to a Redis that was wiped",
  async (server, a, b) => {
    const { session } = await a.begin("Ada");
    const atA = await a.enter("hall", { [session]: "Ada" });
    const atB = await b.enter("hall", { s: "Bob" });
    await Promise.all([atA.shows("Bob"), atB.shows("Ada")]);
    await server.command("FLUSHALL");
    const bob = await insist(() => b.begin("Bob"));
    // Both nodes know by their next heartbeat that they are not known.
    while (await failure(() => b.begin("Ada")) !== "name_taken") {
      assertEquals(a.nameless, []);
    }
    await assertRefused("name_taken", () => a.begin("Bob"));
    atA.become({ [session]: "Ada", s2: "Kim" });
    await atB.shows("Ada", "Kim");
    assertEquals([atA.departures, atB.departures], [[], []]);
    assertEquals([a.gone, a.nameless, b.gone], [[], [], []]);
    assertEquals((await a.claim({ session: bob.session })).resumed, true);
  },
);

test(
  "all heals after a Redis that died and forgot everything",
  async (server, a, b) => {
    const { session } = await a.begin("Ada");
    const atA = await a.enter("hall", { [session]: "Ada" });
    const atB = await b.enter("hall", { s: "Bob" });
    await Promise.all([atA.shows("Bob"), atB.shows("Ada")]);
    await server.kill();
    await assertRefused("store_unavailable", () => b.begin("Eve"));
    await assertRefused("store_unavailable", () => b.claim({ session }));
    await assertRefused(
      "store_unavailable",
      () => a.fleet.rename(session, "Eve"),
    );
    // Entering a room does not depend on it.
    const yard = await a.enter("yard", { [session]: "Ada" });
    atA.become({ [session]: "Ada", s2: "Kim" });
    await server.start();
    await atB.shows("Ada", "Kim");
    const yardAtB = await insist(async () => {
      const there = await b.enter("yard");
      if (there.names.length === 0) throw new Error("Not yet");
      return there;
    });
    assertEquals([yard.names, yardAtB.names], [[], ["Ada"]]);
    await insist(() => b.begin("Eve"));
    await assertRefused("name_taken", () => b.begin("Ada"));
    assertEquals([atA.departures, atB.departures], [[], []]);
    assertEquals([a.gone, a.nameless], [[], []]);
  },
);

test("a Redis pause does not mark any node as dead", async (server, a, b) => {
  const { session } = await a.begin("Ada");
  const atA = await a.enter("hall", { [session]: "Ada" });
  const atB = await b.enter("hall", { s: "Bob" });
  await Promise.all([atA.shows("Bob"), atB.shows("Ada")]);
  {
    using _paused = server.pause();
    // It gives up after a time, and says so.
    await assertRefused("store_unavailable", () => b.begin("Eve"));
  }
  await insist(() => b.begin("Eve"));
  await assertRefused("name_taken", () => b.begin("Ada"));
  atA.become({ [session]: "Ada", s2: "Kim" });
  await atB.shows("Ada", "Kim");
  assertEquals([atA.departures, atB.departures], [[], []]);
  assertEquals([a.gone, a.nameless], [[], []]);
});

test(
  "a session that ends while Redis is away has ended afterwards",
  async (server, a, b) => {
    const { session } = await a.begin("Ada");
    await server.command("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes");
    a.fleet.release(session);
    await insist(() => b.begin("Ada"));
  },
);

test(
  "a node that leaves a room while another one is cut off is dropped there",
  async (server, a, b) => {
    const { session } = await a.begin("Ada");
    const atA = await a.enter("hall", { [session]: "Ada" });
    const atB = await b.enter("hall", { s: "Bob" });
    await Promise.all([atA.shows("Bob"), atB.shows("Ada")]);
    const clients = String(await server.command("CLIENT", "LIST"));
    const ids = [...clients.matchAll(/^id=(\d+) .* sub=[1-9]/gm)];
    // The last one is that of the node that joined last.
    await server.command("CLIENT", "KILL", "ID", ids.at(-1)?.[1] ?? "");
    atA.become({});
    await atB.shows();
    atA.become({ [session]: "Ada" });
    await atB.shows("Ada");
    assertEquals(atB.departures.length, 1);
  },
);

Deno.test({
  name: `${redis} fleet faults: what dead nodes left is not kept for ever`,
  ignore,
  async fn() {
    const server = await RedisServer.start();
    await using fleet = new FleetBench(placeOn(server));
    const [a, b] = [await fleet.join(), await fleet.join()];
    for (let i = 0; i < 300; i++) await a.begin(`Guest ${i}`);
    await a.enter("hall", { s: "Ada" });
    a.clock.pause();
    const kept = async (key: string) =>
      Number(await server.command("HLEN", `hubbub:{fleet}:${key}`));
    while (await kept("sessions") + await kept("names") > 0) {
      await new Promise((again) => setTimeout(again, 50));
    }
    await b.enter("hall");
    assertEquals(await kept("here:hall"), 0);
  },
});
