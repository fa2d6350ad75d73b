/**
 * Wraps lines for a terminal of a known width, so that no row of a message
 * begins where lines of the program begin. Pure.
 */

import { STYLED } from "./words.ts";

/** What rows begin with that continue a line; as `printable()` does for lines
 * that senders begin. */
export const INDENT = "    ";
/** In narrower terminals nothing is wrapped: nobody could read it. */
const NARROWEST = 12;
const WORDS = /( +)/;

/** Two cells (UAX #11, W and F): East Asian scripts, their punctuation and
 * forms, and emoji. */
const WIDE = new RegExp(
  String.raw`[\p{sc=Han}\p{sc=Hangul}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}` +
    String.raw`\p{sc=Yi}\p{sc=Tang}\p{sc=Nshu}\u2E80-\u303E` +
    String.raw`\u3040-\u33FF\uA960-\uA97F\uFE10-\uFE19\uFE30-\uFE6F` +
    String.raw`\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}` +
    String.raw`\u{1AFF0}-\u{1B2FF}\u{1D300}-\u{1D37F}\u{1F000}-\u{1FAFF}` +
    String.raw`\p{Emoji_Presentation}]`,
  "u",
);
/** No cell: marks, joiners and other format characters. */
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** What makes a sign an emoji, which is wider. */
const EMOJI = "\uFE0F";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Returns the number of cells that a text takes, rather one too many than one
 * too few: terminals differ in how they draw joined emoji.
 *
 * @param text Without controls and ends of lines.
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
 * Breaks lines that are longer than a row, between words where it can.
 *
 * @param text Lines, styled or not, that may go to a terminal.
 * @param columns The terminal's width in cells; undefined if it is unknown.
 * @returns The same with more ends of lines, each before {@linkcode INDENT}.
 */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < NARROWEST) return text;
  // The last cell stays free: terminals differ in what comes after it.
  const most = columns - 1;
  return text.split("\n").map((line) => wrapLine(line, most)).join("\n");
}

function wrapLine(line: string, most: number): string {
  // Most lines fit, also with two cells a character.
  if (line.length * 2 <= most && !line.includes("\t")) return line;
  const rows = new Rows(most);
  for (const run of line.replaceAll("\t", INDENT).split(WORDS)) {
    if (run.startsWith(" ")) rows.blanks(run);
    else rows.word(piecesOf(run));
  }
  return rows.text;
}

/** A part of a line that is not broken. */
interface Piece {
  readonly text: string;
  readonly width: number;
}

/** Takes a word apart: styles, and what a reader sees as single characters. */
function piecesOf(word: string): Piece[] {
  return word.split(STYLED).flatMap((part, index) =>
    index % 2 === 1 ? [{ text: part, width: 0 }] : charactersOf(part)
      // A character may be as long as its sender likes: not so here.
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
  /** Blanks that are written when a word follows on the same row. */
  #blanks = "";

  constructor(most: number) {
    this.#most = most;
  }

  get text(): string {
    return this.#text;
  }

  blanks(blanks: string): void {
    // Those that begin a line belong to it.
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
    // A word that fits no row begins where it stands, if much of it fits there.
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
