/** Logs warnings when a limit rejects connections, for the operator. */

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

/** Minimum interval between warnings about the same limit in milliseconds:
 * rejected clients retry. */
const QUIET_MS = 60_000;

/**
 * Creates the callback for rejected connections.
 *
 * @param log The logger.
 * @param options The clock and the limits.
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

/** Names a limit and its setting. */
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
