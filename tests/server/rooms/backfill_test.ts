/** What members that lag are read from the store. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { Later } from "../../../server/runtime/clock.ts";
import { Backfill } from "../../../server/rooms/backfill.ts";
import { bytesOf } from "../../../server/rooms/history.ts";
import { ReadQueue } from "../../../server/rooms/read_queue.ts";
import type { Room } from "../../../server/rooms/room.ts";
import type { Member } from "../../../server/rooms/session.ts";
import { ResourceLedger } from "../../../server/runtime/resource_ledger.ts";
import { MemoryStore } from "../../../server/store/memory_store.ts";
import type { StoredMessage } from "../../../server/store/store.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";
import { SILENCE } from "../../helpers/doubles/silence.ts";

/** A room of 300 messages, and members that have seen none of them. */
async function bench(text: string) {
  const clock = new FakeClock();
  const store = new MemoryStore({
    retention: { messages: 10_000, ms: 0 },
    clock,
  });
  await store.append(Array.from({ length: 300 }, () => ({
    room: "hall",
    from: "Ada",
    author: "a",
    text,
  })));
  const { epoch } = await store.read("hall", { after: 0, limit: 1 });
  const reads = new ReadQueue({ store, clock, ledger: new ResourceLedger() });
  const backfill = new Backfill({
    reads,
    log: SILENCE,
    later: new Later(clock),
  });
  const got: (readonly StoredMessage[])[] = [];
  const room = {
    name: "hall",
    epoch,
    removals: 0,
    trimmed() {},
    due: (_: Member, messages: readonly StoredMessage[] = []) =>
      void got.push(messages),
  } as unknown as Room;
  const fetch = (address: string) => {
    const session = { reader: { address } };
    backfill.fetch({ cursor: 0, session } as unknown as Member, room);
  };
  const turn = async () => {
    await settled();
    clock.endTurn();
    await settled();
  };
  return { fetch, got, reads, turn };
}

Deno.test("promise 4: reads for a slow member are bounded in bytes, whatever the texts", async () => {
  for (
    const [text, most] of [
      ["x", 256],
      ["y".repeat(4_000), 20],
      ["\u0001".repeat(4_000), 4],
    ] as const
  ) {
    const { fetch, got, turn } = await bench(text);
    fetch("192.0.2.1");
    for (let turns = 0; got.length === 0 && turns < 20; turns++) await turn();
    const [messages = []] = got;
    const bytes = messages.reduce((sum, one) => sum + bytesOf(one), 0);
    assertLess(bytes, 64 * 1024 + 1);
    assert(messages.length > 1 && messages.length <= most);
    assertEquals(messages[0]?.seq, 1);
  }
});

Deno.test("promise 9: members at the same cursor share a read, in the first turn of their addresses", async () => {
  const { fetch, got, reads, turn } = await bench("x");
  for (let n = 0; n < 450; n++) {
    void reads.of({ address: "192.0.2.1", client: `${n}` })
      .read("yard", { after: 0, limit: 1 });
  }
  fetch("192.0.2.1");
  fetch("192.0.2.2");
  for (let turns = 0; got.length < 2; turns++) {
    assertLess(turns, 10);
    await turn();
  }
  assertEquals(got[0], got[1]);
  assertLess(300, reads.waiting);
});
