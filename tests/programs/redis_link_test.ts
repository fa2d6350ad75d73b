/** The connection to Redis, by itself. */

import { assertEquals } from "@std/assert";
import { RedisLink } from "../../server/store/redis_link.ts";
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
