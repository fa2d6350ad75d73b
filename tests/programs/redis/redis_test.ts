/** The Redis store against the contracts, on a real Redis. */

import { assert, assertEquals } from "@std/assert";
import { RedisStore } from "../../../server/store/redis/redis_store.ts";
import { RedisServer } from "../../helpers/programs/redis_server.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { draft } from "../../store/bench.ts";
import { storeContract } from "../../store/contract.ts";
import { fleetContract } from "../../store/contract_fleet.ts";
import { ignore, redis, redisPlace } from "./redis.ts";

storeContract(redis, () => redisPlace(), { ignore });
fleetContract(redis, () => redisPlace(), { ignore });

Deno.test({
  name: redis + ": " +
    "a node whose clock is days off deletes nothing early and dates messages like the others",
  ignore,
  async fn() {
    await using server = await RedisServer.start();
    const time = async () => {
      const [seconds] = await server.command("TIME") as string[];
      return Number(seconds) * 1_000;
    };
    const before = await time();
    const DAY_MS = 86_400_000;
    const stores = await Promise.all([0, 2, -2].map((days) =>
      RedisStore.open({
        address: server.address,
        clock: new FakeClock(before + days * DAY_MS),
        retention: { messages: 1_000, ms: 3_600_000 },
      })
    ));
    for (const store of stores) {
      // So many that an append trims.
      await store.append(
        Array.from({ length: 100 }, () => draft({ room: "hall" })),
      );
      for (const other of stores) await other.trim();
    }
    const page = await stores[0]!.read("hall", { after: 0, limit: 300 });
    const after = await time();
    assertEquals([page.first, page.head], [1, 300]);
    for (const { at } of page.messages) {
      assert(at >= before && at < after + 1_000, `${at}`);
    }
    for (const store of stores) await store.close();
  },
});
