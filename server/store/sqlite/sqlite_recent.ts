/**
 * Reads a room's rows by time: the first row after a given time, and the recent
 * cids of an earlier process.
 */

import type { Clock } from "../../runtime/clock.ts";
import { msAfter } from "../../runtime/clock.ts";
import { RecentCids, textKey } from "../recent_cids.ts";
import type { Statements } from "./sqlite_statements.ts";
import { DEDUPE_MS } from "../store.ts";

/** Rows per read: a few milliseconds. */
const SLICE = 2_000;

/**
 * Finds the first row of a time by bisection: rows are ordered by time, unless
 * the clock was set back.
 *
 * @param sql The file's statements.
 * @param log The room's ID and newest seq.
 * @param since Milliseconds since 1970.
 * @returns The first seq stored at or after that time; the newest plus one when
 * there is none.
 */
export function seqSince(
  sql: Statements,
  { id, head }: { id: number; head: number },
  since: number,
): number {
  let [low, high] = [1, head + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = sql.nextAt.get(id, middle);
    if (row === undefined || Number(row["at"]) >= since) high = middle;
    else low = Number(row["seq"]) + 1;
  }
  return low;
}

/**
 * Reads a room's cids of the last {@linkcode DEDUPE_MS}. Yields between slices,
 * so that other work can run: ten minutes at a thousand messages per second
 * take seconds.
 *
 * @param sql The file's statements.
 * @param log The room's ID and newest seq.
 * @param clock The clocks. Ages are computed from the rows' dates, so they
 * depend on the system clock.
 * @returns All of them, including those stored meanwhile.
 */
export function* readRecent(
  sql: Statements,
  log: { readonly id: number; readonly head: number },
  clock: Pick<Clock, "now" | "monotonic">,
): Generator<void, RecentCids> {
  const recent = new RecentCids(DEDUPE_MS);
  const [now, moment] = [clock.now(), clock.monotonic()];
  let next = seqSince(sql, log, now - DEDUPE_MS);
  while (true) {
    // As one array: separate rows take four times as long.
    const slice = sql.readCids.get(log.id, next, SLICE) ?? {};
    const cids: string[] = JSON.parse(String(slice["cids"]));
    const ago = Math.min(Math.max(now - Number(slice["at"]), 0), DEDUPE_MS);
    const when = msAfter(moment, -ago);
    for (const words of cids) {
      const space = words.indexOf(" ");
      const seq = Number(words.slice(0, space));
      recent.add(textKey(words.slice(space + 1)), seq, when);
    }
    if (slice["rows"] !== SLICE) return recent;
    next = Number(slice["last"]) + 1;
    yield;
  }
}
