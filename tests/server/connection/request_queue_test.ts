/** What one client asked for, handled in its order, whatever takes long. */

import { assertEquals } from "@std/assert";
import type { Decoded } from "../../../protocol/dialect.ts";
import { RequestQueue } from "../../../server/connection/request_queue.ts";
import { FakeClock, settled } from "../../helpers/doubles/clock.ts";

/** A queue whose frames are words; `…` begins a moment that a test ends. */
function bench() {
  const clock = new FakeClock();
  const done: string[] = [];
  const decoded: string[] = [];
  const moments: PromiseWithResolvers<void>[] = [];
  const state = { room: true, over: false };
  const turns: (() => void)[] = [];
  const queue = new RequestQueue({
    party: () => ({ group: "192.0.2.1", member: "1" }),
    clock,
    turns: {
      isOver: () => state.over,
      later(act) {
        turns.push(act);
        return () => {};
      },
    },
    *decode(frame) {
      for (const word of frame.split(" ")) {
        decoded.push(word);
        yield word as unknown as Decoded;
      }
    },
    handle(request, waitMs) {
      const word = String(request);
      done.push(waitMs > 0 ? `${word}?` : word);
      if (!word.endsWith("…")) return;
      const moment = Promise.withResolvers<void>();
      moments.push(moment);
      queue.wait(moment.promise, (error) => done.push(String(error)));
    },
    hasRoom: () => state.room,
    together: (act) => act(),
  });
  const add = (frame: string, waitMs = 0) =>
    queue.add(frame, { bytes: frame.length, waitMs });
  return { clock, queue, add, done, decoded, moments, state, turns };
}

Deno.test("RequestQueue handles requests that need not wait immediately, and the others in order", async () => {
  const { add, done, moments, queue } = bench();
  add("1");
  add("2… 3");
  add("4");
  assertEquals(done, ["1", "2…"]);
  moments[0]?.resolve();
  await settled();
  assertEquals([done, queue.waiting], [["1", "2…", "3", "4"], 0]);
});

Deno.test("RequestQueue handles the rest of a frame before the next frame", async () => {
  const { add, done, moments } = bench();
  add("token…");
  add("1.1 1.2… 1.3");
  add("2.1");
  moments[0]?.resolve();
  await settled();
  assertEquals(done, ["token…", "1.1", "1.2…"]);
  moments[1]?.resolve();
  await settled();
  assertEquals(done.slice(3), ["1.3", "2.1"]);
});

Deno.test("RequestQueue is busy while requests wait for a turn, and only then", () => {
  const { add, done, queue, state, turns } = bench();
  state.over = true;
  add("1");
  assertEquals([queue.isBusy, done], [true, []]);
  state.over = false;
  turns.shift()?.();
  assertEquals([queue.isBusy, done], [false, ["1"]]);
  state.room = false;
  add("2");
  assertEquals([queue.isBusy, queue.waiting > 0], [false, true]);
});

Deno.test("RequestQueue reports failed requests and continues", async () => {
  const { add, done, moments } = bench();
  add("1… 2");
  moments[0]?.reject("bad");
  await settled();
  assertEquals(done, ["1…", "bad", "2"]);
});

Deno.test("RequestQueue handles and sends nothing after it has stopped", async () => {
  const { add, done, moments, queue, clock, state } = bench();
  add("1… 2");
  queue.stop();
  moments[0]?.reject("bad");
  await settled();
  assertEquals(done, ["1…"]);
  state.room = false;
  const other = bench();
  other.state.room = false;
  other.add("1");
  other.queue.stop();
  other.state.room = true;
  clock.endTurn();
  assertEquals([other.done, other.clock.waiting], [[], 0]);
});

Deno.test("RequestQueue decodes nothing ahead of a client that does not read, and looks ever less often", () => {
  const { add, done, decoded, clock, state } = bench();
  state.room = false;
  add("1 2");
  add("3");
  clock.endTurn();
  for (let i = 0; i < 20; i++) clock.pass(250);
  assertEquals([done, decoded], [[], []]);
  state.room = true;
  assertEquals(clock.waiting, 1);
  clock.pass(250);
  assertEquals(done, ["1", "2", "3"]);
  assertEquals(clock.waiting, 0);
});

Deno.test("RequestQueue takes no more than 256 KiB and a frame, small frames included", async () => {
  const { add, queue, moments, done, clock } = bench();
  add("1…");
  let frames = 0;
  while (add("x", 5)) frames++;
  assertEquals(frames, Math.floor((256 * 1024 - 2) / (1 + 128)));
  assertEquals(add("y"), false);
  moments[0]?.resolve();
  await settled();
  clock.endTurn();
  assertEquals([queue.waiting, done.length], [0, 1 + frames]);
  assertEquals(done[1], "x?");
});

Deno.test("RequestQueue handles a thousand requests a turn", () => {
  const { add, done, clock } = bench();
  add("x ".repeat(2_500).trim());
  assertEquals(done.length, 1_000);
  clock.endTurn();
  assertEquals(done.length, 2_500);
});
