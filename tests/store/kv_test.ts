/** The Deno KV store against the contract. */

import { KvStore } from "../../server/store/kv.ts";
import { TempFolder } from "../helpers/temp.ts";
import type { Place } from "./bench.ts";
import { storeContract } from "./contract.ts";

function emptyPlace(): Promise<Place> {
  const folder = new TempFolder();
  return Promise.resolve({
    persistent: true,
    open: (options) => KvStore.open({ path: folder.file("kv"), ...options }),
    [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      return Promise.resolve();
    },
  });
}

storeContract("kv", emptyPlace);
