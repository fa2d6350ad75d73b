/** The connection to Redis, by itself. */

import { assertEquals, assertMatch } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import { errorReason } from "../../../server/runtime/error_text.ts";
import { RedisLink } from "../../../server/store/redis/redis_link.ts";
import { RedisServer } from "../../helpers/programs/redis_server.ts";
import { ignore, redis } from "./redis.ts";

Deno.test({
  name: `what waits behind other answers of ${redis} waits for longer than one`,
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    let losses = 0;
    const link = await RedisLink.open({
      address: server.address,
      heal: () => Promise.resolve(),
      lost: () => losses++,
    });
    // Each keeps the others waiting; the last for longer than one may take.
    const slow = () => link.call("BLPOP", "nothing", "1.7");
    const answers = await Promise.all([slow(), slow(), slow()]);
    assertEquals([answers, losses], [[null, null, null], 0]);
    link.close();
  },
});

Deno.test({
  name:
    `promise 11: what ${redis} tells and nobody understands costs a new connection, and no process`,
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    const healed = Promise.withResolvers<void>();
    let [losses, heals] = [0, 0];
    const link = await RedisLink.open({
      address: server.address,
      heal() {
        if (++heals === 2) healed.resolve();
        return Promise.resolve();
      },
      lost: () => losses++,
    });
    const heard: string[] = [];
    await link.subscribe("news", (payload) => {
      heard.push(JSON.parse(payload));
      if (heard.length === 2) healed.resolve();
    });
    const other = await RedisLink.open({
      address: server.address,
      heal: () => Promise.resolve(),
      lost() {},
    });
    await other.call("PUBLISH", "news", '"before"');
    await other.call("PUBLISH", "news", "not JSON");
    await healed.promise;
    await link.healed;
    await other.call("PUBLISH", "news", '"after"');
    // Told in order: it has come when this is answered.
    await link.call("PING");
    assertEquals([heard, losses], [["before", "after"], 1]);
    for (const one of [link, other]) one.close();
  },
});

Deno.test({
  name:
    `why ${redis} cannot be reached is the cause of the error, at each time`,
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    const links = await Promise.all([1, 2].map(() =>
      RedisLink.open({
        address: server.address,
        heal: () => Promise.resolve(),
        lost() {},
      })
    ));
    const [link, other] = links as [RedisLink, RedisLink];
    const waiting = link.call("BLPOP", "nothing", "1").catch(errorReason);
    await other.call("CONFIG", "SET", "requirepass", "secret");
    await other.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    assertMatch(String(await waiting), /was lost; caused by: \w*Error: \w/);
    const failure = () => link.call("PING").catch(errorReason);
    assertMatch(String(await failure()), /reached; caused by: \w*Error: \w/);
    let said = "";
    while (!said.includes("NOAUTH")) {
      await delay(20);
      said = String(await failure());
    }
    assertMatch(said, /Redis cannot be reached; caused by: .*NOAUTH/);
    for (const one of links) one.close();
  },
});
