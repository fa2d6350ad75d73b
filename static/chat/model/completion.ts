/**
 * Completes `@` to names of people and `:` to emoji in a message that is being
 * written. Pure: the view shows the suggestions.
 */

import type { RoomMessage } from "../../../client/hubbub.ts";
import { MAX_NAME } from "../../../protocol/names.ts";
import type { Emoji } from "./emoji.ts";
import { folded } from "./folded.ts";
import { UNSPACED } from "./mentions.ts";

/** What is being completed. */
export interface Query {
  readonly kind: "person" | "emoji";
  /** Where the `@` or `:` stands, in UTF-16 units. */
  readonly from: number;
  /** Where the cursor is. */
  readonly to: number;
  /** What was typed after it. */
  readonly text: string;
}

/** Suggestions that are shown at once. */
const MOST = 8;
/** A letter or digit before `@` or `:` makes it part of a word: an address, a
 * time. */
const AFTER_WORD = new RegExp(`(?![${UNSPACED}])[\\p{L}\\p{N}_]$`, "u");
/** Two characters at least: one is a smiley such as `:D`. */
const EMOJI_NAME = /^[a-z0-9_+-]{2,40}$/i;

/**
 * Returns what is being completed at the cursor.
 *
 * @param text The whole text.
 * @param caret The cursor, in UTF-16 units.
 */
export function queryAt(text: string, caret: number): Query | undefined {
  const start = Math.max(0, caret - 2 * MAX_NAME);
  const before = text.slice(start, caret);
  for (const [sign, kind] of [[":", "emoji"], ["@", "person"]] as const) {
    const at = before.lastIndexOf(sign);
    if (at < 0) continue;
    const from = start + at;
    if (AFTER_WORD.test(text.slice(Math.max(0, from - 2), from))) continue;
    const typed = before.slice(at + 1);
    const fits = kind === "emoji"
      ? EMOJI_NAME.test(typed)
      : !/^\s|\n/.test(typed);
    if (fits) return { kind, from, to: caret, text: typed };
  }
  return undefined;
}

/**
 * Returns the first names that fit what was typed.
 *
 * @param typed What was typed after the `@`; may have spaces.
 * @param names People, those that come first in a list first.
 */
export function matchingNames(
  typed: string,
  names: readonly string[],
): readonly string[] {
  const found = namesWith(typed, names).slice(0, MOST);
  // Typed in full, it is no question: Enter sends.
  return found.length === 1 && found[0] === typed ? [] : found;
}

/**
 * Returns all names that begin with a text, then those with a word that does.
 *
 * @param typed The text, in any case.
 * @param names All names.
 */
export function namesWith(
  typed: string,
  names: readonly string[],
): readonly string[] {
  const wanted = folded(typed);
  const begin: string[] = [];
  const within: string[] = [];
  for (const name of new Set(names)) {
    const own = folded(name);
    if (own.startsWith(wanted)) begin.push(name);
    else if (!wanted.includes(" ") && hasWord(own, wanted)) within.push(name);
  }
  return [...begin, ...within];
}

function hasWord(name: string, start: string): boolean {
  return name.split(/[\s_.-]+/).some((word) => word.startsWith(start));
}

/**
 * Returns who wrote some messages, the last to write first.
 *
 * @param messages In their order.
 */
export function sendersOf(
  messages: readonly Pick<RoomMessage, "from" | "removes" | "imported">[],
): readonly string[] {
  const names = messages
    .filter(({ removes, imported }) => removes === undefined && !imported)
    .map(({ from }) => from);
  return [...new Set(names.toReversed())];
}

/**
 * Returns the people that can be mentioned: the last to write come first, then
 * those who are here by name.
 *
 * @param members Who is here.
 * @param senders Who wrote, as `sendersOf()` returns them.
 * @param me The reader's own name, which is left out.
 */
export function mentionable(
  members: readonly string[],
  senders: readonly string[],
  me: string | undefined,
): readonly string[] {
  const names = new Set([...senders, ...members]);
  if (me !== undefined) names.delete(me);
  return [...names];
}

/**
 * Returns the emoji that a text finds, the best match first.
 *
 * @param typed A part of a name.
 * @param emoji All emoji.
 * @param most How many to return.
 */
export function matchingEmoji(
  typed: string,
  emoji: readonly Emoji[],
  most = MOST,
): readonly Emoji[] {
  const wanted = folded(typed).replace(/[\s_]+/g, "_");
  const ranked: Emoji[][] = [[], [], [], []];
  for (const one of emoji) {
    const rank = rankOf(one, wanted);
    if (rank !== undefined) ranked[rank]!.push(one);
  }
  return ranked.flat().slice(0, most);
}

/** How well an emoji fits: 0 is best; undefined if it does not. */
function rankOf(
  { names, tags, description }: Emoji,
  wanted: string,
): number | undefined {
  if (names.includes(wanted)) return 0;
  if (names.some((name) => name.startsWith(wanted))) return 1;
  const spaced = wanted.replaceAll("_", " ");
  if (tags.some((tag) => tag.startsWith(spaced))) return 2;
  const isPart = names.some((name) => name.includes(`_${wanted}`)) ||
    ` ${description.toLowerCase()}`.includes(` ${spaced}`);
  return isPart ? 3 : undefined;
}

/** What to put in the place of a part of a text. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly put: string;
}

/**
 * Returns the edit that completes a text by a choice and one space.
 *
 * @param text The whole text.
 * @param query What is being completed.
 * @param choice A name, or an emoji.
 */
export function complete(text: string, query: Query, choice: string): Edit {
  const to = text[query.to] === " " ? query.to + 1 : query.to;
  const put = `${query.kind === "person" ? "@" : ""}${choice} `;
  return { from: query.from, to, put };
}

/**
 * Returns the edit that replaces a whole `:name:` before the cursor.
 *
 * @param text The whole text.
 * @param caret The cursor.
 * @param emoji All emoji.
 * @returns Undefined if there is none.
 */
export function completeColons(
  text: string,
  caret: number,
  emoji: readonly Emoji[],
): Edit | undefined {
  if (text[caret - 1] !== ":") return undefined;
  const query = queryAt(text, caret - 1);
  if (query?.kind !== "emoji") return undefined;
  const name = query.text.toLowerCase();
  const found = emoji.find(({ names }) => names.includes(name));
  return found && { from: query.from, to: caret, put: found.emoji };
}
