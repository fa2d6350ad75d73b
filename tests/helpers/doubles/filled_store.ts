/** A store with a room of many messages. */

import { systemClock } from "../../../server/runtime/clock.ts";
import { MemoryStore } from "../../../server/store/memory_store.ts";

/** Messages that are stored at once. */
const STEP = 250;

/**
 * Creates a memory store whose room `hall` has messages of a script.
 *
 * @param messages How many; a multiple of 250, up to 10,000.
 * @param text The text of each.
 */
export async function filledStore(
  messages: number,
  text: string,
): Promise<MemoryStore> {
  const store = new MemoryStore({
    retention: { messages: 10_000, ms: 0 },
    clock: systemClock,
  });
  for (let at = 0; at < messages; at += STEP) {
    await store.append(Array.from({ length: STEP }, () => ({
      room: "hall",
      from: "Ada",
      author: "script:ada",
      text,
      cid: undefined,
    })));
  }
  return store;
}
