/**
 * Every address by every method, given up at every point: whatever a client
 * does, nothing stays open.
 */

import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../../server/runtime/clock.ts";
import { MemoryStore } from "../../../server/store/memory_store.ts";
import type { TransportName } from "../../../server/transport/open_transport.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { ledgerReturns } from "../../helpers/ledger.ts";
import { RawConnection } from "../../helpers/raw/raw_connection.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";

/** All addresses that there are, and some that are none. */
const PATHS = [
  "/",
  "/lessons",
  "/lessons/echo",
  "/lessons/none",
  "/lessons.json",
  "/lab",
  "/lab/connections/key",
  "/healthz",
  "/readyz",
  "/metrics",
  "/favicon.ico",
  "/service-worker.js",
  "/assets/chat.css",
  "/ws",
  "/ws/hall",
  "/text/hall",
  "/nothing",
  "/api",
  "/api/rooms",
  "/api/rooms/hall/messages",
  "/api/rooms/hall/messages/1",
  "/api/rooms/hall/events",
  "/api/rooms/hall/export",
  "/api/rooms/hall/import",
  "/api/rooms/hall/rules",
  "/api/rooms/hall/lock",
  "/api/rooms/hall/slow",
  "/api/rooms/hall/kick",
  "/api/rooms/hall/bans",
  "/api/rooms/hall/announcements",
  "/api/kick",
  "/api/bans",
  "/api/announcements",
  "/api/audit",
  "/api/%E0%A4%A",
  "/api/rooms/%00/events",
];
const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "QUERY",
];
/** How far a client goes before it hangs up. */
const POINTS = ["head", "some of the body", "the body", "the answer"] as const;
const BODY = '{"from":"Ada","text":"Hello"}\n';

async function start(transport: TransportName): Promise<InProcessServer> {
  const store = new MemoryStore({
    retention: { messages: 10_000, ms: 0 },
    clock: systemClock,
  });
  // More than the system keeps for a peer that does not read.
  await store.append(Array.from({ length: 2_000 }, () => ({
    room: "hall",
    from: "Ada",
    author: "script:ada",
    text: "x".repeat(4_000),
    cid: undefined,
  })));
  return await InProcessServer.start({
    transport,
    with: store,
    httpRate: 0,
    slowTimeout: 1,
  });
}

/** Sends a request, or a part of it, and hangs up. */
async function giveUp(
  port: number,
  line: string,
  { point, type }: { point: typeof POINTS[number]; type: string },
): Promise<void> {
  using client = await RawConnection.ask(port, line, {
    "Content-Type": type,
    "Content-Length": String(BODY.length),
    "Accept-Encoding": "gzip",
  });
  if (point === "head") return;
  const part = point === "some of the body" ? BODY.slice(0, 10) : BODY;
  await client.write(part);
  if (point === "the answer") await client.status();
}

for (const transport of TRANSPORTS) {
  Deno.test(`promise 10: a request given up at any point leaves nothing open, over ${transport}`, async () => {
    await using server = await start(transport);
    await ledgerReturns(server, async () => {
      for (const path of PATHS) {
        await Promise.all(
          METHODS.flatMap((method) =>
            POINTS.map((point) =>
              giveUp(server.port, `${method} ${path}`, {
                point,
                type: path.endsWith("import")
                  ? "application/x-ndjson"
                  : "application/json",
              })
            )
          ),
        );
      }
    }, { connections: true });
    assertEquals(server.errors, []);
  });

  Deno.test(`promise 10: HEAD of any address opens nothing, and has no body, over ${transport}`, async () => {
    await using server = await start(transport);
    await ledgerReturns(server, async () => {
      for (const path of PATHS) {
        using client = await RawConnection.ask(server.port, `HEAD ${path}`, {
          "Connection": "close",
        });
        const answer = await client.all();
        assert(/^HTTP\/1\.1 [234]\d\d [^]*\r\n\r\n$/.test(answer), path);
        assertEquals(answer.split("\r\n\r\n").length, 2, path);
        const { open } = server.ledger;
        assertEquals([open.event_stream, open.export], [0, 0], path);
      }
    }, { connections: true });
    assertEquals(server.errors, []);
  });

  Deno.test(`no address but those of the API takes other methods than GET and HEAD, over ${transport}`, async () => {
    await using server = await start(transport);
    for (const path of PATHS) {
      for (const method of ["OPTIONS", "PATCH", "QUERY", "FOO"]) {
        using client = await RawConnection.ask(
          server.port,
          `${method} ${path}`,
          { "Connection": "close" },
        );
        const status = await client.status();
        assert([400, 404, 405].includes(status), `${method} ${path} ${status}`);
      }
    }
  });
}
