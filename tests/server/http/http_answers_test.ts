/** Answers that nobody takes: what they hold, how they count, and their end. */

import { assert, assertEquals } from "@std/assert";
import type { TransportName } from "../../../server/transport/open_transport.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";
import { filledStore } from "../../helpers/doubles/filled_store.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { ledgerReturns } from "../../helpers/ledger.ts";
import { RawConnection } from "../../helpers/raw/raw_connection.ts";

const EXPORT = "/api/rooms/hall/export";
const MESSAGES = 3_000;
const READERS = 5;
/** What a room's messages have: far more than the system keeps for a peer. */
const TEXT = "x".repeat(4_000);
/** Bytes that an answer may hold while it waits to be taken. */
const MOST_HELD = 24 * 1024;

/** A server with a room of 12 MB. */
async function start(
  transport: TransportName,
  settings: { maxPerAddress?: number; slowTimeout?: number } = {},
): Promise<InProcessServer> {
  const store = await filledStore(MESSAGES, TEXT);
  return await InProcessServer.start({
    transport,
    with: store,
    slowTimeout: 4,
    ...settings,
  });
}

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!isSo()) {
    assert(performance.now() < end, isSo.toString());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

for (const transport of TRANSPORTS) {
  Deno.test(`promise 10: unread exports hold a small page each and are cut off, over ${transport}`, async () => {
    await using server = await start(transport);
    await ledgerReturns(server, async () => {
      using open = new DisposableStack();
      const readers = [];
      for (let count = 0; count < READERS; count++) {
        const reader = await RawConnection.ask(server.port, `GET ${EXPORT}`);
        readers.push(open.use(reader));
      }
      await until(() => server.ledger.open.export === READERS);
      for (const reader of readers) assertEquals(await reader.status(), 200);
      assert(server.ledger.held.export <= READERS * MOST_HELD);
      await until(() => server.ledger.open.export === 0);
      assertEquals(server.ledger.held.export, 0);
      // Only a transport that can hang up has ended the connection as well.
      if (transport === "ws") {
        await until(() => server.ledger.open.request === 0);
      }
    });
  });

  Deno.test(`promise 10: an export counts as a connection of its reader's until that is gone, over ${transport}`, async () => {
    await using server = await start(transport, { maxPerAddress: 2 });
    await ledgerReturns(server, async () => {
      using one = await RawConnection.ask(server.port, `GET ${EXPORT}`);
      using two = await RawConnection.ask(server.port, `GET ${EXPORT}`);
      assertEquals([await one.status(), await two.status()], [200, 200]);
      const third = await fetch(server.url(EXPORT));
      assertEquals(
        [third.status, (await third.json()).code],
        [503, "too_many_connections"],
      );
    });
    // Whoever hung up has made room.
    const again = await fetch(server.url(EXPORT));
    await again.body?.cancel();
    assertEquals(again.status, 200);
  });

  Deno.test(`promise 10: few exports of an address are in progress at once, over ${transport}`, async () => {
    // None of them may be cut off before the last is asked for.
    await using server = await start(transport, { slowTimeout: 60 });
    await ledgerReturns(server, async () => {
      using open = new DisposableStack();
      for (let count = 0; count < 20; count++) {
        const reader = await RawConnection.ask(server.port, `GET ${EXPORT}`);
        assertEquals(await open.use(reader).status(), 200);
      }
      assert(server.ledger.held.export <= 20 * MOST_HELD);
      const refused = await fetch(server.url(EXPORT));
      assertEquals(refused.status, 503);
      assertEquals(refused.headers.get("retry-after"), "1");
      const { code, detail } = await refused.json();
      assertEquals(code, "too_many_requests");
      assertEquals(
        detail,
        "Too many exports from your address are in progress. Wait for the " +
          "responses and try again",
      );
    });
    const again = await fetch(server.url(EXPORT));
    assertEquals(again.status, 200);
    await again.body?.cancel();
  });

  Deno.test(`promise 10: a slow reader of an export gets all of it, over ${transport}`, async () => {
    await using server = await start(transport);
    await ledgerReturns(server, async () => {
      const response = await fetch(server.url(EXPORT));
      const text = await response.text();
      assertEquals(text.trimEnd().split("\n").length, MESSAGES);
    });
  });

  Deno.test(`promise 10: unread pages of history are cut off, over ${transport}`, async () => {
    await using server = await start(transport);
    await ledgerReturns(server, async () => {
      using reader = await RawConnection.connect(server.port);
      const request =
        "GET /api/rooms/hall/messages?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      await reader.write(request.repeat(30));
      await until(() => server.ledger.held.answer > 0);
      await until(() => server.ledger.held.answer === 0);
    });
  });

  Deno.test(`promise 10: HEAD of a stream opens nothing, over ${transport}`, async () => {
    await using server = await start(transport, { maxPerAddress: 2 });
    await ledgerReturns(server, async () => {
      for (const path of ["events", "export", "events", "export", "events"]) {
        const response = await fetch(server.url(`/api/rooms/hall/${path}`), {
          method: "HEAD",
        });
        assertEquals([response.status, await response.text()], [200, ""]);
        const { open } = server.ledger;
        assertEquals([open.event_stream, open.export], [0, 0]);
      }
    });
  });

  Deno.test(`promise 10: an unread event stream holds little and is cut off, over ${transport}`, async () => {
    await using server = await start(transport);
    await ledgerReturns(server, async () => {
      const page = await fetch(server.url("/api/rooms/hall/messages?limit=1"));
      const { epoch } = await page.json();
      using reader = await RawConnection.ask(
        server.port,
        `GET /api/rooms/hall/events?since=${epoch}:0`,
      );
      assertEquals(await reader.status(), 200);
      await until(() => server.ledger.open.event_stream === 1);
      let most = 0;
      await until(() => {
        most = Math.max(most, server.ledger.held.event_stream);
        return server.ledger.open.event_stream === 0;
      });
      // The watermark, and what one page may pass it by.
      assert(most <= 64 * 1024 + 1024 * 1024, `${most}`);
      if (transport === "ws") {
        await until(() => server.ledger.open.request === 0);
      }
    });
  });

  Deno.test(`promise 10: imports in progress are in the ledger, and few at once, over ${transport}`, async () => {
    await using server = await start(transport);
    await ledgerReturns(server, async () => {
      using open = new DisposableStack();
      const begin = async () => {
        const client = await RawConnection.ask(
          server.port,
          "POST /api/rooms/hall/import",
          {
            "Content-Type": "application/x-ndjson",
            "Content-Length": "1000",
            ...server.operator,
          },
        );
        return open.use(client);
      };
      // As many as one address, room or user may have of the eight.
      for (let count = 0; count < 2; count++) await begin();
      await until(() => server.ledger.open.import === 2);
      assertEquals(await (await begin()).status(), 503);
    });
  });
}
