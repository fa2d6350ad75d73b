/** The memory store against the contract; it has nothing of its own. */

import { MemoryStore } from "../../server/store/memory_store.ts";
import { storeContract } from "./contract.ts";

storeContract("memory", () =>
  Promise.resolve({
    persistent: false,
    open: (options) => Promise.resolve(new MemoryStore(options)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));
