/** Checks the text of a message. Pure. */

import { HubbubError } from "../../protocol/errors.ts";
import { isBlank } from "../../protocol/invisible.ts";

/**
 * Checks and normalizes the text of a message.
 *
 * @param raw The text as received, without unpaired surrogates.
 * @param most Most characters (code points).
 * @returns The text as it is stored: line breaks as `\n`, U+FFFD for NUL.
 * @throws {HubbubError} `empty` or `too_long`.
 */
export function checkText(raw: string, most: number): string {
  // A character, or a line break, has at most two UTF-16 units.
  if (raw.length > 2 * most) throw tooLong(lengthOf(raw), most);
  // SQLite ends a text at a NUL; CommonMark (2.3) replaces it too.
  const text = raw.replaceAll("\r\n", "\n").replaceAll("\0", "\uFFFD");
  if (isBlank(text)) throw new HubbubError("empty");
  // Counting is slow, and a text has no more characters than units.
  const length = text.length > most ? lengthOf(text) : 0;
  if (length > most) throw tooLong(length, most);
  return text;
}

/** Returns the number of characters (code points) of a text. */
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
