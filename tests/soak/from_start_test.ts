/** A reader of a whole room, over a connection that says what a test wants. */

import { assertEquals } from "@std/assert";
import { V1 } from "../../protocol/v1.ts";
import { Changes } from "../../soak/changes.ts";
import { V1Client } from "../../soak/clients/v1.ts";
import { seeded } from "../../soak/random.ts";
import { tokenOf, writeText } from "../../soak/texts.ts";
import { DeliveryCheck } from "../../soak/checks/delivery_check.ts";
import { inWords } from "../../soak/checks/violation.ts";

Deno.test("a reader from the start may get a new message before the first ones", async () => {
  const room = "hall";
  const log = { type: "joined", room, epoch: "e", resumed: false };
  const message = (seq: number) => ({
    type: "message",
    room,
    seq,
    text: writeText("ada", seq, 20),
    at: 0,
  });
  const answers = [
    // What it comes to without a cursor, and what is said in that moment.
    [{ ...log, head: 1, after: 1, recovered: "none", missed: 0 }, message(2)],
    [
      { ...log, head: 2, after: 0, recovered: "full", missed: 0 },
      message(1),
      message(2),
    ],
  ];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request, {
        protocol: V1,
      });
      socket.onmessage = ({ data }) => {
        const asked = String(data).split("\n").map((line) => JSON.parse(line));
        if (!asked.some(({ type }) => type === "join")) return;
        const events = answers.shift() ?? [];
        socket.send(events.map((event) => JSON.stringify(event)).join("\n"));
      };
      return response;
    },
  );
  const check = new DeliveryCheck();
  const changes = new Changes();
  for (const seq of [1, 2]) check.sent(tokenOf(writeText("ada", seq, 20)));
  const client = new V1Client({
    id: "auditor",
    room,
    fromStart: true,
    server: `ws://127.0.0.1:${server.addr.port}`,
    check,
    changes,
    random: seeded(1),
    comeBackMs: 10,
    limit: 0,
    lag() {},
    life: () => 1,
  });
  await changes.until(
    () => client.here && check.complete("auditor", room),
    10_000,
  );
  await client.end();
  await server.shutdown();
  check.finish([{ reader: "auditor", room }]);
  assertEquals(check.violations.map(inWords), []);
  assertEquals(check.deliveries, 2);
});
