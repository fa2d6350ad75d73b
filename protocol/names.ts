/**
 * What people and rooms may be called, and when two such names are the same.
 * Shared by server and clients, so that a client can say so before it sends.
 */

import { normalized } from "./bounds.ts";
import { HubbubError } from "./errors.ts";

/** The name of the server itself; nobody else may have it. */
export const SERVER_NAME = "Server";

/** The room a connection that names none is in. */
export const DEFAULT_ROOM = "lobby";

const MAX_NAME = 32;
const MAX_ROOM = 64;
/** Controls, line breaks, private use and lone surrogates: nothing to see. */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
/** Joiners, direction marks and variation selectors: change nothing that is
 * compared, or two names would look the same and differ. */
const IGNORED =
  /[\p{Cf}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;
/** Direction overrides and the like; only joiners, which emoji need, may stay. */
const FORMAT = /(?![\u200C\u200D])\p{Cf}/u;
const ROOM = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,63}$/u;

/**
 * Two names are the same when their keys are: compared without regard to case,
 * width (NFKC), and characters that cannot be seen.
 *
 * @param name Any text.
 * @returns The key; only for comparing, never for showing. What is too long for
 * a name is its own key.
 */
export function nameKey(name: string): string {
  const key = normalized(name, "NFKC", MAX_NAME);
  if (key === undefined) return name;
  return key.replace(IGNORED, "").trim().toUpperCase().toLowerCase()
    .normalize("NFKC");
}

/**
 * Checks a name somebody asks for.
 *
 * @param wanted The name as typed.
 * @returns The name as it will be shown: trimmed, runs of spaces made one.
 * @throws {HubbubError} `bad_name` with the reason.
 */
export function checkName(wanted: string): string {
  const name = checkOldName(wanted);
  if (nameKey(name).startsWith("/")) {
    throw new HubbubError("bad_name", {
      message: 'A name does not begin with "/", as commands do. ' +
        "Choose another one; commands come after it",
    });
  }
  return name;
}

/**
 * Checks a name that somebody had once, perhaps by other rules than today's.
 *
 * @param wanted The name as it was written down.
 * @returns The name as it will be shown: trimmed, runs of spaces made one.
 * @throws {HubbubError} `bad_name` with the reason.
 */
export function checkOldName(wanted: string): string {
  const name = normalized(wanted, "NFC", MAX_NAME)?.trim()
    .replace(/\p{Zs}+/gu, " ");
  if (name === undefined || [...name].length > MAX_NAME) {
    throw new HubbubError("bad_name", {
      message: `A name has at most ${MAX_NAME} characters`,
    });
  }
  const key = nameKey(name);
  if (key === "") {
    throw new HubbubError("bad_name", {
      message: "A name needs at least one visible character",
    });
  }
  if (INVISIBLE.test(name) || FORMAT.test(name)) {
    throw new HubbubError("bad_name", {
      message: "A name has visible characters only",
    });
  }
  if (key === nameKey(SERVER_NAME)) {
    throw new HubbubError("bad_name", {
      message:
        `The name "${SERVER_NAME}" is the server's own. Choose another one`,
    });
  }
  return name;
}

/**
 * Checks a room's name. Names that differ only in case or width are one room.
 *
 * @param wanted The name as typed.
 * @returns The one spelling the room is known by.
 * @throws {HubbubError} `bad_room`.
 */
export function checkRoom(wanted: string): string {
  const room = normalized(wanted, "NFKC", MAX_ROOM)?.trim().toLowerCase()
    .normalize("NFKC");
  if (room === undefined || !ROOM.test(room)) throw new HubbubError("bad_room");
  return room;
}
