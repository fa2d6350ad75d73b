/** How a server stops when some of its parts do not (promise 8). */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { systemClock } from "../../../server/runtime/clock.ts";
import { SingleNode } from "../../../server/fleet/single_node.ts";
import { newId } from "../../../server/runtime/ids.ts";
import {
  runStopSteps,
  StopCutShortError,
  type StopStep,
} from "../../../server/runtime/stop_steps.ts";
import { MemoryStore } from "../../../server/store/memory_store.ts";
import type { Draft, Receipt } from "../../../server/store/store.ts";
import { V1Client } from "../../helpers/clients.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";
import { InProcessServer } from "../../helpers/in_process.ts";
import { SILENCE } from "../../helpers/doubles/silence.ts";

const never = () => new Promise<never>(() => {});

/** Runs steps on a fake clock, for as long as they take. */
async function run(steps: readonly StopStep[], ms: number) {
  const clock = new FakeClock();
  const start = clock.now();
  let over = false;
  const all = runStopSteps(steps, { ms, clock, log: SILENCE })
    .finally(() => over = true);
  all.catch(() => {});
  while (!over) {
    await settled();
    if (!over) clock.pass(10);
  }
  return { all, tookMs: clock.now() - start };
}

Deno.test("runStopSteps() runs all in their order, and is done when they are", async () => {
  const done: string[] = [];
  const step = (name: string): StopStep => ({
    name,
    leastMs: 10,
    run: () => void done.push(name),
  });
  const { all, tookMs } = await run(["a", "b", "c"].map(step), 1_000);
  await all;
  assertEquals([done, tookMs], [["a", "b", "c"], 0]);
});

Deno.test("promise 8: a shutdown step that hangs, throws or fails does not block the other steps", async () => {
  const done: string[] = [];
  const step = (name: string, run: StopStep["run"]): StopStep => ({
    name,
    leastMs: 100,
    run() {
      done.push(name);
      return run();
    },
  });
  const { all, tookMs } = await run([
    step("hangs", never),
    step("ends", () => {}),
    step("throws", () => {
      throw new Error("Thrown");
    }),
    step("hangs too", never),
    step("rejects", () => Promise.reject(new Error("Rejected"))),
    step("ends too", () => Promise.resolve()),
  ], 1_000);
  const error = await assertRejects(() => all, StopCutShortError);
  assertEquals(error.steps, ["hangs", "throws", "hangs too", "rejects"]);
  assertEquals(done.length, 6);
  assertEquals(tookMs <= 1_000, true, String(tookMs));
});

/** What can go wrong at the end of a store and of a fleet. */
const WRONG = {
  hangs: never,
  rejects: () => Promise.reject(new Error("It cannot end")),
  throws: () => {
    throw new Error("It cannot end");
  },
} as const;

type Wrong = keyof typeof WRONG;

/** Fails at what it is told to. */
class BadStore extends MemoryStore {
  appends: Wrong | undefined;
  closes: Wrong | undefined;
  closed = false;

  override append(drafts: readonly Draft[]): Promise<Receipt[]> {
    return this.appends === undefined
      ? super.append(drafts)
      : WRONG[this.appends]();
  }

  override close(): Promise<void> {
    this.closed = true;
    return this.closes === undefined ? super.close() : WRONG[this.closes]();
  }
}

class BadFleet extends SingleNode {
  stops: Wrong | undefined;

  override stop(): Promise<void> {
    return this.stops === undefined ? super.stop() : WRONG[this.stops]();
  }
}

async function badServer() {
  const store = new BadStore({
    retention: { messages: 100, ms: 0 },
    clock: systemClock,
  });
  const fleet = new BadFleet({ random: Math.random, newId });
  const server = await InProcessServer.start({ with: store, fleet });
  return { store, fleet, server };
}

/** Stops a server that cannot; gives what could not end. */
async function cutShort(server: InProcessServer): Promise<readonly string[]> {
  const error = await assertRejects(() => server.stop(), StopCutShortError);
  assertStringIncludes(error.message, error.steps.join(", "));
  return error.steps;
}

Deno.test("promise 8: a stop ends in time though an append hangs", async () => {
  const { store, server } = await badServer();
  await using ada = await V1Client.in("hall", {
    url: server.socket("/ws"),
    name: "Ada",
  });
  store.appends = "hangs";
  ada.send({ type: "publish", room: "hall", text: "never stored", id: 1 });
  await ada.sofar();
  assertEquals(await cutShort(server), ["store messages"]);
  assert(store.closed);
  assertStringIncludes(server.errors.join("\n"), "step=store messages");
});

for (const wrong of ["hangs", "rejects", "throws"] as const) {
  Deno.test(`promise 8: a stop ends in time though closing the store ${wrong}`, async () => {
    const { store, server } = await badServer();
    store.closes = wrong;
    assertEquals(await cutShort(server), ["close the store"]);
  });

  Deno.test(`promise 8: a stop ends in time though leaving the fleet ${wrong}`, async () => {
    const { store, fleet, server } = await badServer();
    fleet.stops = wrong;
    assertEquals(await cutShort(server), ["leave the fleet"]);
    assert(store.closed, "the store was closed all the same");
  });
}

Deno.test("promise 8: all parts hang, and the stop ends in time", async () => {
  const { store, fleet, server } = await badServer();
  await using ada = await V1Client.in("hall", {
    url: server.socket("/ws"),
    name: "Ada",
  });
  [store.appends, store.closes, fleet.stops] = ["hangs", "hangs", "hangs"];
  ada.send({ type: "publish", room: "hall", text: "never stored", id: 1 });
  await ada.sofar();
  assertEquals(await cutShort(server), [
    "store messages",
    "leave the fleet",
    "close the store",
  ]);
});
