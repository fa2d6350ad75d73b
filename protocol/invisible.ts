/**
 * Defines the characters that draw nothing: by Unicode properties where
 * possible, otherwise by a list of blanks, placeholders and joiners. Names of
 * people and rooms have none, and no message consists of them alone.
 */

/** Joiners, which some scripts and emoji need (RFC 5892, A.1 and A.2), and
 * variation selectors of emoji: allowed in names, ignored in comparison. */
export const JOINERS = String.raw`\u200C\u200D\uFE0E\uFE0F`;

/** The inside of a character class: characters without a glyph (UAX #44,
 * Default_Ignorable_Code_Point and Noncharacter_Code_Point) or with an empty
 * one: BRAILLE PATTERN BLANK, TIFINAGH CONSONANT JOINER, IDEOGRAPHIC HALF FILL
 * SPACE, interlinear annotation, OBJECT REPLACEMENT CHARACTER, BRAHMI NUMBER
 * JOINER, format controls and blanks of Egyptian hieroglyphs, KHITAN SMALL
 * SCRIPT FILLER, DUPLOYAN THICK LETTER SELECTOR, MUSICAL SYMBOL NULL
 * NOTEHEAD. */
export const UNDRAWN = String
  .raw`\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}` +
  String.raw`\u2800\u2D7F\u303F\uFFF9-\uFFFC\u{1107F}\u{13430}-\u{13442}` +
  String.raw`\u{16FE4}\u{1BC9D}\u{1D159}`;

/** The inside of a character class: marks that only place the next letter below
 * the previous one (UAX #44, Indic_Syllabic_Category=Invisible_Stacker). */
export const STACKERS = String.raw`\u1039\u17D2\u1A60\u1BAB\uAAF6\u{10A3F}` +
  String.raw`\u{11133}\u{113D0}\u{1193E}\u{11A47}\u{11A99}\u{11D45}` +
  String.raw`\u{11D97}\u{11F42}`;

const BLANK = new RegExp(
  String.raw`^[\p{White_Space}\p{Cc}${UNDRAWN}${STACKERS}]*$`,
  "u",
);

/**
 * Returns whether a text shows nothing. Private use and unassigned characters
 * are drawn, at least as a box: a new emoji may be one.
 *
 * @param text Any text.
 */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}
