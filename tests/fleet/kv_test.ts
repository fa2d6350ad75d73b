/** The fleet on Deno KV against the contracts. */

import { joinKv } from "../../server/fleet/kv/kv_fleet.ts";
import { SILENCE } from "../helpers/doubles/silence.ts";
import type { Place } from "./bench.ts";
import { namesContract } from "./contract.ts";
import { nodesContract } from "./contract_nodes.ts";

async function open(): Promise<Place> {
  const kv = await Deno.openKv(":memory:");
  let ids = 0;
  return {
    join: (options) =>
      joinKv(kv, {
        ...options,
        node: `node${++ids}`,
        log: SILENCE,
        random: () => 0,
        newId: () => `s${++ids}`,
      }),
    [Symbol.asyncDispose]() {
      kv.close();
      return Promise.resolve();
    },
  };
}

namesContract("kv", open);
nodesContract("kv", open);
