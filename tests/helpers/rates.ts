/** Rates for connections that a test makes by hand. */

import type { Rates } from "../../server/connection/rate_limits.ts";
import type { Clock } from "../../server/runtime/clock.ts";
import type { ConnectionRates } from "../../server/connection/connection_rates.ts";
import { RatePool } from "../../server/connection/rate_pool.ts";

/** No limits. */
export const FREE: Rates = {
  publish: 0,
  bytes: 0,
  request: 0,
  join: 0,
  rename: 0,
};

/** The rates of a connection that may do anything. */
export function freeRates(clock: Pick<Clock, "monotonic">): ConnectionRates {
  return new RatePool({ rates: FREE, connects: 0, clock }).connect("192.0.2.7");
}
