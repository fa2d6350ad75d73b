/**
 * The events of one room that are not in its log (joins, leaves, renames,
 * typing) and that some members have yet to get. A second, short log: each
 * member has a cursor over it too.
 */

import type { PresenceEvent, ServerEvent } from "../../protocol/events.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import type { AnnouncementPace } from "./announcement_pace.ts";
import { framesOf } from "./page_cache.ts";
import type { Session, SharedEvent } from "./session.ts";

/** Most frames of one announcement; a reader that would get more gets a list. */
const MOST_FRAMES = 10;

/** One event for all members. */
export interface Announcement extends SharedEvent {
  /** What readers get if their dialect needs too many frames for the event. */
  readonly short: ServerEvent | undefined;
  /** The room's head when it was announced: it follows this message. */
  readonly after: number;
  /** Counts its frames. */
  readonly pace: AnnouncementPace;
  /** The last turn of the fan-out in which it is worth sending; Infinity for
   * ever. */
  readonly lastTurn: number;
}

/** An announcement to add. */
export type NewAnnouncement = Omit<Announcement, "frames">;

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

  add(announcement: NewAnnouncement): void {
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

/** Whether an event may need too many frames in some dialects. */
export function isLong({ joined = [], left = [] }: PresenceEvent): boolean {
  return joined.length + left.length > MOST_FRAMES;
}

/** Returns the frames of an event in a dialect. */
export function sharedIn(
  { event, frames }: SharedEvent,
  dialect: Dialect,
): readonly string[] {
  let encoded = frames.get(dialect);
  if (encoded === undefined) {
    encoded = framesOf(dialect, event);
    frames.set(dialect, encoded);
  }
  return encoded;
}

/** Returns the frames of an announcement for a session. */
export function announcedIn(
  { event, short, frames }: Announcement,
  { dialect, name }: Pick<Session, "dialect" | "name">,
): readonly string[] {
  if (event.type === "typing" && !dialect.wantsTyping) return [];
  let encoded = frames.get(dialect);
  if (encoded === undefined) {
    encoded = framesOf(dialect, event);
    if (encoded.length > MOST_FRAMES && short !== undefined) {
      encoded = framesOf(dialect, short);
    }
    frames.set(dialect, encoded);
  }
  const isAboutReader = !dialect.echoes && event.type === "presence" &&
    encoded.length <= MOST_FRAMES && isAbout(event, name);
  return isAboutReader ? framesOf(dialect, without(event, name)) : encoded;
}

function isAbout({ joined = [], renamed = [] }: PresenceEvent, name: string) {
  return joined.includes(name) || renamed.some(([, to]) => to === name);
}

/** Returns an event for the person with a name, in a dialect without echoes: it
 * does not show that person's own join and rename, which were answered. */
function without(event: PresenceEvent, name: string): PresenceEvent {
  const { joined = [], left = [], renamed = [] } = event;
  const own = renamed.find(([, to]) => to === name)?.[0];
  return {
    ...event,
    joined: joined.filter((one) => one !== name),
    left: left.filter((one) => one !== own),
    renamed: renamed.filter(([, to]) => to !== name),
  };
}
