/**
 * What moderators ask for, and what everybody may ask for about messages of
 * one's own. Checks it, writes it down, and keeps the document that makes it
 * so; enforcement.ts does the rest, on every node.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { ErrorEvent } from "../../protocol/events.ts";
import type {
  AnnounceRequest,
  ModerationRequest,
  RemoveRequest,
  RequestId,
} from "../../protocol/requests.ts";
import { nameKey, SERVER_NAME } from "../../protocol/names.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import { nameInWords } from "../../protocol/text.ts";
import { auditDraft, type AuditEntry, logged } from "./audit_log.ts";
import { placeOf } from "./bans.ts";
import type { Clock } from "../runtime/clock.ts";
import {
  type About,
  actionOf,
  type ModerationAction,
  oneRoom,
} from "./actions.ts";
import { owns, SYSTEM } from "../auth/author.ts";
import { SYSTEM_SESSION } from "./enforcement.ts";
import {
  type AccessPolicy,
  allow,
  moderates,
  personOf,
} from "./access_policy.ts";
import type { Logger } from "../runtime/logger.ts";
import { checkText } from "../rooms/message_text.ts";
import { errorEventOf, STORE_UNAVAILABLE } from "../rooms/error_event.ts";
import { type ReadQueue, readsFor } from "../rooms/read_queue.ts";
import type { RoomRegistry } from "../rooms/room_registry.ts";
import { type ModerationRules, RULE_KEYS } from "./rules.ts";
import { RuleLimits } from "./rule_limits.ts";
import type { LocalSessions, Session } from "../rooms/session.ts";
import {
  mustBeStored,
  type Store,
  type StoredMessage,
} from "../store/store.ts";
import type { GroupCommit } from "../rooms/group_commit.ts";

/** How long an announcement waits for nodes that hear of it late. */
const ANNOUNCE_MS = 60_000;
/** What {@linkcode Moderation} needs. */
export interface ModerationOptions {
  readonly store: Pick<Store, "append" | "keep">;
  readonly reads: ReadQueue;
  readonly rules: ModerationRules;
  readonly accessPolicy: Pick<AccessPolicy, "enter" | "speak">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** Characters of a message. */
  readonly maxText: number;
  readonly rooms: Pick<RoomRegistry, "get" | "all">;
  readonly sessions: Pick<LocalSessions, "all">;
  /** Whether there are other nodes. */
  readonly hasOthers: () => boolean;
  readonly groupCommit: Pick<GroupCommit, "add">;
}

/** Carries out what moderators ask for. */
export class Moderation {
  readonly #options: ModerationOptions;
  readonly #limits: RuleLimits;

  constructor(options: ModerationOptions) {
    this.#options = options;
    this.#limits = new RuleLimits(options.clock);
  }

  /**
   * Carries a request out. Who asked gets an `ack` where it adds a message,
   * else `done`, or an error.
   *
   * @param session Who asks.
   * @param request What for; its room is a checked name, or `*`.
   * @throws {HubbubError} `forbidden`, `bad_room`, `bad_field`, `bad_name`,
   * `not_found`, `rules_full`, `rate_limited`, `empty` or `too_long`.
   */
  carryOut(session: Session, request: About<ModerationRequest>): void {
    const { room, id } = request;
    if (request.type === "remove") return this.#remove(session, request);
    mustModerate(session, room);
    this.#limits.act(session.permissions, room);
    if (request.type === "announce") return this.#announce(session, request);
    const { clock, rules } = this.#options;
    const { name: by } = session;
    const action = actionOf(request, { by, at: clock.now(), rules });
    const { act, name } = action.entry;
    if (act === "unban" || name === undefined) {
      return this.#action(session, id, action);
    }
    const known = this.#mustBeNoModerator(session, name, room);
    if (act === "kick") this.#mustBeHere(name, room);
    this.#action(session, id, known ? action : unlessModerator(action, name));
  }

