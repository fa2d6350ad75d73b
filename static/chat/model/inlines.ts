/**
 * Reads the text of one paragraph: code, links, mentions, and the marks of
 * Markdown for bold (`**`), italics (`*` or `_`) and strikethrough (`~~`). Two
 * underscores mark nothing: `__init__` is a name. Takes linear time.
 */

import { type Link, NOT_IN_LINK, readLink } from "./links.ts";
import { mentionSpans, UNSPACED } from "./mentions.ts";

/** What a pair of marks makes of the text between them. */
export type Style = "strong" | "em" | "del";

/** A part of a paragraph. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | ({ readonly kind: "link" } & Link)
  | { readonly kind: "mention"; readonly text: string }
  | { readonly kind: Style; readonly inlines: readonly Inline[] };

/** The reader, whose name is marked. */
export interface Reader {
  readonly name: string;
  /** Names in the room that contain it. */
  readonly longer: readonly string[];
}

const STYLES: Readonly<Record<string, Style>> = {
  "**": "strong",
  "*": "em",
  "_": "em",
  "~~": "del",
};

/** Longer runs of backticks are no code. */
const MOST_BACKTICKS = 3;

const ESCAPE_CODE_OR_LINK = new RegExp(
  "\\\\[*_~`]|`+|https?://[^" + NOT_IN_LINK + "]+" +
    "|(?<![\\p{L}\\p{N}@/._-])www\\.[^" + NOT_IN_LINK + "]+",
  "giu",
);
const ESCAPE_MARKS_OR_BLANK_LINE = /\\[*_~`]|\*+|_+|~+|\n[ \t]*(?=\n)/g;
const WORD = new RegExp(
  `^(?![${UNSPACED}\\p{Script=Katakana}])[\\p{L}\\p{N}]`,
  "u",
);

/** A part of the paragraph in reading order, before marks are paired. */
type Piece =
  | Exclude<Inline, { kind: Style }>
  | { readonly kind: "mark"; readonly mark: string; pair?: "open" | "close" };

/** Collects pieces and pairs marks. A mark is pushed and popped once. */
class Pieces {
  readonly #pieces: Piece[] = [];
  /** Indices of marks that may still open, the innermost last. */
  #open: number[] = [];
  /** How many of them there are of each mark. */
  #counts: Record<string, number> = {};

  add(piece: Exclude<Inline, { kind: Style }>): void {
    const last = this.#pieces.at(-1);
    if (piece.kind === "text" && last?.kind === "text") {
      this.#pieces[this.#pieces.length - 1] = {
        kind: "text",
        text: last.text + piece.text,
      };
    } else if (piece.kind !== "text" || piece.text !== "") {
      this.#pieces.push(piece);
    }
  }

  /** Adds a run of equal marks. */
  marks(run: string, closes: boolean, opens: boolean): void {
    const most = run.startsWith("~") ? 2 : 3;
    if (run.length > most) return this.add({ kind: "text", text: run });
    let left = run;
    while (closes && left !== "") {
      const mark = this.#close(left);
      if (mark === undefined) break;
      left = left.slice(mark.length);
    }
    // Of three, the outer two are bold.
    for (const mark of left.length === 3 ? [left.slice(1), left[0]!] : [left]) {
      if (!opens || !(mark in STYLES)) {
        this.add({ kind: "text", text: mark });
        continue;
      }
      this.#open.push(this.#pieces.length);
      this.#counts[mark] = (this.#counts[mark] ?? 0) + 1;
      this.#pieces.push({ kind: "mark", mark });
    }
  }

  /** Ends all marks: none reaches over a blank line. */
  reset(): void {
    this.#open = [];
    this.#counts = {};
  }

  /** Closes the innermost mark that a run can close, and returns it. */
  #close(run: string): string | undefined {
    const char = run.charAt(0);
    const fits = (mark: string) =>
      run === mark || (run.length === 3 && mark.charAt(0) === char);
    const isOpen = run.length === 3
      ? this.#counts[char] || this.#counts[char + char]
      : this.#counts[run];
    if (!isOpen) return undefined;
    for (;;) {
      const piece = this.#pieces[this.#open.pop()!];
      if (piece?.kind !== "mark") return undefined;
      const { mark } = piece;
      this.#counts[mark]!--;
      if (!fits(mark)) continue;
      piece.pair = "open";
      this.#pieces.push({ kind: "mark", mark, pair: "close" });
      return mark;
    }
  }

  /** Returns the tree of all pieces. Bold in bold is bold, so that it is never
   * deeper than there are styles. */
  finish(): readonly Inline[] {
    const root: Inline[] = [];
    const styles: { style: Style; into: Inline[]; skipped: number }[] = [];
    for (const piece of this.#pieces) {
      const into = styles.at(-1)?.into ?? root;
      if (piece.kind !== "mark") {
        append(into, piece);
        continue;
      }
      const style = STYLES[piece.mark]!;
      const outer = styles.find((one) => one.style === style);
      if (piece.pair === undefined) {
        append(into, { kind: "text", text: piece.mark });
      } else if (piece.pair === "open") {
        if (outer !== undefined) {
          outer.skipped++;
          continue;
        }
        const inlines: Inline[] = [];
        into.push({ kind: style, inlines });
        styles.push({ style, into: inlines, skipped: 0 });
      } else if (outer !== undefined && outer.skipped-- === 0) {
        styles.pop();
      }
    }
    return root;
  }
}

function append(into: Inline[], piece: Inline): void {
  const last = into.at(-1);
  if (piece.kind !== "text" || last?.kind !== "text") into.push(piece);
  else into[into.length - 1] = { ...piece, text: last.text + piece.text };
}

/**
 * Returns the parts of a paragraph.
 *
 * @param text The paragraph, without controls of direction.
 * @param reader Undefined if no name is to be marked.
 */
export function inlinesOf(
  text: string,
  reader: Reader | undefined,
): readonly Inline[] {
  const pieces = new Pieces();
  let at = 0;
  let lineEnd = -1;
  ESCAPE_CODE_OR_LINK.lastIndex = 0;
  for (
    let match = ESCAPE_CODE_OR_LINK.exec(text);
    match !== null;
    match = ESCAPE_CODE_OR_LINK.exec(text)
  ) {
    const [run] = match;
    const from = match.index;
    if (run.startsWith("\\")) continue;
    if (!run.startsWith("`")) {
      const link = readLink(run);
      if (link === undefined) continue;
      words(pieces, text, at, from, reader);
      pieces.add({ kind: "link", ...link });
      at = from + link.text.length;
      ESCAPE_CODE_OR_LINK.lastIndex = at;
      continue;
    }
    const start = from + run.length;
    if (lineEnd < start) lineEnd = endOfLine(text, start);
    const end = closing(text, start, run, lineEnd);
    if (end === undefined) continue;
    words(pieces, text, at, from, reader);
    pieces.add({ kind: "code", text: codeIn(text.slice(start, end), run) });
    at = end + run.length;
    ESCAPE_CODE_OR_LINK.lastIndex = at;
  }
  words(pieces, text, at, text.length, reader);
  return pieces.finish();
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Returns where code ends: at a run of as many backticks in the same line. Only
 * the last run of each length finds none, so all searches are linear. */
