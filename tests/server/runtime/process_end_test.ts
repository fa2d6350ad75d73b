/** When the process ends, and with which code. */

import { assert, assertEquals } from "@std/assert";
import {
  isSocketFault,
  ProcessEnd,
} from "../../../server/runtime/process_end.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";
import { SILENCE } from "../../helpers/doubles/silence.ts";

/** A process whose server stops when the test says so. */
function process() {
  const clock = new FakeClock();
  const exits: number[] = [];
  const stopped = Promise.withResolvers<void>();
  let stops = 0;
  const end = new ProcessEnd({
    clock,
    log: SILENCE,
    stop() {
      stops++;
      return stopped.promise;
    },
    exit: (code) => exits.push(code),
  });
  return { clock, exits, stopped, end, stops: () => stops };
}

Deno.test("promise 8: a signal stops the server, and the process ends with 0", async () => {
  const { exits, stopped, end } = process();
  end.signal("SIGTERM");
  await settled();
  assertEquals(exits, []);
  stopped.resolve();
  await settled();
  assertEquals(exits, [0]);
});

Deno.test("a stop that was cut short ends with 1", async () => {
  const { exits, stopped, end } = process();
  end.signal("SIGTERM");
  stopped.reject(new Error("The stop was cut short"));
  await settled();
  assertEquals(exits, [1]);
});

Deno.test("a second signal ends at once, but for the echo of the first", () => {
  const { clock, exits, end, stops } = process();
  end.signal("SIGINT");
  end.signal("SIGINT");
  clock.pass(499);
  end.signal("SIGTERM");
  assertEquals([exits, stops()], [[], 1]);
  clock.setForth(-3_600_000);
  clock.pass(1);
  end.signal("SIGINT");
  assertEquals([exits, stops()], [[1], 1]);
});

Deno.test("promise 11: a fault ends the process at once, with 1", () => {
  const { exits, end, stops } = process();
  end.fatal("unhandled rejection", new Error("Broken"));
  assertEquals([exits, stops()], [[1], 0]);
});

Deno.test("promise 11: after a fault during the stop, the stop goes on and exits with 1", async () => {
  const { exits, stopped, end } = process();
  end.signal("SIGTERM");
  end.fatal("uncaught error", new Error("Broken"));
  assertEquals(exits, []);
  stopped.resolve();
  await settled();
  assertEquals(exits, [1]);
});

Deno.test("full memory stops the server in good order, with 1", async () => {
  const { exits, stopped, end } = process();
  end.stop(1);
  end.stop(1);
  stopped.resolve();
  await settled();
  assertEquals(exits, [1]);
});

Deno.test("a fault of the runtime in one socket is told from all others", () => {
  const fault = new TypeError("failed to allocate string");
  const ours = "    at Room.pump (file:///srv/server/room.ts:1:2)";
  const theirs =
    "    at WebSocket.[[[eventLoop]]] (ext:deno_websocket/01_websocket.js:1:10077)";
  fault.stack = `TypeError: failed\n${theirs}`;
  assert(isSocketFault(fault));
  fault.stack = `TypeError: failed\n${theirs}\n${ours}`;
  assert(!isSocketFault(fault));
  fault.stack = "TypeError: failed";
  assert(!isSocketFault(fault));
  assert(!isSocketFault("ext:deno_websocket/"));
  assert(!isSocketFault(new Error("ours")));
});
