/**
 * Decides who may join and who may write: permissions, bans, locks and slow
 * mode. Moderators are exempt from bans, locks and slow mode, so that they
 * cannot lock themselves out.
 */

import { durationWords } from "../../protocol/duration.ts";
import { HubbubError } from "../../protocol/errors.ts";
import { nameKey } from "../../protocol/names.ts";
import { RIGHTS } from "../../protocol/rights.ts";
import { bannedError } from "./bans.ts";
import { type Clock, msAfter } from "../runtime/clock.ts";
import { type Act, type Permissions, permits } from "../auth/permissions.ts";
import type { ModerationRules, Person } from "./rules.ts";
import type { Session, Standing } from "../rooms/session.ts";
import type { RoomAccess } from "../rooms/room_registry.ts";
import { SlowMode } from "./slow_mode.ts";
import type { StoredMessage } from "../store/store.ts";

/** Returns how to recognize a session; a read-only session's name comes from
 * its token. */
export function personOf(
  { name, permissions, author, reader }: Session,
): Person {
  const address = reader?.address ?? "";
  const { name: stated } = permissions;
  return {
    name: name === "" ? stated : name,
    isNameStated: stated !== undefined &&
      (name === "" || nameKey(name) === nameKey(stated)),
    author: author.key,
    address,
  };
}

/** Checks joins and messages. */
export class AccessPolicy implements RoomAccess {
  readonly #rules: ModerationRules;
  readonly #clock: Clock;
  readonly #slow = new SlowMode();

  constructor(rules: ModerationRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  /**
   * Checks entry to the server or a room.
   *
   * @param person The person.
   * @param room The room; `*` for the whole server.
   * @param permissions The person's permissions.
   * @throws {HubbubError} `banned`.
   */
  enter(person: Person, room: string, permissions: Permissions): void {
    if (this.#rules.size === 0 || moderates(permissions, room)) return;
    const now = this.#clock.now();
    const ban = this.#rules.banOf(person, room, now);
    if (ban !== undefined) throw bannedError(ban, now);
  }

  /**
   * Checks a session's join.
   *
   * @throws {HubbubError} `forbidden` or `banned`.
   */
  join(session: Session, room: string): void {
    allow(session, "read", room);
    this.enter(personOf(session), room, session.permissions);
  }

  /**
   * Checks a message, and records it for slow mode.
   *
   * @param session The sender.
   * @param message The room, and the sender's ID of the message.
   * @throws {HubbubError} `banned`, `locked` or `slow_mode`.
   */
  write(
    session: Session,
    { room, cid }: { room: string; cid?: string | undefined },
  ): void {
    if (this.#rules.size === 0) return;
    const { author: { key: author }, permissions } = session;
    if (moderates(permissions, room)) return;
    // Members were checked when they joined, and bans evict them.
    if (!session.members.has(room)) {
      this.enter(personOf(session), room, permissions);
    }
    this.speak(session, room);
    const { slowMs } = this.#rules.of(room);
    if (slowMs === 0) return this.#slow.end(room);
    const now = this.#clock.monotonic();
    const retryAfterMs = this.#slow.wait({ room, author, cid }, slowMs, now);
    if (retryAfterMs > 0) {
      throw new HubbubError("slow_mode", {
        message: `This room is in slow mode: one message in ${
          durationWords(slowMs)
        }. Wait ${durationWords(retryAfterMs)} and send it again`,
        retryAfterMs,
      });
    }
    this.#slow.wrote({ room, author, cid }, slowMs, now);
  }

  /**
   * Checks whether a member may send ephemeral events, such as typing.
   *
   * @throws {HubbubError} `locked`.
   */
  speak({ permissions }: Session, room: string): void {
    if (!this.#rules.of(room).locked) return;
    if (!moderates(permissions, room)) throw new HubbubError("locked");
  }

  /** Resets the slow mode wait after a message could not be stored. */
  failed(room: string, author: string): void {
    this.#slow.failed(room, author);
  }

  /** Records stored messages, including those of other nodes. */
  heard(room: string, messages: readonly StoredMessage[]): void {
    const { slowMs } = this.#rules.of(room);
    if (slowMs === 0) return;
    const [date, now] = [this.#clock.now(), this.#clock.monotonic()];
    for (const { author, cid, at } of messages) {
      // Another node's clock may be ahead or behind.
      const agoMs = Math.min(Math.max(date - at, 0), slowMs);
      this.#slow.wrote({ room, author, cid }, slowMs, msAfter(now, -agoMs));
    }
  }

  /** Returns a session's permissions and the rules in a room. */
  standing(
    { permissions, author: { key: author } }: Pick<
      Session,
      "permissions" | "author"
    >,
    room: string,
  ): Standing {
    const { locked, slowMs } = this.#rules.of(room);
    const waitMs = slowMs === 0 || moderates(permissions, room)
      ? 0
      : this.#slow.wait({ room, author }, slowMs, this.#clock.monotonic());
    return {
      rights: RIGHTS.filter((right) => permissions.allows(right, room)),
      ...(locked && { locked }),
      ...(slowMs > 0 && { slowMs }),
      ...(waitMs > 0 && { waitMs }),
    };
  }
}

/**
 * Requires a permission.
 *
 * @throws {HubbubError} `forbidden`.
 */
export function allow(
  { permissions }: Pick<Session, "permissions">,
  act: Act,
  room: string,
): void {
  if (permits(permissions, act, room)) return;
  const words = act === "remove" ? "remove messages" : act;
  throw new HubbubError("forbidden", {
    message:
      `You may not ${words} in room "${room}". Ask for a token that allows it`,
  });
}

/** Returns whether permissions allow moderating a room, or all rooms (`*`). */
export function moderates(permissions: Permissions, room: string): boolean {
  return permissions.allows("moderate", room);
}