function closing(
  text: string,
  from: number,
  run: string,
  lineEnd: number,
): number | undefined {
  if (run.length > MOST_BACKTICKS) return undefined;
  let at = text.indexOf(run, from);
  while (at >= 0 && at < lineEnd) {
    let end = at;
    while (text[end] === "`") end++;
    if (end - at === run.length) return at;
    at = text.indexOf(run, end);
  }
  return undefined;
}

/** One space beside a run of several backticks is no part of the code. */
function codeIn(text: string, run: string): string {
  return run.length > 1 && text.length > 2 && text.startsWith(" ") &&
      text.endsWith(" ")
    ? text.slice(1, -1)
    : text;
}

/** Adds text without code and links: a name in it is no markup. */
function words(
  pieces: Pieces,
  text: string,
  from: number,
  to: number,
  reader: Reader | undefined,
): void {
  const part = text.slice(from, to);
  let at = from;
  const spans = reader === undefined
    ? []
    : mentionSpans(part, reader.name, reader.longer);
  for (const span of spans) {
    marked(pieces, text, at, from + span.from);
    at = from + span.to;
    pieces.add({ kind: "mention", text: text.slice(from + span.from, at) });
  }
  marked(pieces, text, at, to);
}

/** Adds text with its marks. */
function marked(pieces: Pieces, text: string, from: number, to: number): void {
  let at = from;
  for (
    const match of text.slice(from, to).matchAll(ESCAPE_MARKS_OR_BLANK_LINE)
  ) {
    const start = from + match.index;
    const [run] = match;
    const end = start + run.length;
    pieces.add({ kind: "text", text: text.slice(at, start) });
    at = end;
    const before = charBefore(text, start);
    if (run.startsWith("\n")) {
      pieces.reset();
      pieces.add({ kind: "text", text: run });
    } else if (run.startsWith("\\")) {
      // ¯\_(ツ)_/¯ keeps its arm.
      pieces.add({ kind: "text", text: before === "¯" ? run : run.slice(1) });
    } else {
      const after = charAfter(text, end);
      pieces.marks(
        run,
        !isSpace(before) && !WORD.test(after) && after !== "/",
        !isSpace(after) && !WORD.test(before) && before !== "/" &&
          before !== "@",
      );
    }
  }
  pieces.add({ kind: "text", text: text.slice(at, to) });
}

function charBefore(text: string, at: number): string {
  const unit = text.charAt(at - 1);
  return unit >= "\uDC00" && unit <= "\uDFFF" ? text.slice(at - 2, at) : unit;
}

function charAfter(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? "" : String.fromCodePoint(point);
}

function isSpace(char: string): boolean {
  return char.trim() === "";
}
