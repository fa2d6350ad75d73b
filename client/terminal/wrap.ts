/**
 * Wraps lines to a terminal's width with an indent, so that no part of a message
 * looks like a line of the program. Pure.
 */

import { STYLED } from "./words.ts";

/** The indent of continued lines, the same as that of `printable()`. */
export const INDENT = "    ";
/** The narrowest terminal, in cells, for which lines are wrapped. */
const NARROWEST = 12;
const WORDS = /( +)/;

/** Characters of two cells (UAX #11, W and F): East Asian scripts and emoji. */
const WIDE = new RegExp(
  String.raw`[\p{sc=Han}\p{sc=Hangul}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}` +
    String.raw`\p{sc=Yi}\p{sc=Tang}\p{sc=Nshu}\u2E80-\u303E` +
    String.raw`\u3040-\u33FF\uA960-\uA97F\uFE10-\uFE19\uFE30-\uFE6F` +
    String.raw`\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}` +
    String.raw`\u{1AFF0}-\u{1B2FF}\u{1D300}-\u{1D37F}\u{1F000}-\u{1FAFF}` +
    String.raw`\p{Emoji_Presentation}]`,
  "u",
);
/** Characters of no cell: marks, joiners and other format characters. */
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** The variation selector that makes a character an emoji, which is wider. */
const EMOJI = "\uFE0F";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Returns the width of a text in cells. Terminals draw joined emoji differently,
 * so the result is an upper bound.
 *
 * @param text A text without controls and line ends.
 */
export function cellWidth(text: string): number {
  let width = 0;
  for (const sign of text) {
    if (WIDE.test(sign)) width += 2;
    else if (sign === EMOJI || !NARROW.test(sign)) width++;
  }
  return width;
}

/**
 * Wraps long lines, between words if possible.
 *
 * @param text Lines without control characters, styled or not.
 * @param columns The terminal's width in cells; undefined if unknown.
 * @returns The wrapped lines; continued rows begin with {@linkcode INDENT}.
 */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < NARROWEST) return text;
  // Leaves the last cell free: terminals differ in when they wrap.
  const most = columns - 1;
  return text.split("\n").map((line) => wrapLine(line, most)).join("\n");
}

function wrapLine(line: string, most: number): string {
  // Fast path: fits even with two cells for each character.
  if (line.length * 2 <= most && !line.includes("\t")) return line;
  const rows = new Rows(most);
  for (const run of line.replaceAll("\t", INDENT).split(WORDS)) {
    if (run.startsWith(" ")) rows.blanks(run);
    else rows.word(piecesOf(run));
  }
  return rows.text;
}

/** A part of a line that cannot be split. */
interface Piece {
  readonly text: string;
  readonly width: number;
}

/** Splits a word into styles and grapheme clusters. */
function piecesOf(word: string): Piece[] {
  return word.split(STYLED).flatMap((part, index) =>
    index % 2 === 1 ? [{ text: part, width: 0 }] : charactersOf(part)
      // Splits grapheme clusters that are too wide: their length is unbounded.
      .flatMap((sign) => cellWidth(sign) > NARROWEST / 2 ? [...sign] : [sign])
      .map((sign) => ({ text: sign, width: cellWidth(sign) }))
  );
}

function charactersOf(text: string): string[] {
  // deno-lint-ignore no-control-regex -- all of ASCII
  if (/^[\x00-\x7F]*$/.test(text)) return [...text];
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The rows of one line. */
class Rows {
  readonly #most: number;
  #text = "";
  #width = 0;
  /** Blanks to write if another word follows on the same row. */
  #blanks = "";

  constructor(most: number) {
    this.#most = most;
  }

  get text(): string {
    return this.#text;
  }

  blanks(blanks: string): void {
    // Keeps blanks at the start of a line.
    if (this.#text !== "") this.#blanks = blanks;
    else {
      const text = blanks.slice(0, this.#most / 2);
      this.#write({ text, width: text.length });
    }
  }

  word(pieces: readonly Piece[]): void {
    const width = pieces.reduce((sum, piece) => sum + piece.width, 0);
    const room = this.#most - this.#width - this.#blanks.length;
    const isLong = width > this.#most - INDENT.length;
    // A word longer than a row starts on this row if enough of it fits.
    const startsHere = isLong && room > 0 &&
      (room > NARROWEST || this.#width <= INDENT.length);
    if (width > room && !startsHere) this.#newRow();
    else if (this.#blanks !== "") {
      this.#write({ text: this.#blanks, width: this.#blanks.length });
      this.#blanks = "";
    }
    for (const piece of pieces) {
      if (this.#width + piece.width > this.#most) this.#newRow();
      this.#write(piece);
    }
  }

  #newRow(): void {
    this.#text += `\n${INDENT}`;
    this.#width = INDENT.length;
    this.#blanks = "";
  }

  #write({ text, width }: Piece): void {
    this.#text += text;
    this.#width += width;
  }
}
