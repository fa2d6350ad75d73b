/**
 * Applies rules to connected clients: evicts banned people, notifies rooms of
 * their rules, posts announcements. Each node does this for its own clients,
 * whichever node received the moderator's request.
 */

import { CLOSE } from "../../protocol/close_codes.ts";
import { SERVER_NAME } from "../../protocol/names.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import { v1 } from "../../protocol/v1.ts";
import { SYSTEM } from "../auth/author.ts";
import { bannedError } from "./bans.ts";
import type { Clock } from "../runtime/clock.ts";
import { moderates, personOf } from "./access_policy.ts";
import { TRUSTED } from "../auth/permissions.ts";
import type { Logger } from "../runtime/logger.ts";
import { WorkInTurns } from "../runtime/work_in_turns.ts";
import { errorEventOf } from "../rooms/error_event.ts";
import { attempt } from "../runtime/attempt.ts";
import type { RoomRegistry } from "../rooms/room_registry.ts";
import {
  type Announcement,
  authorsOf,
  type Ban,
  isAbout,
  type ModerationRules,
  RULE_KEYS,
} from "./rules.ts";
import { hasRoomFor } from "./rule_limits.ts";
import {
  type LocalSessions,
  newSession,
  type Session,
} from "../rooms/session.ts";
import { type KeptChanges, MOST_KEPT, type Store } from "../store/store.ts";
import type { GroupCommit } from "../rooms/group_commit.ts";

/** The server's own session, for messages without a waiting sender. */
export const SYSTEM_SESSION: Session = newSession({
  id: SYSTEM.key,
  author: SYSTEM,
  dialect: v1,
  name: SERVER_NAME,
  permissions: TRUSTED,
  reader: null,
});

/** Options of {@linkcode Enforcement}. */
export interface EnforcementOptions {
  readonly store: Pick<Store, "keep" | "watchKept">;
  readonly rules: ModerationRules;
  readonly clock: Clock;
  readonly log: Logger;
  readonly rooms: Pick<RoomRegistry, "get" | "all" | "depart">;
  readonly sessions: LocalSessions;
  readonly groupCommit: Pick<GroupCommit, "add">;
}

/** Applies the rules on one node. */
export class Enforcement {
  readonly #options: EnforcementOptions;
  /** Pending work on every session or room of this node. */
  readonly #work: WorkInTurns;

  constructor(options: EnforcementOptions) {
    this.#options = options;
    this.#work = new WorkInTurns(options.clock);
  }

  /** Loads the rules and subscribes to changes. */
  async begin(): Promise<void> {
    const { store, rules } = this.#options;
    rules.replace(
      await store.watchKept((documents) => this.#changed(documents)),
    );
  }

  /** Deletes expired rules; called about every second. */
  tidy(): void {
    const { rules, clock } = this.#options;
    const over = rules.over(clock.now()).slice(0, MOST_KEPT);
    if (over.length > 0) this.#keep(new Map(over.map((key) => [key, null])));
  }

  #changed(documents: ReadonlyMap<string, string>): void {
    const { rules, log } = this.#options;
    // Errors must not reach the caller who stored a document, nor prevent other
    // documents from being applied.
    const contain = (act: () => void) => {
      try {
        act();
      } catch (error) {
        log.error("rules not applied", { error });
      }
    };
    contain(() => {
      const { bans, rooms, announcements } = rules.replace(documents);
      for (const ban of bans) this.#work.add(this.#sendAway(ban, contain));
      for (const room of rooms) contain(() => this.#tell(room));
      for (const announcement of announcements) {
        this.#work.add(this.#announce(announcement, contain));
      }
    });
  }

  /**
   * Checks all sessions against a ban, in turns. Stops when the ban is lifted.
   */
  *#sendAway(ban: Ban, contain: (act: () => void) => void): Iterator<void> {
    const { clock, rules } = this.#options;
    for (const session of this.#everyone()) {
      const isOver = ban.until <= clock.now() || !rules.has(RULE_KEYS.ban(ban));
      if (isOver) return;
      contain(() => this.#enforce(ban, session));
      yield;
    }
  }

  #enforce(ban: Ban, session: Session): void {
    if (!isAbout(ban, personOf(session))) return;
    if (moderates(session.permissions, ban.room)) return;
    this.#complete(ban, session);
    if (ban.room === EVERY_ROOM) this.#expel(session, ban);
    else this.#evict(session, ban);
  }

