/**
 * Rate limits log lines per message, and reports the number of suppressed
 * lines. Otherwise a client that reconnects in a loop could fill the disk.
 */

import type { Clock } from "./clock.ts";
import type { Logger, LogLevel } from "./logger.ts";
import { Buckets } from "./token_bucket.ts";

/** Lines of a message at once. */
const BURST = 100;
/** Lines of a message a second after these. */
const PER_SECOND = 0.1;
/** Messages whose rate is kept: more than there are in the sources. */
const MOST_MESSAGES = 1_000;
/** Interval of reports about suppressed lines, in milliseconds. */
const TELL_MS = 60_000;

/**
 * Limits a logger.
 *
 * @param log Writes the remaining lines. Level `debug` is not limited: the
 * operator asked for it.
 * @param clock Provides the time.
 */
export function limitLog(
  log: Logger,
  clock: Pick<Clock, "monotonic" | "after">,
): Logger {
  const buckets = new Buckets({
    perSecond: PER_SECOND,
    burst: BURST,
    most: MOST_MESSAGES,
  });
  const leftOut = new Map<string, number>();
  const tell = () => {
    for (const [line, count] of leftOut) {
      log.warn("log lines suppressed by the rate limit", {
        line,
        count,
      });
    }
    leftOut.clear();
  };
  const limited = (level: LogLevel): Logger[LogLevel] => (message, fields) => {
    if (buckets.take(message, clock.monotonic()) === 0) {
      return log[level](message, fields);
    }
    if (leftOut.size === 0) clock.after(TELL_MS, tell);
    leftOut.set(message, (leftOut.get(message) ?? 0) + 1);
  };
  return {
    debug: log.debug,
    info: limited("info"),
    warn: limited("warn"),
    error: limited("error"),
  };
}
