/** The Deno KV store against the contracts. */

import { KvStore } from "../../server/store/kv.ts";
import { TempFolder } from "../helpers/temp.ts";
import type { Place } from "./bench.ts";
import { storeContract } from "./contract.ts";
import { fleetContract } from "./contract_fleet.ts";

/** A file, opened by one store after the other. */
function file(): Promise<Place> {
  const folder = new TempFolder();
  return Promise.resolve({
    persistent: true,
    open: (options) => KvStore.open(folder.file("kv"), options),
    [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      return Promise.resolve();
    },
  });
}

/** A database for several stores of this process: a file is locked for all but
 * the one that opened it. */
async function shared(): Promise<Place> {
  const kv = await Deno.openKv(":memory:");
  return {
    persistent: true,
    open: (options) => Promise.resolve(new KvStore(kv, options)),
    [Symbol.asyncDispose]() {
      kv.close();
      return Promise.resolve();
    },
  };
}

storeContract("kv", file);
fleetContract("kv", shared);
