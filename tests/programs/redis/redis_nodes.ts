/** Nodes on a real Redis that something happens to. */

import type { Store } from "../../../server/store/store.ts";
import { assertWithoutHoles } from "../../store/bench.ts";
import { FleetBench } from "../../store/fleet.ts";
import { ignore, redis, redisPlace } from "./redis.ts";
import type { RedisServer } from "../../helpers/programs/redis_server.ts";

/** Registers a test with a Redis and nodes on it. */
export function test(
  title: string,
  run: (fleet: FleetBench, server: RedisServer) => Promise<void>,
  settings: readonly string[] = [],
): void {
  Deno.test({
    name: `${redis} faults: ${title}`,
    ignore,
    async fn() {
      const place = await redisPlace(...settings);
      await using fleet = new FleetBench(place);
      await run(fleet, place.server);
    },
  });
}

/** All that is stored in a room, in order. */
export async function stored(store: Store, room = "hall"): Promise<string[]> {
  const { messages } = await store.read(room, { after: 0, limit: 1_000 });
  assertWithoutHoles(messages);
  return messages.map(({ text }) => text);
}

/** Cuts every connection. */
export async function cutAll(server: RedisServer): Promise<void> {
  for (const type of ["normal", "pubsub"]) {
    await server.command("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
  }
}

/** Two nodes, and what they are fed of the hall. */
export async function two(fleet: FleetBench) {
  const [a, b] = [await fleet.start(), await fleet.start()];
  return { a, b, feeds: [await a.follow("hall"), await b.follow("hall")] };
}