  /** Cancels pending work. */
  stop(): void {
    this.#work.stop();
  }

  /** Checks a session after its permissions changed: a former moderator is
   * subject to bans. */
  review(session: Session): void {
    const { clock, rules } = this.#options;
    const now = clock.now();
    const { permissions } = session;
    const banIn = (room: string) =>
      moderates(permissions, room)
        ? undefined
        : rules.banOf(personOf(session), room, now);
    const ban = banIn(EVERY_ROOM);
    if (ban !== undefined) return this.#expel(session, ban);
    for (const room of [...session.members.keys()]) {
      const ban = banIn(room);
      if (ban !== undefined) this.#evict(session, ban);
    }
  }

  /** Includes readers of events, who have no registered session. */
  *#everyone(): Iterable<Session> {
    const { sessions, rooms } = this.#options;
    yield* sessions.all();
    for (const room of rooms.all()) {
      for (const session of room.sessions) if (session.listening) yield session;
    }
  }

  /** Extends a ban with what only the banned person's node knows. */
  #complete(ban: Ban, session: Session): void {
    const { rules } = this.#options;
    const authors = authorsOf(ban);
    const author = session.author.key;
    if (ban.name === undefined || authors.includes(author)) return;
    const bans: Ban[] = [{ ...ban, authors: [...authors, author] }];
    const address = session.reader?.address ?? "";
    if (ban.withAddress && address !== "") {
      const { name: _, withAddress: __, authors: ___, ...rest } = ban;
      const begun = { ...rest, address, beganBy: RULE_KEYS.ban(ban) };
      // A person with many addresses gets as many bans as fit.
      if (hasRoomFor(rules, RULE_KEYS.ban(begun))) bans.push(begun);
    }
    this.#keep(
      new Map(bans.map((ban) => [RULE_KEYS.ban(ban), JSON.stringify(ban)])),
    );
  }

  /** Removes a person from the server. */
  #expel(session: Session, ban: Ban): void {
    const { clock, sessions } = this.#options;
    const { reader } = session;
    reader?.tell(errorEventOf(bannedError(ban, clock.now())));
    reader?.end(closeOf(ban));
    if (!session.listening) sessions.end(session);
  }

  /** Removes a person from a room. A single-room client is disconnected. */
  #evict(session: Session, ban: Ban): void {
    const { clock, rooms } = this.#options;
    const { room } = ban;
    const wasIn = session.members.has(room);
    // Also cancels pending joins.
    rooms.depart(room, session);
    if (!wasIn) return;
    const { code, message, details } = bannedError(ban, clock.now());
    const { retryAfterMs } = details;
    session.reader?.tell({ type: "left", room, code, message, retryAfterMs });
    if (session.dialect.naming !== "hello") session.reader?.end(closeOf(ban));
  }

  #tell(name: string): void {
    const { rooms, rules } = this.#options;
    rooms.get(name)?.rulesChanged(rules.of(name));
  }

  /** Posts an announcement in every open room. If a room is open on several
   * nodes, the store accepts it once. */
  *#announce(
    { id, by, text, until }: Announcement,
    contain: (act: () => void) => void,
  ): Iterator<void> {
    const { rooms, clock, groupCommit } = this.#options;
    for (const { name } of rooms.all()) {
      if (until <= clock.now()) return;
      contain(() =>
        groupCommit.add({
          room: name,
          from: by,
          text,
          author: SYSTEM.key,
          cid: `announcement ${id}`,
          announcement: true,
          session: SYSTEM_SESSION,
          id: undefined,
        })
      );
      yield;
    }
  }

  #keep(changes: KeptChanges): void {
    const { store, log } = this.#options;
    attempt(() => store.keep(changes)).catch((error) =>
      log.error("rules not kept", { error })
    );
  }
}

function closeOf({ kind }: Ban) {
  return kind === "kick" ? CLOSE.removed : CLOSE.banned;
}
