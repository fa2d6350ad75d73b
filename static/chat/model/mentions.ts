/**
 * Finds a name in a text. A message mentions a person by `@name`, in any case,
 * or by the whole name in its own case. Many names are common words ("will"),
 * so a name in lower case, and one without a letter, counts only after an @.
 */

import { normalized } from "../../../protocol/bounds.ts";
import { MAX_NAME } from "../../../protocol/names.ts";

/** Where a text has a name, in UTF-16 units. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Content of a character class: letters of scripts that often have no spaces
 * between words. */
export const UNSPACED =
  String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Hangul}` +
  String.raw`\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
/** A character that continues a word. */
const WORD = String.raw`(?![${UNSPACED}])[\p{L}\p{N}\p{M}_]`;
/** Syntax characters of a pattern with the flag `u`. */
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g;
/** A letter that is not in lower case; other alphabets know no case. */
const NOT_LOWER = /[\p{Lu}\p{Lt}\p{Lo}\p{Lm}]/u;
const LETTER = /\p{L}/u;
const NO_LETTER = /[^\p{L}\p{M}]/u;
const ENDS_IN_WORD = /[\p{L}\p{N}_]$/u;
const STARTS_WITH_WORD = /^[\p{L}\p{N}_]/u;

/** A name, prepared for the search. */
interface Wanted {
  /** As it is compared: NFC. */
  readonly name: string;
  /** Created when a text contains the name: most never do. */
  pattern?: RegExp;
  /** Spellings in lower case, for a quick search of the text. */
  readonly spellings: readonly string[];
  /** Whether the name counts without an @ before it. */
  readonly isDistinct: boolean;
}

/**
 * Returns the pattern for the spellings of a name, with an @ or without.
 *
 * @param spellings At least one; none is empty.
 */
export function patternOf(spellings: readonly string[]): RegExp {
  const either = spellings.map((one) => one.replace(SYNTAX, "\\$&")).join("|");
  return new RegExp(`(?<!${WORD})@?(?:${either})(?!${WORD}|\\p{M})`, "giu");
}

function prepare(raw: string): Wanted | undefined {
  const name = normalized(raw, "NFC", MAX_NAME)?.trim() ?? "";
  if (name === "") return undefined;
  const apart = normalized(name, "NFD", MAX_NAME) ?? name;
  const spellings = apart === name ? [name] : [name, apart];
  return {
    name,
    spellings: spellings.map((one) => one.toLowerCase()),
    isDistinct: NOT_LOWER.test(name) ||
      (LETTER.test(name) && NO_LETTER.test(name)),
  };
}

/** The names that were looked for last: the own one, and longer ones. */
const prepared = new Map<string, Wanted | undefined>();
const MOST_PREPARED = 1_000;

function wantedOf(name: string): Wanted | undefined {
  if (!prepared.has(name)) {
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    prepared.set(name, prepare(name));
  }
  return prepared.get(name);
}

/** Whether what the pattern found is a mention. */
function counts(
  { name, isDistinct }: Wanted,
  text: string,
  { from, to }: Span,
): boolean {
  const found = text.slice(from, to);
  if (found.startsWith("@")) return true;
  if (!isDistinct || normalized(found, "NFC", MAX_NAME) !== name) return false;
  // A single character is part of many words where no space parts them.
  if (name.length > 2 || [...name].length > 1) return true;
  return !ENDS_IN_WORD.test(text.slice(Math.max(from - 2, 0), from)) &&
    !STARTS_WITH_WORD.test(text.slice(to, to + 2));
}

function allSpans(
  { text, lower }: { text: string; lower: string },
  name: string,
): readonly Span[] {
  const wanted = wantedOf(name);
  if (wanted === undefined) return [];
  // Most messages mention nobody, so a quick search comes first.
  if (!wanted.spellings.some((one) => lower.includes(one))) return [];
  wanted.pattern ??= patternOf(wanted.spellings);
  return Array.from(text.matchAll(wanted.pattern), (match) => ({
    from: match.index,
    to: match.index + match[0].length,
  })).filter((span) => counts(wanted, text, span));
}

/**
 * Returns where a text mentions a name, in order.
 *
 * @param text Any text.
 * @param name The name looked for.
 * @param longer Names that contain it: "Ann Lee" is no mention of "Ann".
 */
export function mentionSpans(
  text: string,
  name: string,
  longer: readonly string[] = [],
): readonly Span[] {
  const both = { text, lower: text.toLowerCase() };
  const spans = allSpans(both, name);
  if (spans.length === 0 || longer.length === 0) return spans;
  const others = longer.flatMap((other) => allSpans(both, other));
  return spans.filter(({ from, to }) =>
    !others.some((other) => other.from <= from && to <= other.to)
  );
}

/**
 * Returns the names that contain a name.
 *
 * @param name The name, if there is one.
 * @param names All names of a room.
 */
export function longerNames(
  name: string | undefined,
  names: readonly string[],
): readonly string[] {
  const short = name?.toLowerCase();
  if (short === undefined) return [];
  return names.filter((other) =>
    other.length > short.length && other.toLowerCase().includes(short)
  );
}
