/** Validates bans, and describes them in messages. Pure. */

import { durationWords } from "../../protocol/duration.ts";
import { HubbubError } from "../../protocol/errors.ts";
import type { BanSubject } from "../../protocol/requests.ts";
import { checkName } from "../../protocol/names.ts";
import { EVERY_ROOM } from "../../protocol/rights.ts";
import { nameInWords } from "../../protocol/text.ts";
import { networkOf } from "../runtime/ip_network.ts";
import type { Ban } from "./rules.ts";

/** Maximum duration of a ban: ten years, in milliseconds. */
const MOST_MS = 10 * 365 * 86_400_000;

/**
 * Validates the subject of a ban.
 *
 * @returns Its only field, normalized.
 * @throws {HubbubError} `bad_field` or `bad_name`.
 */
export function checkSubject({ name, user, address }: BanSubject): BanSubject {
  if ([name, user, address].filter((one) => one !== undefined).length !== 1) {
    throw new HubbubError("bad_field", {
      message: 'Say who, by one of "name", "user" and "address"',
    });
  }
  if (name !== undefined) return { name: checkName(name) };
  if (user !== undefined) return { user };
  const key = networkOf(address ?? "");
  if (key !== undefined) return { address: key };
  throw new HubbubError("bad_field", {
    message: `"address" must be an IP address, such as 192.0.2.7`,
  });
}

/**
 * Validates the duration of a ban.
 *
 * @param ms Milliseconds.
 * @throws {HubbubError} `bad_field`.
 */
export function checkLength(ms: number): number {
  if (ms >= 1 && ms <= MOST_MS) return ms;
  throw new HubbubError("bad_field", {
    message: `"forMs" must be a whole number from 1 to ${MOST_MS}`,
  });
}

/** Describes a room, or all rooms. */
export function placeOf(room: string): string {
  return room === EVERY_ROOM ? "this server" : `room "${room}"`;
}

/** Describes the subject of a ban. */
export function whoOf({ name, user, address }: BanSubject): string {
  if (name !== undefined) return nameInWords(name);
  return user === undefined ? `All at ${address}` : `User "${user}"`;
}

/**
 * Returns the error for a banned person.
 *
 * @param ban A ban in force.
 * @param now Milliseconds since 1970.
 */
export function bannedError(ban: Ban, now: number): HubbubError {
  const { kind, room, by, reason, until } = ban;
  const retryAfterMs = Math.max(until - now, 0);
  const time = durationWords(retryAfterMs);
  const why = reason === undefined ? "" : `: ${reason}`;
  const message = kind === "kick"
    ? `${nameInWords(by)} has kicked you from ${placeOf(room)}${why}. ` +
      `You can return in ${time}`
    : `You are banned from ${placeOf(room)} for ${time}${why}`;
  return new HubbubError("banned", { message, retryAfterMs });
}
