/** Redis as a place for stores, where this machine has it. */

import { monotonicAt, msBetween } from "../../../server/runtime/clock.ts";
import { RedisStore } from "../../../server/store/redis/redis_store.ts";
import { roomKeys } from "../../../server/store/redis/redis_scripts.ts";
import { hasRedis, RedisServer } from "../../helpers/programs/redis_server.ts";
import type { Place } from "../../store/bench.ts";

const here = await hasRedis();

/** Skipped on a machine without it, but never where all has to run. */
export const ignore = !here && Deno.env.get("CI") !== "true";

/** The adapter, for tests' names. */
export const redis = ignore ? "redis (needs redis-server)" : "redis";

/** A place in a Redis. */
export interface RedisPlace extends Place {
  readonly server: RedisServer;
}

/**
 * Starts a Redis of its own.
 *
 * @param settings What it is told.
 */
export async function redisPlace(...settings: string[]): Promise<RedisPlace> {
  const server = await RedisServer.start(...settings);
  return {
    persistent: true,
    server,
    open: (options) =>
      RedisStore.open({
        address: server.address,
        redisTime: () => msBetween(monotonicAt(0), options.clock.monotonic()),
        ...options,
      }),
    async entries() {
      const keys = await server.command("KEYS", "hubbub:room*");
      return (keys as string[]).length;
    },
    async breakRoom(_, room) {
      await server.command("SET", roomKeys(room)[1]!, "broken");
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
