/** What a message's text may be. Pure. */

import { HubbubError } from "../../protocol/errors.ts";

/** What shows nothing: blanks, controls, what has no glyph of its own (Unicode's
 * Default_Ignorable_Code_Point), and what has an empty one. */
const BLANK =
  /^[\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\u2800\u{1D159}]*$/u;

/**
 * Checks a text somebody wants to send.
 *
 * @param raw The text as it came.
 * @param most Characters (code points) it may have.
 * @returns The text as it is stored: line breaks as `\n`, no lone surrogates.
 * @throws {HubbubError} `empty` or `too_long`.
 */
export function checkText(raw: string, most: number): string {
  // No character has more than two units, nor a line break.
  if (raw.length > 2 * most) throw tooLong(lengthOf(raw), most);
  // What cannot be written as UTF-8, and where SQLite ends a text.
  const text = raw.toWellFormed().replaceAll("\r\n", "\n")
    .replaceAll("\0", "\uFFFD");
  if (BLANK.test(text)) throw new HubbubError("empty");
  // Counting takes time; no text has more characters than units.
  const length = text.length > most ? lengthOf(text) : 0;
  if (length > most) throw tooLong(length, most);
  return text;
}

/** The characters (code points) of a text. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

function tooLong(length: number, most: number): HubbubError {
  return new HubbubError("too_long", {
    message:
      `The message has ${length} characters, ${most} are allowed. Send it in parts`,
  });
}
