/** Turns by group, then by member. */

import { assertEquals } from "@std/assert";
import { FairQueue } from "../../../server/runtime/fair_queue.ts";

/** Takes all that waits. */
function all<T>(queue: FairQueue<T>): T[] {
  const items: T[] = [];
  while (queue.size > 0) items.push(queue.shift()!);
  return items;
}

Deno.test("FairQueue gives groups turns, and members of each group", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a1", "a2", "a3", "b1", "b1"]) {
    const [group = "", member = ""] = item;
    queue.push({ group, member }, item);
  }
  assertEquals(queue.size, 6);
  assertEquals(all(queue), ["a1", "b1", "a2", "b1", "a3", "a1"]);
  assertEquals(queue.shift(), undefined);
});

Deno.test("FairQueue keeps each member's order, and drops cancelled entries", () => {
  const queue = new FairQueue<number>();
  const party = { group: "a", member: "1" };
  const cancels = [1, 2, 3, 4].map((item) => queue.push(party, item));
  cancels[1]!();
  cancels[1]!();
  assertEquals(queue.shift(), 1);
  // Taken already.
  cancels[0]!();
  assertEquals(queue.size, 2);
  assertEquals(all(queue), [3, 4]);
  for (const cancel of cancels) cancel();
  assertEquals(queue.size, 0);
  queue.push(party, 5);
  assertEquals(all(queue), [5]);
});

Deno.test("FairQueue goes on after the last item of a member is taken out", () => {
  const queue = new FairQueue<number>();
  const cancel = queue.push({ group: "a", member: "1" }, 1);
  queue.push({ group: "a", member: "2" }, 2);
  cancel();
  const late = queue.push({ group: "a", member: "1" }, 3);
  assertEquals(queue.shift(), 2);
  late();
  assertEquals([queue.size, queue.shift()], [0, undefined]);
});
