/** The connection to Redis, by itself. */

import { assertEquals } from "@std/assert";
import { RedisLink } from "../../server/store/redis/redis_link.ts";
import { RedisServer } from "../helpers/redis_server.ts";
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
