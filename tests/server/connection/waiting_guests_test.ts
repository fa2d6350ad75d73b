/** Who makes room where an address has no place left. */

import { assertEquals } from "@std/assert";
import { WaitingGuests } from "../../../server/connection/waiting_guests.ts";
import { monotonicAt } from "../../../server/runtime/clock.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";
import { TRANSPORTS } from "../../helpers/transport.ts";
import { V1Client } from "../../helpers/clients.ts";

Deno.test("WaitingGuests gives the oldest that has said no hello for 2 s, once", () => {
  let now = 0;
  const guests = new WaitingGuests({ monotonic: () => monotonicAt(now) });
  const guest = (session: unknown = null) => ({ session, end() {} });
  const [named, first, second, gone] = [guest({}), guest(), guest(), guest()];
  const forget = guests.add("a", gone);
  for (const each of [named, first, second]) guests.add("a", each);
  forget();
  assertEquals([guests.has("a"), guests.take("a")], [false, undefined]);
  now = 2_000;
  assertEquals([guests.has("a"), guests.has("b")], [true, false]);
  assertEquals(guests.take("a"), first);
  assertEquals(guests.take("a"), second);
  assertEquals(guests.take("a"), undefined);
});

for (const transport of TRANSPORTS) {
  Deno.test(`promise 7: connections that say no hello do not keep others of their address out, over ${transport}`, async () => {
    await using server = await InProcessServer.start({
      transport,
      maxPerAddress: 4,
    });
    using open = new DisposableStack();
    const silent = [];
    for (let count = 0; count < 4; count++) {
      silent.push(
        open.use(
          await RawClient.open(server.port, {
            path: "/ws",
            headers: { "Sec-WebSocket-Protocol": "hubbub.v1" },
          }),
        ),
      );
    }
    const enter = (name: string) =>
      V1Client.in("hall", { url: server.socket("/ws"), name });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    await using one = await enter("Ada");
    assertEquals(await silent[0]?.ended(), 1013);
    await using two = await enter("Bob");
    assertEquals(await silent[1]?.ended(), 1013);
    for (const client of [one, two]) {
      client.send({ type: "ping", id: 1 });
      await client.next("pong");
    }
  });
}
