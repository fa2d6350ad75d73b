/**
 * The date is set forth and back, by seconds, hours and days, while something
 * is being measured: no interval ends early, none goes on for longer.
 */

import { assertEquals } from "@std/assert";
import { simple } from "../../../protocol/simple.ts";
import { RequestRates } from "../../../server/http/request_rates.ts";
import { RatePool } from "../../../server/connection/rate_pool.ts";
import { limitWarnings } from "../../../server/observability/limit_warnings.ts";
import { ConnectionInspector } from "../../../server/observability/connection_inspector.ts";
import { ConnectionWriter } from "../../../server/connection/writer.ts";
import { OutOfReachError } from "../../../server/store/store.ts";
import { ApiBench } from "../../helpers/benches/api_bench.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { EventReader } from "../../helpers/events.ts";
import { assertRefused, hall } from "../../helpers/benches/hall.ts";
import { GRACE_MS, HubBench } from "../../helpers/benches/hub_bench.ts";

const [SECOND, HOUR, DAY] = [1_000, 3_600_000, 86_400_000];
const JUMPS = [5 * SECOND, HOUR, 3 * DAY].flatMap((ms) => [ms, -ms]);

/** Tests it with each jump. */
function withEachJump(
  name: string,
  test: (jump: (clock: FakeClock) => void) => void | Promise<void>,
): void {
  for (const ms of JUMPS) {
    const words = `${ms > 0 ? "forth" : "back"} by ${Math.abs(ms) / 1000} s`;
    Deno.test(`${name}, though the clock is set ${words}`, () =>
      test((clock) => clock.setForth(ms)));
  }
}

withEachJump("a rate gives what comes back in its time", (jump) => {
  const clock = new FakeClock();
  const rates = { publish: 1, bytes: 0, request: 0, join: 0, rename: 0 };
  const pool = new RatePool({ rates, connects: 0, clock });
  const connection = pool.connect("192.0.2.7");
  const publish = () => connection.request("publish");
  for (let n = 0; n < 3; n++) publish();
  jump(clock);
  clock.pass(999);
  assertRefused(publish, "rate_limited");
  clock.pass(1);
  publish();
});

withEachJump("the rate of an address gives what comes back", (jump) => {
  const clock = new FakeClock();
  const rates = new RequestRates(1, clock);
  const ask = () => rates.count("192.0.2.7", "other");
  for (let n = 0; n < 3; n++) ask();
  jump(clock);
  assertRefused(ask, "rate_limited");
  clock.pass(1_000);
  ask();
});

withEachJump("a reader has its patience, and no more", (jump) => {
  const clock = new FakeClock();
  let buffered = 0;
  const writer = new ConnectionWriter(
    {
      open: true,
      get buffered() {
        return buffered;
      },
      send: (frame) => void (buffered += frame.length),
      close() {},
    },
    simple,
    clock,
  );
  const stuck = () => writer.isStuck({ slowMs: 30_000, idleMs: 30_000 });
  writer.send(["x".repeat(20_000)]);
  assertEquals(stuck(), false);
  jump(clock);
  clock.pass(29_999);
  assertEquals(stuck(), false);
  clock.pass(1);
  assertEquals(stuck(), true);
});

withEachJump("an event stream shows that it lives", async (jump) => {
  const api = new ApiBench();
  const response = await api.ask("/api/rooms/hall/events");
  await using reader = new EventReader(response);
  assertEquals((await reader.next())?.type, "joined");
  jump(api.bench.clock);
  // Streams are checked every 2 s, in turns of the event loop.
  for (let s = 0; s < 32; s += 2) await api.bench.pass(2_000);
  assertEquals(api.api.readers.length, 1);
  const ada = await api.bench.enter("Ada");
  api.bench.say(ada.session, "hi");
  await api.bench.turn();
  await reader.texts(1);
  assertEquals(reader.asides, [":", ":"]);
});

