/** Names in plain text keep their own direction. Pure. */

/** Letters that are written from right to left. */
const RTL =
  /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * A name for a sentence that is plain text, as a title or a notice: one that is
 * written from right to left does not turn the words around it (UAX #9).
 */
export function isolated(name: string): string {
  return RTL.test(name) ? `\u2068${name}\u2069` : name;
}
