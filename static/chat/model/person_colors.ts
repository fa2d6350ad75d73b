/** How a person is told apart at a glance: a hue and an initial, both from the
 * name alone, so that they are the same everywhere and for ever. */

import { nameKey } from "../../../protocol/names.ts";
import { graphemes } from "./chat_words.ts";

/**
 * A name's hue.
 *
 * @returns Degrees for `oklch()`; the stylesheet fixes lightness and chroma.
 */
export function hue(name: string): number {
  // FNV-1a: neighbouring names land far apart.
  let hash = 0x811c9dc5;
  for (const char of nameKey(name)) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0) % 360;
}

/** What stands in a person's badge: the first character one would say. */
export function initial(name: string): string {
  const [first = "?"] = graphemes(name.trim());
  return first.toLocaleUpperCase();
}
