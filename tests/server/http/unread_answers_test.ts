/** What is held for clients that ask over HTTP and read nothing: one answer
 * each, of so many bytes, and less for each of a crowd. */

import { assertEquals, assertLess } from "@std/assert";
import { systemClock } from "../../../server/runtime/clock.ts";
import { PAGE_BYTES } from "../../../server/rooms/read_queue.ts";
import { MemoryStore } from "../../../server/store/memory_store.ts";
import type { Page, Range } from "../../../server/store/store.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { ledgerReturns } from "../../helpers/ledger.ts";
import { RawConnection } from "../../helpers/raw/raw_connection.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";

/** Requests that are sent at once. */
const ASKED = 24;

/** A store that tells when it is read. */
class WatchedStore extends MemoryStore {
  onRead = () => {};

  override read(room: string, range: Range): Promise<Page> {
    this.onRead();
    return super.read(room, range);
  }
}

/** A store with a room of messages that take six times their characters. */
async function watchedStore(): Promise<WatchedStore> {
  const store = new WatchedStore({
    retention: { messages: 10_000, ms: 0 },
    clock: systemClock,
  });
  await store.append(Array.from({ length: 200 }, () => ({
    room: "hall",
    from: "Ada",
    author: "a",
    text: "\u0001".repeat(4_096),
  })));
  return store;
}

for (const transport of TRANSPORTS) {
  Deno.test(`promise 10: requests in one packet hold one answer at a time, and are answered in their order, over ${transport}`, async () => {
    const store = await watchedStore();
    await using server = await InProcessServer.start({
      with: store,
      transport,
      httpRate: 0,
    });
    let most = 0;
    store.onRead = () => most = Math.max(most, server.ledger.held.answer);
    await ledgerReturns(server, async () => {
      using client = await RawConnection.connect(server.port);
      const lines = Array.from({ length: ASKED }, (_, n) => {
        const end = n === ASKED - 1 ? "Connection: close\r\n" : "";
        return `GET /api/rooms/hall/messages?limit=${900 + n} HTTP/1.1\r\n` +
          `Host: 127.0.0.1\r\n${end}\r\n`;
      });
      await client.write(lines.join(""));
      const answers = await client.all();
      const order = answers.matchAll(/"newer":"[^"]*limit=(\d+)"/g);
      assertEquals(
        Array.from(order, ([, limit]) => Number(limit)),
        Array.from({ length: ASKED }, (_, n) => 900 + n),
      );
      assertLess(answers.length, ASKED * (PAGE_BYTES + 1_000));
    }, { connections: true });
    // What was taken of the one before may still be on its way.
    assertLess(most, 2 * PAGE_BYTES + 1);
    assertEquals(server.errors, []);
  });

  Deno.test(`promise 4: a crowd that reads none of its answers holds a bounded amount together, over ${transport}`, async () => {
    const store = await watchedStore();
    await using server = await InProcessServer.start({
      with: store,
      transport,
      httpRate: 0,
    });
    await ledgerReturns(server, async () => {
      let most = 0;
      store.onRead = () => most = Math.max(most, server.ledger.held.answer);
      const crowd = await Promise.all(
        Array.from({ length: 150 }, async () => {
          const client = await RawConnection.connect(server.port);
          await client.write(
            "GET /api/rooms/hall/messages?limit=1000 HTTP/1.1\r\n" +
              "Host: 127.0.0.1\r\n\r\n",
          );
          return client;
        }),
      );
      // All have an answer, or a part of it.
      for (const client of crowd) assertEquals(await client.status(), 200);
      assertLess(most, 150 * PAGE_BYTES);
      for (const client of crowd) client.close();
    }, { connections: true });
    assertEquals(server.errors, []);
  });
}
