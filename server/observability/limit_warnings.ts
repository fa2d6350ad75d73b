/**
 * Tells whoever runs the server that a limit turns people away: they see it at
 * once, the log is where its owner looks why.
 */

import type { ConnectionLimit } from "../connection/connection_limits.ts";
import type { TcpLimit } from "../transport/tcp_connections.ts";
import {
  type Clock,
  LONG_AGO,
  type Monotonic,
  msBetween,
} from "../runtime/clock.ts";
import { flagOf } from "../config/load.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Config } from "../config/schema.ts";

/** Who is turned away comes back, so each limit is named no more often,
 * milliseconds. */
const QUIET_MS = 60_000;

/**
 * Makes what is to be told of each connection that found no place.
 *
 * @param log Where to.
 * @param options Where the time comes from, and how much there may be.
 */
export function limitWarnings(
  log: Pick<Logger, "warn">,
  { clock, config }: {
    clock: Pick<Clock, "monotonic">;
    config: Pick<Config, ConnectionLimit>;
  },
): (limit: ConnectionLimit | TcpLimit) => void {
  const told = new Map<ConnectionLimit | TcpLimit, Monotonic>();
  return (limit) => {
    const now = clock.monotonic();
    if (msBetween(told.get(limit) ?? LONG_AGO, now) < QUIET_MS) return;
    told.set(limit, now);
    log.warn("connections refused", { limit: nameOf(limit, config) });
  };
}

/** Says which limit it is, and which setting it follows. */
function nameOf(
  limit: ConnectionLimit | TcpLimit,
  config: Pick<Config, ConnectionLimit>,
): string {
  const flag = (key: ConnectionLimit) => `--${flagOf(key)} ${config[key]}`;
  switch (limit) {
    case "tcpTotal":
      return `TCP connections, which follow ${flag("maxConnections")}`;
    case "tcpPerAddress":
      return `TCP connections of an address, which follow ${
        flag("maxPerAddress")
      }`;
    case "descriptors":
      return "open files of the process (ulimit -n)";
    default:
      return flag(limit);
  }
}
