/** Work whose cost depends on the number of members or rooms. */

import { HubbubError } from "../../protocol/errors.ts";
import { ApiBench } from "../../tests/helpers/benches/api_bench.ts";
import { HubBench } from "../../tests/helpers/benches/hub_bench.ts";

/** Numbers of clients that want one name, and of rooms on a server. */
export const PEOPLE = 4_000;
export const ROOMS = 50_000;
/** Repetitions, because one call is too short to measure. */
const TIMES = 20;

/**
 * Clients that all request one name.
 *
 * @param count How many have it, and the names like it.
 * @returns Lets others ask for it.
 */
export function namesakes(count: number): () => void {
  const bench = new HubBench();
  for (let n = 1; n <= count; n++) {
    bench.hello({ name: n === 1 ? "Guest" : `Guest ${n}` });
  }
  return () => {
    for (let n = 0; n < TIMES; n++) {
      try {
        bench.hello({ name: "Guest" });
      } catch (error) {
        if (!(error instanceof HubbubError)) throw error;
      }
    }
  };
}

/**
 * Rooms with messages.
 *
 * @param count How many.
 * @returns A function that requests the room list.
 */
export async function rooms(count: number): Promise<() => Promise<void>> {
  const bench = new ApiBench();
  const drafts = Array.from({ length: count }, (_, n) => ({
    room: `room-${n}`,
    from: "Ada",
    text: "Hello",
    author: "script:ada",
  }));
  await bench.bench.store.append(drafts);
  return async () => {
    const answer = await bench.ask("/api/rooms");
    if (answer.status !== 200) throw new Error(await answer.text());
    await answer.text();
  };
}
