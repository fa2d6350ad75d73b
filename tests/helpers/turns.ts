/** The end of what a test has begun in the event loop. */

import { setImmediate } from "node:timers";
import { workDone } from "../../server/runtime/event_loop.ts";

/** Turns that a last turn may ask for. */
const TURNS = 3;

/**
 * Waits for turns of the event loop that were asked for, and for the pauses of
 * work: the sanitizers count them as timers that leak (Deno 2.5 all of them).
 */
export async function turnsDone(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  await workDone();
}
