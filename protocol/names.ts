/**
 * Checks and compares the names of people and rooms. Server and clients share
 * it, so that a client can report a bad name before it sends it.
 */

import { normalized } from "./bounds.ts";
import { HubbubError } from "./errors.ts";
import { JOINERS, STACKERS, UNDRAWN } from "./invisible.ts";
import { hasRepeatedMark, withoutRedundantMarks } from "./redundant_marks.ts";

/** The name of the server itself, which is reserved. */
export const SERVER_NAME = "Server";

/** The room of a connection that names none. */
export const DEFAULT_ROOM = "lobby";

/** Most characters of a name. */
export const MAX_NAME = 32;
const MAX_ROOM = 64;
/** Invisible: controls, line breaks, private use and lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
/** Ignored in comparison: otherwise two names could look the same and
 * differ. */
const IGNORED = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Format characters, such as direction overrides, without the joiners that
 * emoji need. */
const FORMAT = /(?![\u200C\u200D])\p{Cf}/u;
/** Brackets and quotation marks, of which lines of dialect `text` show one kind
 * each: two names that are shown the same there are the same name. */
export const OPENING_BRACKETS = /\p{Ps}/gu;
export const CLOSING_BRACKETS = /\p{Pe}/gu;
export const QUOTES = /["\u201C-\u201F\u00AB\u00BB\u2039\u203A\uFF02]/gu;
/** Leading joiners, which join nothing, and the blanks around them. */
const LEADING = new RegExp(String.raw`^[${JOINERS}\s]+`, "u");
const BLANKS = new RegExp(String.raw`\p{Zs}[${JOINERS}\p{Zs}]*`, "gu");
/** Characters that draw nothing (RFC 8264, 9.13, and UTS #39 exclude them). */
const UNSEEN = new RegExp(`[${UNDRAWN}]`, "gu");
/** The same without joiners; the replacement character; and parts of Hangul
 * syllables (RFC 8264, 9.9), which overlap one another. */
const FORBIDDEN = new RegExp(
  String.raw`(?![${JOINERS}])[${UNDRAWN}\uFFFD` +
    String.raw`\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7FB]`,
  "u",
);
/** Marks that would overlap neighbouring text: no letter has so many. */
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
/** Scripts whose letters take only common marks and marks of the same
 * script. */
const PLAIN = String.raw`\p{sc=Common}\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}` +
  String.raw`\p{sc=Armenian}\p{sc=Cherokee}\p{sc=Coptic}\p{sc=Georgian}` +
  String
    .raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}`;
/** A mark after a letter of another script, or a mark that joins nothing: most
 * fonts do not draw it. */
const MISPLACED = new RegExp(
  String.raw`[${PLAIN}]\p{sc=Inherited}*(?![${PLAIN}\p{sc=Inherited}])\p{M}` +
    String.raw`|[${STACKERS}](?![\u200C\u200D]?\p{L})`,
  "u",
);
const ROOM = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,63}$/u;

/**
 * Returns the key of a name. Names with the same key are the same name: the key
 * ignores case, width (NFKC), invisible characters, marks that draw nothing
 * more, and the kind of brackets and quotation marks.
 *
 * @param name Any text.
 * @returns The key, for comparison only, not for display. A text that is too
 * long for a name is its own key.
 */
export function nameKey(name: string): string {
  const key = normalized(name, "NFKC", MAX_NAME);
  if (key === undefined) return name;
  return withoutRedundantMarks(
    key.replace(IGNORED, "").toUpperCase().toLowerCase().normalize("NFKD"),
  ).normalize("NFKC").replace(OPENING_BRACKETS, "(")
    .replace(CLOSING_BRACKETS, ")").replace(QUOTES, "'")
    .replace(BLANKS, " ").trim();
}

/**
 * Checks a new name.
 *
 * @param wanted The name as typed.
 * @returns The name for display: trimmed, with runs of spaces reduced to one.
 * @throws {HubbubError} `bad_name` with the reason.
 */
export function checkName(wanted: string): string {
  const name = checkOldName(wanted);
  if (nameKey(name).startsWith("/")) {
    throw new HubbubError("bad_name", {
      message: 'A name cannot start with "/". Choose a name first; ' +
        "commands come after it",
    });
  }
  if (FORBIDDEN.test(name)) {
    throw new HubbubError("bad_name", {
      message: "The name has invisible or control characters. Leave them out",
    });
  }
  if (STACKED.test(name) || MISPLACED.test(name)) {
    throw new HubbubError("bad_name", {
      message:
        "The name has accents without a matching letter, or more than four " +
        "in a row. Leave some out",
    });
  }
  if (hasRepeatedMark(name.normalize("NFD"))) {
    throw new HubbubError("bad_name", {
      message: "The name has the same accent twice on a letter. Leave one out",
    });
  }
  if (isMixed(name)) {
    throw new HubbubError("bad_name", {
      message: "The name mixes alphabets in one word. Use letters of one " +
        "alphabet in each word",
    });
  }
  return name;
}

/** Returns whether a word of a name mixes alphabets that look alike (UTS #39,
 * 5.1, by words). */
function isMixed(name: string): boolean {
  return name.split(/[^\p{L}\p{M}]/u).some((word) =>
    ALPHABETS.filter((letters) => letters.test(word)).length > 1
  );
}

/**
 * Checks a stored name, which earlier rules may have allowed.
 *
 * @param wanted The name as stored.
 * @returns The name for display: trimmed, with runs of spaces reduced to one.
 * @throws {HubbubError} `bad_name` with the reason.
 */
export function checkOldName(wanted: string): string {
  const name = normalized(wanted, "NFC", MAX_NAME)?.trim()
    .replace(LEADING, "").replace(BLANKS, " ").trim();
  if (name === undefined || [...name].length > MAX_NAME) {
    throw new HubbubError("bad_name", {
      message:
        `The name has more than ${MAX_NAME} characters. Choose a shorter one`,
    });
  }
  const key = nameKey(name);
  if (key === "") {
    throw new HubbubError("bad_name", {
      message: "The name has no visible character. Choose another one",
    });
  }
  if (INVISIBLE.test(name) || FORMAT.test(name)) {
    throw new HubbubError("bad_name", {
      message: "The name has invisible or control characters. Leave them out",
    });
  }
  if (key === nameKey(SERVER_NAME)) {
    throw new HubbubError("bad_name", {
      message: `The name "${SERVER_NAME}" is reserved. Choose another one`,
    });
  }
  return name;
}

/**
 * Returns a room's name, or a part of one, as rooms are compared.
 *
 * @param wanted Any text.
 * @returns Undefined when it is too long for a room.
 */
export function normalizedRoom(wanted: string): string | undefined {
  return normalized(wanted, "NFKC", MAX_ROOM)?.replace(UNSEEN, "").trim()
    .toLowerCase().normalize("NFKC");
}

/**
 * Checks a room's name. Names that differ only in case, width and invisible
 * characters are the same room.
 *
 * @param wanted The name as typed.
 * @returns The canonical name of the room.
 * @throws {HubbubError} `bad_room`.
 */
export function checkRoom(wanted: string): string {
  const room = normalizedRoom(wanted);
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
 * @returns False where a word has letters of two alphabets, a mark stands
 * behind a letter of another script (UTS #39, 5.1), or a letter has a mark twice
 * (UTS #39, 5.4).
 */
export function mayMakeRoom(room: string): boolean {
  return !MISPLACED.test(room) && !isMixed(room) &&
    !hasRepeatedMark(room.normalize("NFD"));
}