  /**
   * Writes down an act that is done elsewhere, before it is done or when it has
   * ended.
   *
   * @param moderator Who does it.
   * @param entry What.
   * @param isEnd Whether it was counted when it began.
   * @throws {HubbubError} `rate_limited`; and what the store throws.
   */
  async writeDown(
    moderator: Pick<Session, "name" | "author" | "permissions">,
    entry: AuditEntry,
    isEnd: boolean,
  ): Promise<void> {
    const { store, log } = this.#options;
    if (!isEnd) this.#limits.act(moderator.permissions, entry.room);
    mustBeStored(await store.append([auditDraft(entry, moderator)]));
    log.info("moderated", logged(entry, moderator));
  }

  /** Says something in one room, or lets all nodes say it in theirs. */
  #announce(session: Session, request: About<AnnounceRequest>): void {
    const { clock, newId, maxText, groupCommit, log } = this.#options;
    const { room, id } = request;
    const text = checkText(request.text, maxText);
    const entry: AuditEntry = { act: "announce", room };
    const { name: by } = session;
    if (room === EVERY_ROOM) {
      const at = clock.now();
      const announcement = {
        id: newId(),
        by,
        at,
        text,
        until: at + ANNOUNCE_MS,
      };
      const key = RULE_KEYS.announcement(announcement.id);
      return this.#action(session, id, {
        entry,
        documents: [[key, announcement]],
        message: "Announced in all rooms with members",
      });
    }
    log.info("moderated", logged(entry, session));
    groupCommit.add({
      room,
      from: by,
      text,
      // Its sender is shown it as well, in every dialect.
      author: SYSTEM.key,
      announcement: true,
      session,
      id,
    });
    groupCommit.add({
      ...auditDraft(entry, session),
      session: SYSTEM_SESSION,
      id: undefined,
    });
  }

  #remove(session: Session, request: About<RemoveRequest>): void {
    const reads = this.#options.reads.of(readsFor(session));
    const { seq, id } = request;
    const room = oneRoom(request.room);
    const { permissions } = session;
    // Before anything is looked up: what is there is no answer for those who
    // may not know of it.
    allow(session, "remove", room);
    this.#options.accessPolicy.enter(personOf(session), room, permissions);
    reads.read(room, { after: Math.max(seq - 1, 0), limit: 1 })
      .then(({ messages: [message] }) => {
        if (seq < 1 || message?.seq !== seq) {
          if (!permissions.allows("read", room)) mustModerate(session, room);
          throw new HubbubError("not_found", {
            message: `There is no message ${seq} in ${placeOf(room)}`,
          });
        }
        this.#removeThis(session, message, id);
      })
      .catch((error) => this.#failed(session, id, error));
  }

  #removeThis(
    session: Session,
    message: StoredMessage,
    id: RequestId | undefined,
  ): void {
    const { groupCommit, log } = this.#options;
    const { room, seq, from, author } = message;
    const own = owns(session.author, author) &&
      session.permissions.allows("write", room);
    if (own) this.#mayAct(session, room);
    else {
      mustModerate(session, room);
      this.#limits.act(session.permissions, room);
    }
    if (message.removes !== undefined) {
      throw new HubbubError("bad_field", {
        message:
          `Message ${seq} is a notice of a removal and cannot be removed`,
      });
    }
    if (message.removed) {
      return session.reader?.tell({
        type: "done",
        message: `Message ${seq} was already removed`,
        id,
      });
    }
    // Of two who remove it at once, the store takes the first.
    const cid = `remove ${seq}`;
    groupCommit.add({
      room,
      // Nothing the author has chosen: a notice cannot be removed.
      from: own ? SERVER_NAME : session.name,
      text: `A message was removed by ${own ? "its author" : "a moderator"}`,
      author: SYSTEM.key,
      cid,
      removes: seq,
      session,
      id,
    });
    if (own) return;
    const entry: AuditEntry = { act: "remove", room, seq, name: from };
    log.info("moderated", logged(entry, session));
    groupCommit.add({
      ...auditDraft(entry, session, `${cid} ${room}`),
      session: SYSTEM_SESSION,
      id: undefined,
    });
  }

  /**
   * Bans and locks hold for every act, not for messages alone.
   *
   * @throws {HubbubError} `banned` or `locked`.
   */
  #mayAct(session: Session, room: string): void {
    const { accessPolicy } = this.#options;
    accessPolicy.enter(personOf(session), room, session.permissions);
    accessPolicy.speak(session, room);
  }

  /** Writes an act down, and makes it so. */
  #action(
    session: Session,
    id: RequestId | undefined,
    action: ModerationAction,
  ): void {
    const { store, rules, log } = this.#options;
    const { entry, documents, message } = action;
    this.#limits.check(rules, documents, session.permissions);
    const act = async () => {
      // First: there is nothing that was done and not written down.
      mustBeStored(await store.append([auditDraft(entry, session)]));
      await store.keep(
        new Map(documents.map(([key, document]) => [
          key,
          document && JSON.stringify(document),
        ])),
      );
      log.info("moderated", logged(entry, session));
      session.reader?.tell({ type: "done", message, id });
    };
    act().catch((error) => this.#failed(session, id, error));
  }

  /** Rules do not hold for moderators; who would send one away is told so.
   * Who moderates one room alone learns nothing of those who are not in it.
   * False: somebody of this name might moderate who is not looked at. */
  #mustBeNoModerator(
    { permissions }: Session,
    name: string,
    room: string,
  ): boolean {
    const { sessions, hasOthers } = this.#options;
    const everywhere = moderates(permissions, EVERY_ROOM);
    let here = false;
    for (const session of sessions.all()) {
      if (nameKey(session.name) !== nameKey(name)) continue;
      if (!everywhere && !session.members.has(room)) continue;
      here = true;
      if (!moderates(session.permissions, room)) continue;
      throw new HubbubError("forbidden", {
        message: `${
          nameInWords(session.name)
        } is a moderator too and cannot be removed`,
      });
    }
    return here || everywhere && !hasOthers();
  }

  #mustBeHere(name: string, room: string): void {
    if (this.#isHere(name, room)) return;
    throw new HubbubError("not_found", {
      message: `Nobody here is called "${name}". /who lists who is here`,
    });
  }

  /** Whether somebody of this name is in a room, or in any, or might be. */
  #isHere(name: string, room: string): boolean {
    const { rooms, sessions, hasOthers } = this.#options;
    const key = nameKey(name);
    if (room === EVERY_ROOM) {
      for (const session of sessions.all()) {
        if (nameKey(session.name) === key) return true;
      }
    }
    const places = room === EVERY_ROOM ? rooms.all() : [rooms.get(room)];
    // Of a room that nobody here is in, only other nodes know who is.
    const elsewhere = room === EVERY_ROOM || places[0] === undefined;
    if (elsewhere && hasOthers()) return true;
    return places.some((place) => {
      if (place === undefined) return false;
      const { members } = place.presence();
      // Where there are too many to list, it may well be.
      return members === undefined ||
        members.some((member) => nameKey(member) === key);
    });
  }

  #failed(session: Session, id: RequestId | undefined, error: unknown): void {
    if (!(error instanceof HubbubError)) {
      this.#options.log.error("moderation failed", { error });
    }
    session.reader?.tell({ ...eventOf(error), id });
  }
}

function eventOf(error: unknown): ErrorEvent {
  return error instanceof HubbubError ? errorEventOf(error) : STORE_UNAVAILABLE;
}

/** A decree about somebody of whom this node does not know more than the name. */
function unlessModerator(
  action: ModerationAction,
  name: string,
): ModerationAction {
  return {
    ...action,
    message: `${action.message}, unless ${
      nameInWords(name)
    } is a moderator too`,
  };
}

/** @throws {HubbubError} `forbidden`. */
function mustModerate({ permissions }: Session, room: string): void {
  if (moderates(permissions, room)) return;
  throw new HubbubError("forbidden", {
    message: `You are not a moderator of ${placeOf(room)}. Use a token with ` +
      'the right "moderate": the server needs --auth-secret, and ' +
      '"deno task token --moderate" makes the token',
  });
}
