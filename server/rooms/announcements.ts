/**
 * The events of one room that are not in its log (joins, leaves, renames,
 * typing) and that some members have yet to get. A second, short log: each
 * member has a cursor over it too.
 */

import type { ServerEvent } from "../../protocol/events.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import { framesOf } from "./page_cache.ts";
import type { Session } from "./session.ts";

/** One event for all members. */
export interface Announcement {
  readonly event: ServerEvent;
  /** The room's head when it was announced: it follows this message. */
  readonly after: number;
  /** Whether a session does not get it. */
  readonly skip: ((session: Session) => boolean) | undefined;
  /** The last turn of the fan-out in which it is worth sending; Infinity for
   * ever. */
  readonly lastTurn: number;
  /** Its frames, encoded on first use. */
  readonly frames: Map<Dialect, readonly string[]>;
}

/** The announcements of one room. */
export class Announcements {
  #list: Announcement[] = [];
  #count = 0;

  /** Number of announcements so far: the cursor of a member that has all. */
  get count(): number {
    return this.#count;
  }

  /** Number of those that are dropped. A member whose cursor is below has missed
   * some. */
  get dropped(): number {
    return this.#count - this.#list.length;
  }

  /** Whether some members may not have got all. */
  get pending(): boolean {
    return this.#list.length > 0;
  }

  add(announcement: Omit<Announcement, "frames">): void {
    this.#list.push({ ...announcement, frames: new Map() });
    this.#count++;
  }

  /** Returns the announcement after a cursor; undefined when there is none. */
  next(cursor: number): Announcement | undefined {
    return this.#list[cursor - this.dropped];
  }

  /** Drops the announcements up to a cursor. */
  drop(cursor: number): void {
    if (cursor > this.dropped) this.#list.splice(0, cursor - this.dropped);
  }
}

/** Returns the frames of an announcement in a dialect. */
export function announcedIn(
  { event, frames }: Announcement,
  dialect: Dialect,
): readonly string[] {
  let encoded = frames.get(dialect);
  if (encoded === undefined) {
    encoded = framesOf(dialect, event);
    frames.set(dialect, encoded);
  }
  return encoded;
}
