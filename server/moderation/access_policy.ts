/**
 * Who may join and who may write: access tokens, bans, locks and slow mode.
 * Bans, locks and slow mode do not apply to moderators, so that none of them
 * can lock themselves out.
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

/** How a session can be recognized; of who only listens, its token may say how
 * it is called. */
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

/** Lets people in, and lets them write. */
export class AccessPolicy implements RoomAccess {
  readonly #rules: ModerationRules;
  readonly #clock: Clock;
  readonly #slow = new SlowMode();

  constructor(rules: ModerationRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  /**
   * Lets somebody into the server, or into a room.
   *
   * @param person Who.
   * @param room Where; `*` for the server as such.
   * @param grant What it may do.
   * @throws {HubbubError} `banned`.
   */
  enter(person: Person, room: string, permissions: Permissions): void {
    if (this.#rules.size === 0 || moderates(permissions, room)) return;
    const now = this.#clock.now();
    const ban = this.#rules.banOf(person, room, now);
    if (ban !== undefined) throw bannedError(ban, now);
  }

  /**
   * Lets a session join a room.
   *
   * @throws {HubbubError} `forbidden` or `banned`.
   */
  join(session: Session, room: string): void {
    allow(session, "read", room);
    this.enter(personOf(session), room, session.permissions);
  }

  /**
   * Lets somebody write, who counts as having written then.
   *
   * @param session Who.
   * @param message Where, and the sender's own id for it.
   * @throws {HubbubError} `banned`, `locked` or `slow_mode`.
   */
  write(
    session: Session,
    { room, cid }: { room: string; cid?: string | undefined },
  ): void {
    if (this.#rules.size === 0) return;
    const { author: { key: author }, permissions } = session;
    if (moderates(permissions, room)) return;
    // Who is in the room was let in, and is out as soon as it is banned.
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
   * Lets somebody be heard in a room it is in.
   *
   * @throws {HubbubError} `locked`.
   */
  speak({ permissions }: Session, room: string): void {
    if (!this.#rules.of(room).locked) return;
    if (!moderates(permissions, room)) throw new HubbubError("locked");
  }

  /** A message could not be stored: its author need not wait because of it. */
  failed(room: string, author: string): void {
    this.#slow.failed(room, author);
  }

  /** Notes what was written, also on other nodes. */
  heard(room: string, messages: readonly StoredMessage[]): void {
    const { slowMs } = this.#rules.of(room);
    if (slowMs === 0) return;
    const [date, now] = [this.#clock.now(), this.#clock.monotonic()];
    for (const { author, cid, at } of messages) {
      // Another node's date may be ahead of this one's, or behind.
      const agoMs = Math.min(Math.max(date - at, 0), slowMs);
      this.#slow.wrote({ room, author, cid }, slowMs, msAfter(now, -agoMs));
    }
  }

  /** What a session may do in a room, and what holds there. */
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
 * Makes sure that a token allows something.
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

/** Whether somebody may moderate a room, or all of them (`*`). */
export function moderates(permissions: Permissions, room: string): boolean {
  return permissions.allows("moderate", room);
}
