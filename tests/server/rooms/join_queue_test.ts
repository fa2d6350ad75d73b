/** What waiting joins cost a person who leaves. Looks are counted. */

import { assert, assertEquals } from "@std/assert";
import { JoinQueue } from "../../../server/rooms/join_queue.ts";
import { PendingJoins } from "../../../server/rooms/pending_joins.ts";
import type { ReadQueue } from "../../../server/rooms/read_queue.ts";
import type { PendingJoin } from "../../../server/rooms/room.ts";
import { createLogger } from "../../../server/runtime/logger.ts";
import { fakeSession, numbers } from "../../helpers/doubles/reader.ts";
import { RoomBench } from "../../helpers/benches/room_bench.ts";

/** Joins that count how often their session is looked at. */
class CountedJoins {
  looks = 0;
  readonly sessions = numbers(1, 1_000).map((n) => fakeSession(`p${n}`));

  all(): PendingJoin[] {
    const look = () => this.looks++;
    return this.sessions.map((session) => ({
      get session() {
        look();
        return session;
      },
      since: undefined,
      limit: 0,
      id: undefined,
    }));
  }
}

Deno.test("promise 9: a session that leaves looks at no other's join, in a room and before it is open", () => {
  const bench = new RoomBench();
  const joins = new CountedJoins();
  for (const join of joins.all()) bench.room.arrive(join);
  for (const session of joins.sessions) bench.room.depart(session);
  assertEquals(bench.room.empty, true);

  const pending = new PendingJoins({
    reads: {} as ReadQueue,
    log: createLogger({
      level: "error",
      pretty: true,
      now: () => 0,
      write() {},
    }),
    stir() {},
  });
  for (const join of joins.all()) pending.wait(join);
  for (const session of joins.sessions) pending.forget(session);
  assertEquals(pending.empty, true);
  assert(joins.looks <= 4 * 2_000, `${joins.looks} looks`);
});

Deno.test("JoinQueue keeps the joins of a session in their order, and each once", () => {
  const queue = new JoinQueue();
  const [ada, bob] = [fakeSession("Ada"), fakeSession("Bob")];
  const join = (session: typeof ada, id: string) => {
    const one: PendingJoin = { session, since: undefined, limit: 0, id };
    queue.add(one);
    return one;
  };
  const first = join(ada, "1");
  join(bob, "2");
  join(ada, "3");
  const ids = () => queue.all().map(({ id }) => id);
  assertEquals(ids(), ["1", "3", "2"]);
  assertEquals([queue.delete(first), queue.delete(first)], [true, false]);
  assertEquals([queue.has(first), ids()], [false, ["3", "2"]]);
  queue.forget(bob);
  assertEquals(queue.takeAll().map(({ id }) => id), ["3"]);
  assertEquals(queue.empty, true);
});
