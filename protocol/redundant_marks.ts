/**
 * Defines what a name can have more of without looking different: dots on
 * letters that have one, repeated marks and stretched joins. Comparison of names
 * ignores them.
 */

/** Lines that only stretch the join between two letters: ARABIC TATWEEL and its
 * forms with marks, NKO LAJANYALAN, MONGOLIAN NIRUGU. */
const STRETCHES = /[\u0640\u0883-\u0885\u07FA\u180A]/gu;
const MARKS = /\p{M}{2,}/gu;
/** Dotless letters under a dot, and letters that have one anyway. */
const DOTTED_I = /\u0131(\p{M}*?)\u0307/gu;
const DOTTED_J = /\u0237(\p{M}*?)\u0307/gu;
const DOTTED = /\p{Soft_Dotted}\p{M}+/gu;

/**
 * Removes what most fonts draw over itself or not at all (UTS #39, 5.4): a dot
 * above a letter that has a dot, a mark that its letter has already, and lines
 * that stretch a word.
 *
 * @param text A text in NFD, so that marks are apart from their letters and in
 * canonical order; of bounded length.
 * @returns For comparison only: with other dots it would be another text.
 */
export function withoutRedundantMarks(text: string): string {
  return text.replace(STRETCHES, "")
    .replace(DOTTED_I, "i$1").replace(DOTTED_J, "j$1")
    .replace(DOTTED, (marked) => marked.replaceAll("\u0307", ""))
    .replace(MARKS, (marks) => [...new Set(marks)].join(""));
}

/**
 * Returns whether a letter has the same mark twice in a row (UTS #39, 5.4).
 *
 * @param text A text in NFD.
 */
export function hasRepeatedMark(text: string): boolean {
  return /(\p{M})\1/u.test(text);
}
