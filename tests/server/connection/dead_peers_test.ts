/**
 * Peers that are gone without a word, or might as well be: half-open
 * connections, stopped programs, readers that never read. Each is out of the
 * room because of the idle timeout, whatever the runtime's socket does; how
 * soon, writer_test.ts shows with a clock of its own.
 */

import { Client } from "../../helpers/clients.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { RawClient } from "../../helpers/raw/raw_client.ts";

const IDLE_S = 1;
/** Far more than it takes on a busy machine, and far less than any other limit
 * would let such a peer stay. */
const MOST_S = 120;

/** A room with somebody who sees who leaves. */
async function room() {
  const server = await InProcessServer.start({
    idleTimeout: IDLE_S,
    slowTimeout: 3600,
    rate: 0,
    byteRate: 0,
  });
  const bystander = await Client.native(server.socket("/ws/hall?name=Witness"));
  return {
    server,
    bystander,
    /** To be awaited once before {@linkcode left}. */
    async joined(name: string): Promise<void> {
      await bystander.inbox.until((frame) => {
        const { sender, event } = JSON.parse(frame);
        return sender === name && event === "joined";
      });
    },
    async left(name: string): Promise<void> {
      const tooLate = setTimeout(
        () => bystander.inbox.end({ code: 0, reason: `${name} is still here` }),
        MOST_S * 1000,
      );
      await bystander.inbox.until((frame) => {
        const { sender, event, members } = JSON.parse(frame);
        // A witness that lags is told who is here, not each who left.
        return sender === name && event === "left" ||
          event === "here" && !members.includes(name);
      });
      clearTimeout(tooLate);
    },
    async [Symbol.asyncDispose]() {
      await bystander.close(1000);
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("promise 4: a peer that answers nothing, as if half open or stopped, is out in time", async () => {
  await using hall = await room();
  // Its pings are not answered: nobody reads them.
  using _mute = await RawClient.open(hall.server.port, {
    path: "/ws/hall?name=Mute",
  });
  await hall.joined("Mute");
  await hall.left("Mute");
});

Deno.test("promise 4: a peer that leaves frames unread is out in time, though pings wait behind them", async () => {
  await using hall = await room();
  using _stuck = await RawClient.open(hall.server.port, {
    path: "/ws/hall?name=Stuck",
  });
  await hall.joined("Stuck");
  // More than what the kernel takes for a reader that does not read.
  const text = "x".repeat(4_000);
  for (let n = 0; n < 3_000; n++) hall.bystander.send(text);
  await hall.left("Stuck");
});

Deno.test("promise 4: a session that can be resumed is out in time too, once nothing was heard of it", async () => {
  await using hall = await room();
  using mute = await RawClient.open(hall.server.port, {
    path: "/ws",
    headers: { "Sec-WebSocket-Protocol": "hubbub.v1" },
  });
  await mute.frame(
    `{"type":"hello","name":"Mute"}\n{"type":"join","room":"hall"}`,
  );
  await hall.joined("Mute");
  await hall.left("Mute");
});
