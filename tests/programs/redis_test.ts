/** The Redis store against the contract, on a real Redis. */

import { RedisStore } from "../../server/store/redis.ts";
import { hasRedis, RedisServer } from "../helpers/redis_server.ts";
import type { Place } from "../store/bench.ts";
import { storeContract } from "../store/contract.ts";

async function emptyPlace(): Promise<Place> {
  const server = await RedisServer.start();
  return {
    persistent: true,
    open: (options) => RedisStore.open({ address: server.address, ...options }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

if (await hasRedis()) storeContract("redis", emptyPlace);
