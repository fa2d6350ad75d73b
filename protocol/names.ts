/**
 * What people and rooms may be called, and when two such names are the same.
 * Shared by server and clients, so that a client can say so before it sends.
 */

import { normalized } from "./bounds.ts";
import { HubbubError } from "./errors.ts";
import { JOINERS, STACKERS, UNDRAWN } from "./invisible.ts";

/** The name of the server itself; nobody else may have it. */
export const SERVER_NAME = "Server";

/** The room a connection that names none is in. */
export const DEFAULT_ROOM = "lobby";

/** Characters of a name. */
export const MAX_NAME = 32;
const MAX_ROOM = 64;
/** Controls, line breaks, private use and lone surrogates: nothing to see. */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
/** What is never compared, or two names would look the same and differ. */
const IGNORED = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Direction overrides and the like; only joiners, which emoji need, may stay. */
const FORMAT = /(?![\u200C\u200D])\p{Cf}/u;
/** Joiners that join nothing, and the blanks around them. */
const LEADING = new RegExp(String.raw`^[${JOINERS}\s]+`, "u");
const BLANKS = new RegExp(String.raw`\p{Zs}[${JOINERS}\p{Zs}]*`, "gu");
/** What draws nothing (RFC 8264, 9.13, and UTS #39 keep it out of names). */
const UNSEEN = new RegExp(`[${UNDRAWN}]`, "gu");
/** The same but for joiners; what stands for a character that could not be read;
 * and parts of Hangul syllables (RFC 8264, 9.9), drawn in one another's place. */
const FORBIDDEN = new RegExp(
  String.raw`(?![${JOINERS}])[${UNDRAWN}\uFFFD` +
    String.raw`\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7FB]`,
  "u",
);
/** Marks that would draw over what stands beside them: no letter has so many. */
const STACKED = /^\p{M}|[\p{Mn}\p{Me}]{5}/u;
/** Alphabets whose letters look alike. */
const ALPHABETS: readonly RegExp[] = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
];
/** Scripts whose letters take marks of their own and common ones alone. */
const PLAIN = String.raw`\p{sc=Common}\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}` +
  String.raw`\p{sc=Armenian}\p{sc=Cherokee}\p{sc=Coptic}\p{sc=Georgian}` +
  String
    .raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}`;
/** A mark of a script whose letters are not before it, or which joins nothing:
 * most fonts draw none then. */
const MISPLACED = new RegExp(
  String.raw`[${PLAIN}]\p{sc=Inherited}*(?![${PLAIN}\p{sc=Inherited}])\p{M}` +
    String.raw`|[${STACKERS}](?![\u200C\u200D]?\p{L})`,
  "u",
);
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
  return key.replace(IGNORED, "").toUpperCase().toLowerCase()
    .normalize("NFKC").replace(BLANKS, " ").trim();
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
  if (FORBIDDEN.test(name)) {
    throw new HubbubError("bad_name", {
      message: "A name has visible characters only",
    });
  }
  if (STACKED.test(name) || MISPLACED.test(name)) {
    throw new HubbubError("bad_name", {
      message:
        "A name has a letter of the same script in front of its marks, " +
        "and at most four marks in a row",
    });
  }
  if (isMixed(name)) {
    throw new HubbubError("bad_name", {
      message: "A word of a name has letters of one alphabet only. Others " +
        "could take it for another name",
    });
  }
  return name;
}

/** Whether a word has letters of two alphabets that look alike (UTS #39, 5.1,
 * by words). */
function isMixed(name: string): boolean {
  return name.split(/[^\p{L}\p{M}]/u).some((word) =>
    ALPHABETS.filter((letters) => letters.test(word)).length > 1
  );
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
    .replace(LEADING, "").replace(BLANKS, " ").trim();
  if (name === undefined || [...name].length > MAX_NAME) {
    throw new HubbubError("bad_name", {
      message: `A name has at most ${MAX_NAME} characters`,
    });
  }
  const key = nameKey(name);
  if (key === "") {
    throw new HubbubError("bad_name", {
      message: "Choose a name. It needs at least one visible character",
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
 * Checks a room's name. Names that differ only in case, width and what cannot
 * be seen are one room.
 *
 * @param wanted The name as typed.
 * @returns The one spelling the room is known by.
 * @throws {HubbubError} `bad_room`.
 */
export function checkRoom(wanted: string): string {
  const room = normalized(wanted, "NFKC", MAX_ROOM)?.replace(UNSEEN, "").trim()
    .toLowerCase().normalize("NFKC");
  if (room === undefined || !ROOM.test(room) || STACKED.test(room)) {
    throw new HubbubError("bad_room");
  }
  return room;
}

/**
 * Tells whether a room's name can be given to a new room. Rooms that were
 * written to when there was no such rule are still read and written to.
 *
 * @param room A room's name, as {@linkcode checkRoom} returns it.
 * @returns False where a word has letters of two alphabets, or a mark stands
 * behind a letter of another script (UTS #39, 5.1).
 */
export function mayMakeRoom(room: string): boolean {
  return !MISPLACED.test(room) && !isMixed(room);
}
