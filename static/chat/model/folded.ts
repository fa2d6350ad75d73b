/** Texts as a search compares them. */

import { normalized } from "../../../protocol/bounds.ts";

/** Longest text that is folded, in characters; a longer one finds only itself. */
const MOST = 256;

/** Returns a text without case, width and accents, so that `jose` finds José. */
export function folded(text: string): string {
  const apart = normalized(text, "NFKD", MOST) ?? text;
  return apart.replace(/\p{M}/gu, "").toLowerCase();
}
