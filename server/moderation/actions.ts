/**
 * Converts a moderator's request to rule documents and an audit entry. Pure:
 * time is passed in.
 */

import { hasControls } from "../../protocol/control_characters.ts";
import { durationWords } from "../../protocol/duration.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type {
  AnnounceRequest,
  BanRequest,
  BanSubject,
  KickRequest,
  LockRequest,
  ModerationRequest,
  RemoveRequest,
  SlowRequest,
  UnbanRequest,
} from "../../protocol/requests.ts";
import { checkName } from "../../protocol/names.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import { nameInWords } from "../../protocol/text.ts";
import type { AuditEntry } from "./audit_log.ts";
import { checkLength, checkSubject, placeOf, whoOf } from "./bans.ts";
import {
  authorsOf,
  type Ban,
  type ModerationRules,
  RULE_KEYS,
} from "./rules.ts";

/** Duration of a kick in milliseconds: long enough that a reconnecting client
 * gives up. */
export const KICK_MS = 60_000;
/** Maximum slow mode interval, in milliseconds. */
const MOST_SLOW_MS = 6 * 3_600_000;
/** Maximum characters of a reason. */
const MOST_REASON = 200;

/** A request with its valid room name, or `*`. */
export type About<R extends ModerationRequest> = R & { readonly room: string };

/** A request that changes rule documents. */
export type ModerationActionRequest = Exclude<
  ModerationRequest,
  RemoveRequest | AnnounceRequest
>;

/** Result of a moderation request. */
export interface ModerationAction {
  readonly entry: AuditEntry;
  /** Documents by key; null deletes. */
  readonly documents: readonly (readonly [key: string, object | null])[];
  /** Reply to the moderator, if the room is not notified. */
  readonly message?: string;
}

/** Options of {@linkcode actionOf}. */
export interface ModerationActionOptions {
  /** The moderator's name. */
  readonly by: string;
  /** The time, in milliseconds since 1970. */
  readonly at: number;
  readonly rules: ModerationRules;
}

/**
 * Converts a request to a moderation action.
 *
 * @param request The moderator's request.
 * @param options The moderator, the time and the current rules.
 * @throws {HubbubError} `bad_room`, `bad_field`, `bad_name` or `not_found`.
 */
export function actionOf(
  request: About<ModerationActionRequest>,
  options: ModerationActionOptions,
): ModerationAction {
  switch (request.type) {
    case "kick":
      return kick(request, options);
    case "ban":
      return ban(request, options);
    case "unban":
      return unban(request, options);
    case "lock":
      return lock(request, options);
    case "slow":
      return slow(request, options);
  }
}

function kick(
  { room, name: wanted, reason: words }: About<KickRequest>,
  { by, at, rules }: ModerationActionOptions,
): ModerationAction {
  const name = checkName(wanted);
  const reason = checkReason(words);
  const until = at + KICK_MS;
  const kick: Ban = { kind: "kick", room, name, by, at, until, reason };
  return {
    entry: { act: "kick", room, name, reason },
    documents: extended(kick, { at, rules }),
    message: `${nameInWords(name)} was removed from ${
      placeOf(room)
    } for at least ${durationWords(KICK_MS)}`,
  };
}

function ban(
  request: About<BanRequest>,
  { by, at, rules }: ModerationActionOptions,
): ModerationAction {
  const { room, withAddress } = request;
  const subject = checkSubject(request);
  const forMs = checkLength(request.forMs);
  const reason = checkReason(request.reason);
  const ban: Ban = {
    kind: "ban",
    room,
    ...subject,
    ...(withAddress && { withAddress }),
    by,
    at,
    until: at + forMs,
    reason,
  };
  const documents = extended(ban, { at, rules });
  const [[, { until }]] = documents;
  return {
    entry: { act: "ban", room, ...subject, withAddress, forMs, reason },
    documents,
    message: `${whoOf(subject)} is banned from ${placeOf(room)} for ${
      durationWords(until - at)
    }`,
  };
}

/**
 * Merges a ban with an existing one: it ends no earlier and covers everybody
 * that the existing one covers.
 *
 * @returns The documents: the ban, then the bans derived from it.
 */
function extended(
  ban: Ban,
  { at, rules }: Pick<ModerationActionOptions, "at" | "rules">,
): [readonly [string, Ban], ...(readonly [string, Ban])[]] {
  const key = RULE_KEYS.ban(ban);
  const before = rules.ban(key);
  if (before === undefined || before.until <= at) return [[key, ban]];
  const until = Math.max(ban.until, before.until);
  const begun = rules.begunBy(key).map(([key, other]) =>
    [key, { ...other, until: Math.max(until, other.until) }] as const
  );
  const authors = authorsOf(before);
  const withAddress = ban.withAddress ?? before.withAddress;
  return [[key, {
    ...ban,
    until,
    reason: ban.reason ?? before.reason,
    ...(withAddress && { withAddress }),
    ...(authors.length > 0 && { authors }),
  }], ...begun];
}

function unban(
  request: About<UnbanRequest>,
  { rules }: ModerationActionOptions,
): ModerationAction {
  const { room } = request;
  const subject: BanSubject = checkSubject(request);
  const keys = rules.bansOn({ room, ...subject });
  if (keys.length === 0) {
    throw new HubbubError("not_found", {
      message: `${whoOf(subject)} is not banned from ${placeOf(room)}`,
    });
  }
  return {
    entry: { act: "unban", room, ...subject },
    documents: keys.map((key) => [key, null]),
    message: `${whoOf(subject)} is no longer banned from ${placeOf(room)}`,
  };
}

function lock(
  { room, locked }: About<LockRequest>,
  { by, at }: ModerationActionOptions,
): ModerationAction {
  return {
    entry: { act: "lock", room: oneRoom(room), locked },
    documents: [[RULE_KEYS.lock(room), locked ? { by, at } : null]],
  };
}

function slow(
  { room, everyMs }: About<SlowRequest>,
  { by, at }: ModerationActionOptions,
): ModerationAction {
  if (everyMs > MOST_SLOW_MS) {
    throw new HubbubError("bad_field", {
      message: `"everyMs" must be a whole number from 0 to ${MOST_SLOW_MS}`,
    });
  }
  return {
    entry: { act: "slow", room: oneRoom(room), everyMs },
    documents: [[
      RULE_KEYS.slow(room),
      everyMs > 0 ? { everyMs, by, at } : null,
    ]],
  };
}

/**
 * Requires a single room.
 *
 * @returns The room.
 * @throws {HubbubError} `bad_room` for all rooms.
 */
export function oneRoom(room: string): string {
  if (room !== EVERY_ROOM) return room;
  throw new HubbubError("bad_room", {
    message: "This works in one room at a time. Name the room",
  });
}

/** @throws {HubbubError} `bad_field`. */
function checkReason(reason: string | undefined): string | undefined {
  const words = reason?.trim() ?? "";
  if (words === "") return undefined;
  // It stands in the log, in errors and in lists.
  if (hasControls(words)) {
    throw new HubbubError("bad_field", {
      message: '"reason" has line breaks or control characters. ' +
        "Leave them out",
    });
  }
  if (words.length <= MOST_REASON) return words;
  throw new HubbubError("bad_field", {
    message: `"reason" must have at most ${MOST_REASON} characters`,
  });
}
