/**
 * Executes moderation requests, and authors' requests to remove their own
 * messages: checks permissions, writes the audit log and stores the rule
 * documents. enforcement.ts applies these on every node.
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

/** How long an announcement stays valid for nodes that learn of it late, in
 * milliseconds. */
const ANNOUNCE_MS = 60_000;
/** Options of {@linkcode Moderation}. */
export interface ModerationOptions {
  readonly store: Pick<Store, "append" | "keep">;
  readonly reads: ReadQueue;
  readonly rules: ModerationRules;
  readonly accessPolicy: Pick<AccessPolicy, "enter" | "speak">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** Maximum characters of a message. */
  readonly maxText: number;
  readonly rooms: Pick<RoomRegistry, "get" | "all">;
  readonly sessions: Pick<LocalSessions, "all">;
  /** Whether there are other nodes. */
  readonly hasOthers: () => boolean;
  readonly groupCommit: Pick<GroupCommit, "add">;
}

/** Executes moderation requests. */
export class Moderation {
  readonly #options: ModerationOptions;
  readonly #limits: RuleLimits;

  constructor(options: ModerationOptions) {
    this.#options = options;
    this.#limits = new RuleLimits(options.clock);
  }

  /**
   * Executes a request. Replies with `ack` if it adds a message, otherwise with
   * `done` or an error.
   *
   * @param session The sender.
   * @param request The request; its room is a valid name, or `*`.
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
   * Audits an action that runs elsewhere, before it starts or when it has
   * ended.
   *
   * @param moderator The moderator.
   * @param entry The audit entry.
   * @param isEnd Whether its start was counted already.
   * @throws {HubbubError} `rate_limited`, and store errors.
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

  /** Announces in one room, or on all nodes in all rooms. */
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
      // Also shown to its sender, in every dialect.
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
    // Checked before any lookup, so that unauthorized senders learn nothing.
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
    // Of two concurrent removals, the store accepts the first.
    const cid = `remove ${seq}`;
    groupCommit.add({
      room,
      // Not the author's name: a notice cannot be removed.
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
   * Bans and locks apply to every action, not just messages.
   *
   * @throws {HubbubError} `banned` or `locked`.
   */
  #mayAct(session: Session, room: string): void {
    const { accessPolicy } = this.#options;
    accessPolicy.enter(personOf(session), room, session.permissions);
    accessPolicy.speak(session, room);
  }

  /** Audits an action, then stores its documents. */
  #action(
    session: Session,
    id: RequestId | undefined,
    action: ModerationAction,
  ): void {
    const { store, rules, log } = this.#options;
    const { entry, documents, message } = action;
    this.#limits.check(rules, documents, session.permissions);
    const act = async () => {
      // Audited first, so that no action happens without an entry.
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

  /**
   * Rejects actions against moderators, who are exempt from rules. A moderator
   * of a single room learns nothing about people elsewhere. Returns false if a
   * moderator of this name may exist on another node.
   */
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

  /** Returns whether a person of this name is, or may be, in a room or in any
   * room. */
  #isHere(name: string, room: string): boolean {
    const { rooms, sessions, hasOthers } = this.#options;
    const key = nameKey(name);
    if (room === EVERY_ROOM) {
      for (const session of sessions.all()) {
        if (nameKey(session.name) === key) return true;
      }
    }
    const places = room === EVERY_ROOM ? rooms.all() : [rooms.get(room)];
    // Only other nodes know the members of a room without members here.
    const elsewhere = room === EVERY_ROOM || places[0] === undefined;
    if (elsewhere && hasOthers()) return true;
    return places.some((place) => {
      if (place === undefined) return false;
      const { members } = place.presence();
      // A list that was cut off may contain the name.
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

/** Makes an action conditional for a person known by name only. */
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
