/** Who still reads: what an outlet concludes from what its socket has left. */

import { assertEquals } from "@std/assert";
import { simple } from "../../../protocol/simple.ts";
import { ConnectionWriter } from "../../../server/connection/writer.ts";
import type { Socket } from "../../../server/transport/socket.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";

const PATIENCE = { slowMs: 30_000, idleMs: 30_000 };
const PAGE = "x".repeat(20_000);

/** An outlet whose socket keeps what it is given until told that it drains. */
function bench() {
  const clock = new FakeClock();
  let buffered = 0;
  let open = true;
  const socket: Socket = {
    get open() {
      return open;
    },
    get buffered() {
      return buffered;
    },
    send: (frame) => void (buffered += frame.length),
    close: () => {},
  };
  const writer = new ConnectionWriter(socket, simple, clock);
  return {
    writer,
    clock,
    drain: (bytes: number) => void (buffered -= bytes),
    /** As the runtime does by itself: all that is unsent is not told of. */
    startClosing() {
      open = false;
      buffered = 0;
    },
    /** Asks every 2 s for a minute, after `each`. */
    watch(each: () => void): boolean {
      for (let i = 0; i < 30; i++) {
        each();
        clock.pass(2_000);
        if (writer.isStuck(PATIENCE)) return true;
      }
      return false;
    },
  };
}

Deno.test("promise 4: a reader that takes nothing is stuck after its timeout", () => {
  const { writer, clock, watch } = bench();
  writer.send([PAGE]);
  clock.pass(1_000);
  assertEquals(writer.isStuck(PATIENCE), false);
  assertEquals(watch(() => {}), true);
});

Deno.test("a slow reader whose buffer fills repeatedly is not stuck", () => {
  const { writer, drain, watch } = bench();
  writer.send([PAGE]);
  const stuck = watch(() => {
    drain(20_000);
    writer.send([PAGE]);
  });
  assertEquals(stuck, false);
});

Deno.test("a reader that gets more and takes nothing of it is stuck", () => {
  const { writer, watch } = bench();
  writer.send([PAGE]);
  assertEquals(watch(() => writer.send(["x"])), true);
});

Deno.test("a silent client with nothing unsent is not stuck", () => {
  const { watch } = bench();
  assertEquals(watch(() => {}), false);
});

Deno.test("promise 4: disconnects a client that neither sends nor reads sooner than one that still sends", () => {
  const timeouts = { slowMs: 60_000, idleMs: 10_000 };
  for (const silent of [true, false]) {
    const { writer, clock } = bench();
    writer.send([PAGE]);
    writer.isStuck(timeouts);
    clock.pass(10_000);
    if (!silent) writer.heard();
    assertEquals(writer.isStuck(timeouts), silent);
  }
});

Deno.test("promise 4: a writer is not ready while its socket holds unsent bytes above the watermark", () => {
  const { writer, drain } = bench();
  assertEquals(writer.ready, true);
  writer.send([PAGE]);
  assertEquals(writer.ready, false);
  drain(4_000);
  assertEquals(writer.ready, true, "a byte less than 16 KiB would do");
});

Deno.test("promise 4: a socket that the runtime cannot get closed is stuck at the second look", () => {
  const { writer, startClosing } = bench();
  writer.send([PAGE]);
  assertEquals(writer.isStuck(PATIENCE), false);
  startClosing();
  assertEquals(writer.isStuck(PATIENCE), false, "it may be about to tell");
  assertEquals(writer.isStuck(PATIENCE), true);
});
