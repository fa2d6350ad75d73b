/** Everything `deno task bench` can measure. */

import { type Scenario, trafficCase } from "./scenario.ts";

const TRAFFIC_COLUMNS = [
  "deliveries",
  "p50 ms",
  "p99 ms",
  "msgs/frame",
  "server cpu",
  "load cpu",
];

const fanout: Scenario = {
  name: "fanout",
  title: "Fan-out: readers x messages in flight of each of 10 publishers, " +
    "who read too; deliveries a second",
  columns: TRAFFIC_COLUMNS,
  cases: (plan) =>
    [10, 100, 1000].flatMap((readers) =>
      [1, 8, 64].map((inFlight) =>
        trafficCase(`${readers}x${inFlight}`, plan, {
          rooms: 1,
          readers,
          publishers: 10,
          stalled: 0,
          inFlight,
          warmMs: plan.warmMs,
          measureMs: plan.measureMs,
        })
      )
    ),
};

export const SCENARIOS: readonly Scenario[] = [fanout];
