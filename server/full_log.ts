/**
 * Tells whoever runs the server that a limit turns people away: they see it at
 * once, the log is where its owner looks why.
 */

import type { ConnectionLimit } from "./admission.ts";
import { type Clock, LONG_AGO, type Monotonic, msBetween } from "./clock.ts";
import { flagOf } from "./config.ts";
import type { Logger } from "./log.ts";
import type { Config } from "./settings.ts";

/** Who is turned away comes back, so each limit is named no more often,
 * milliseconds. */
const QUIET_MS = 60_000;

/**
 * Makes what is to be told of each connection that found no place.
 *
 * @param log Where to.
 * @param options Where the time comes from, and how much there may be.
 */
export function fullLog(
  log: Pick<Logger, "warn">,
  { clock, config }: {
    clock: Pick<Clock, "monotonic">;
    config: Pick<Config, ConnectionLimit>;
  },
): (limit: ConnectionLimit) => void {
  const told = new Map<ConnectionLimit, Monotonic>();
  return (limit) => {
    const now = clock.monotonic();
    if (msBetween(told.get(limit) ?? LONG_AGO, now) < QUIET_MS) return;
    told.set(limit, now);
    const flag = `--${flagOf(limit)}`;
    log.warn("connections refused", { limit: `${flag} ${config[limit]}` });
  };
}
