/** The start of a long message, shown until the reader expands it. */

import { hasMoreLines } from "../../../protocol/bounds.ts";

/** A message with more lines, or more UTF-16 units, is folded. */
const MOST_LINES = 30;
const MOST_UNITS = 2_500;
/** Length of the excerpt: much shorter, so that folding is worth it. */
const LINES = 20;
const UNITS = 1_600;
/** How far back to look for a space to cut at, in UTF-16 units. */
const WORD = 40;

/**
 * Returns the start of a text that is too long to show in full.
 *
 * @param text Any text.
 * @returns Undefined if the text is short enough.
 */
export function excerptOf(text: string): string | undefined {
  if (text.length <= MOST_UNITS && !hasMoreLines(text, MOST_LINES)) {
    return undefined;
  }
  let end = -1;
  for (let line = 0; line < LINES; line++) {
    const next = text.indexOf("\n", end + 1);
    if (next < 0 || next > UNITS) break;
    end = next;
  }
  const isByLines = hasMoreLines(text.slice(0, UNITS), LINES);
  return isByLines ? text.slice(0, end) : text.slice(0, cutAt(text, UNITS));
}

/** Where to cut: at a space, else between two characters. */
function cutAt(text: string, most: number): number {
  const space = text.slice(most - WORD, most).search(/\s\S*$/u);
  if (space > 0) return most - WORD + space;
  const isLow = (text.codePointAt(most - 1) ?? 0) > 0xFFFF;
  return isLow ? most - 1 : most;
}
