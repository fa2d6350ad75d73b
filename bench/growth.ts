/**
 * How cost grows with readers, rooms, history, text and idle connections:
 * what `docs/performance.md` states. Hubbub alone.
 */

import { systemClock } from "../server/runtime/clock.ts";
import { openStore } from "../server/store/open_store.ts";
import { type JoinResult, STORM_ROOM } from "./load/spec.ts";
import { textOf } from "./load/tally.ts";
import type { Measures } from "./results.ts";
import {
  type Case,
  coreMeasures,
  load,
  measureTraffic,
  type Scenario,
} from "./scenario.ts";
import { measureIdle } from "./scenarios.ts";

/** Messages per second in cost measurements. */
const PACE = 1_000;
/** Drafts a transaction while a history is made. */
const FILL_BATCH = 1_000;

function hubbub(name: string, run: () => Promise<Measures>): Case {
  return { name, sides: [{ name: "hubbub", run }] };
}

/** Microseconds of the server's processor a delivery. */
function withCost(measures: Measures): Measures {
  const { deliveries = NaN } = measures;
  const cpu = measures["server cpu"] ?? NaN;
  return { ...measures, "us/delivery": cpu / deliveries * 1e6 };
}

const COST = ["us/delivery", "deliveries", "p50 ms", "p99 ms", "server cpu"];

/** How old a history is: older than what repeats are looked for in. */
const AGE_MS = 60 * 60_000;

/** Stores a history in a room before the server starts. */
function fill(messages: number): (dir: string) => Promise<void> {
  return async (dir) => {
    const store = await openStore(`sqlite:${dir}/hubbub.db`, {
      retention: { messages: Infinity, ms: 0 },
      clock: { ...systemClock, now: () => Date.now() - AGE_MS },
    });
    const draft = {
      room: STORM_ROOM,
      from: "filler",
      text: textOf(0),
      author: "0",
      cid: undefined,
    };
    const batch = Array.from({ length: FILL_BATCH }, () => draft);
    for (let stored = 0; stored < messages; stored += FILL_BATCH) {
      await store.append(batch);
    }
    await store.close();
  };
}

/** Keeps everything, however long. */
const KEEP_ALL = "--retain-messages=1000000000";

const readers: Scenario = {
  name: "growth-readers",
  title: "Growth with readers: 8 in flight of each of 10 publishers",
  columns: COST,
  extra: true,
  cases: ({ warmMs, measureMs }) =>
    [10, 30, 100, 300, 1_000, 3_000].map((readers) =>
      hubbub(`${readers} readers`, async () =>
        withCost(
          await measureTraffic("hubbub", {
            rooms: 1,
            readers,
            publishers: 10,
            inFlight: 8,
            warmMs,
            measureMs,
          }),
        ))
    ),
};

const rooms: Scenario = {
  name: "growth-rooms",
  title: `Growth with rooms of 5: ${PACE} messages a second over all of them`,
  columns: COST,
  extra: true,
  cases: ({ warmMs, measureMs }) =>
    [1, 10, 100, 1_000].map((rooms) =>
      hubbub(`${rooms} rooms`, async () =>
        withCost(
          await measureTraffic("hubbub", {
            rooms,
            readers: 5,
            publishers: 1,
            perSecond: PACE,
            warmMs,
            measureMs,
          }),
        ))
    ),
};

const history: Scenario = {
  name: "growth-history",
  title: "Growth with history: 100 clients join at once a room that has so " +
    "many messages, and get the newest 100",
  columns: ["p50 ms", "p99 ms", "all ms", "server cpu"],
  extra: true,
  cases: () =>
    [1_000, 10_000, 100_000, 1_000_000].map((messages) =>
      hubbub(`${messages} messages`, async () => {
        const result = await load<JoinResult>("hubbub", {
          kind: "join",
          clients: 100,
          history: 100,
          filled: true,
        }, {
          prepare: fill(messages),
          change: (launch) => ({ ...launch, args: [...launch.args, KEEP_ALL] }),
        });
        return {
          "p50 ms": result.p50,
          "p99 ms": result.p99,
          "all ms": result.allMs,
          ...coreMeasures(result.cores),
        };
      })
    ),
};

const text: Scenario = {
  name: "growth-text",
  title: "Growth with the text's bytes: 100 readers, 8 in flight of each of " +
    "10 publishers",
  columns: [...COST, "MB/s"],
  extra: true,
  cases: ({ warmMs, measureMs }) =>
    [100, 300, 1_000, 4_000].map((textBytes) =>
      hubbub(`${textBytes} bytes`, async () => {
        const measures = withCost(
          await measureTraffic("hubbub", {
            rooms: 1,
            readers: 100,
            publishers: 10,
            inFlight: 8,
            textBytes,
            warmMs,
            measureMs,
          }),
        );
        const bytes = (measures["deliveries"] ?? NaN) * textBytes;
        return { ...measures, "MB/s": bytes / 1e6 };
      })
    ),
};

const idle: Scenario = {
  name: "growth-idle",
  title: "Growth with idle connections, in rooms of 50",
  columns: ["KB each", "server cpu"],
  extra: true,
  cases: () =>
    [1_000, 3_000, 9_000].map((connections) =>
      hubbub(
        `${connections} connections`,
        () => measureIdle("hubbub", connections),
      )
    ),
};

const busy: Scenario = {
  name: "growth-beside-idle",
  title: "What idle connections cost the others: 100 messages a second to " +
    "100 readers beside them",
  columns: ["p50 ms", "p99 ms", "server cpu"],
  extra: true,
  cases: ({ warmMs }) =>
    [0, 1_000, 9_000].map((idle) =>
      hubbub(`${idle} connections`, () =>
        measureTraffic("hubbub", {
          rooms: 1,
          readers: 100,
          publishers: 10,
          perSecond: 100,
          idle,
          warmMs,
          measureMs: 3_000,
        }))
    ),
};

/** Run by `--only growth` or by scenario name. */
export const GROWTH: readonly Scenario[] = [
  readers,
  rooms,
  history,
  text,
  idle,
  busy,
];