withEachJump("a session keeps its grace", async (jump) => {
  const bench = new HubBench();
  const ada = await bench.enter("Ada");
  bench.hub.sessionService.lost(ada.session, ada.reader, { mayReturn: true });
  jump(bench.clock);
  await bench.pass(GRACE_MS - 1);
  assertEquals(bench.hub.sessions, 1);
  await bench.pass(1);
  assertEquals(bench.hub.sessions, 0);
});

withEachJump("slow mode asks for its wait", async (jump) => {
  const { bench, moderate } = await hall();
  const bob = await bench.enter("Bob");
  await moderate({ type: "slow", everyMs: 10_000 });
  bench.say(bob.session, "one");
  await bench.turn();
  jump(bench.clock);
  await bench.pass(9_999);
  const { details } = assertRefused(
    () => bench.say(bob.session, "two"),
    "slow_mode",
  );
  assertEquals(details.retryAfterMs, 1);
  await bench.pass(1);
  bench.say(bob.session, "two");
});

withEachJump("a node is cut off after its patience", async (jump) => {
  const bench = new HubBench();
  bench.fleet.nodes = 2;
  bench.store.failure = (words) => new OutOfReachError(words);
  for (const what of ["append", "check", "trim"] as const) {
    bench.store.failing.add(what);
  }
  const seconds = async (count: number) => {
    for (let n = 0; n < count; n++) await bench.pass(1_000);
  };
  await seconds(2);
  jump(bench.clock);
  await seconds(8);
  assertEquals(bench.cutOffs, 0);
  await seconds(2);
  assertEquals(bench.cutOffs, 1);
});

withEachJump(
  "the memory store takes a repeat for one for 10 minutes",
  async (jump) => {
    const bench = new HubBench();
    const ada = await bench.enter("Ada");
    const { inner } = bench.store;
    const say = async () => {
      bench.say(ada.session, "once");
      await bench.turn();
      const { head } = await inner.read("hall", { after: 0, limit: 1 });
      return head;
    };
    assertEquals(await say(), 1);
    jump(bench.clock);
    await bench.pass(599_000);
    assertEquals(await say(), 1);
    await bench.pass(2_000);
    assertEquals(await say(), 2);
  },
);

withEachJump("the lab is told how long ago it was", (jump) => {
  const clock = new FakeClock();
  const key = "0123456789abcdef";
  const lab = new ConnectionInspector({ clock, idleSeconds: 30 });
  const handler = lab.watch(
    key,
    () => ({ message() {}, control() {}, close() {} }),
  )({
    open: true,
    buffered: 0,
    send() {},
    close() {},
  });
  handler.message("x");
  jump(clock);
  clock.pass(250);
  handler.close(1000);
  clock.pass(60_000);
  const report = lab.report(key);
  assertEquals([report?.openedAgo, report?.heardAgo], [60_250, 60_250]);
  assertEquals(report?.closed?.ago, 60_000);
  clock.pass(1);
  assertEquals(lab.report(key), undefined);
});

withEachJump(
  "a limit that turns people away is logged once a minute",
  (jump) => {
    const clock = new FakeClock();
    let lines = 0;
    const config = { maxConnections: 9, maxPerAddress: 2 };
    const full = limitWarnings({ warn: () => lines++ }, { clock, config });
    full("maxPerAddress");
    jump(clock);
    clock.pass(59_999);
    full("maxPerAddress");
    assertEquals(lines, 1);
    clock.pass(1);
    full("maxPerAddress");
    assertEquals(lines, 2);
  },
);

withEachJump(
  "an Idempotency-Key is known for its ten minutes",
  async (jump) => {
    const api = new ApiBench();
    const publish = async () => {
      const answer = await api.ask("/api/rooms/hall/messages", {
        method: "POST",
        headers: { "content-type": "text/plain", "idempotency-key": "k-1" },
        body: "once",
      });
      return [answer.status, (await answer.json()).seq];
    };
    assertEquals(await publish(), [201, 1]);
    jump(api.bench.clock);
    assertEquals(await publish(), [200, 1]);
    await api.bench.pass(9 * 60_000);
    assertEquals(await publish(), [200, 1]);
  },
);
