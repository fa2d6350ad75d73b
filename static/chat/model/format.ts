/**
 * Reads the text of a message: paragraphs, fenced code, quotes and lists, as
 * in Markdown. A text becomes a list of tokens, never HTML: whatever a sender
 * types is shown as text, or as a link to http or https. Takes linear time.
 */

import { type Inline, inlinesOf, type Reader } from "./inlines.ts";
import { mentionSpans } from "./mentions.ts";

/** An item of a list. */
export interface Item {
  /** A bullet, or the number with its full stop. */
  readonly marker: string;
  /** How deep it is indented, from 0. */
  readonly depth: number;
  readonly inlines: readonly Inline[];
}

/** A part of a message that has lines of its own. */
export type Block =
  | { readonly kind: "paragraph"; readonly inlines: readonly Inline[] }
  | { readonly kind: "fence"; readonly text: string }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | { readonly kind: "list"; readonly items: readonly Item[] };

/** Three backticks that start a line, maybe with a language, up to three that
 * end one; the text's end closes too. */
const FENCE =
  /^ {0,3}```[^\n`]*\n([\s\S]*?)(?:(?:\n {0,3})?```[ \t]*$|(?![\s\S]))/gm;
const QUOTE = /^>(?: |$)/;
const ITEM = /^([ \t]{0,16})(?:[-*•]|(\d{1,3})[.)])[ \t](?=[ \t]*\S)/;
/** A line that goes on with the item above. */
const INDENTED = /^(?: {2}|\t)[ \t]*(?=\S)/;
const BULLETS = ["•", "◦", "▪"];

/** Deeper quotes and items are not told apart. */
const MOST_QUOTES = 3;
const MOST_DEPTH = 3;

/** UTF-16 units of a text that are read for one line. */
const MOST_PLAIN = 500;

/** Turn the direction of the text around them (UAX #9): embeddings, overrides
 * and isolates. */
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g;

/**
 * Returns a text as it is shown: without the controls that show it in another
 * order than it has.
 *
 * @param text As it was sent.
 */
export function shownText(text: string): string {
  return text.replace(TURNS, "");
}

/**
 * Reads a text.
 *
 * @param text As it was sent.
 * @param name One's own name, which is marked.
 * @param longer Names in the room that contain it.
 */
export function format(
  text: string,
  name?: string,
  longer: readonly string[] = [],
): readonly Block[] {
  const reader = name === undefined ? undefined : { name, longer };
  return blocksOf(shownText(text), reader, 0);
}

function blocksOf(
  text: string,
  reader: Reader | undefined,
  quotes: number,
): readonly Block[] {
  const blocks: Block[] = [];
  let at = 0;
  for (const match of text.matchAll(FENCE)) {
    blocks.push(...linesOf(text.slice(at, match.index), reader, quotes));
    blocks.push({ kind: "fence", text: match[1] ?? "" });
    at = match.index + match[0].length;
  }
  blocks.push(...linesOf(text.slice(at), reader, quotes));
  return blocks;
}

/** Reads text without fences, line by line. */
function linesOf(
  text: string,
  reader: Reader | undefined,
  quotes: number,
): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  let plain: string[] = [];
  const endParagraph = () => {
    const inlines = inlinesOf(withoutBreaks(plain.join("\n")), reader);
    if (inlines.length > 0) blocks.push({ kind: "paragraph", inlines });
    plain = [];
  };
  let at = 0;
  while (at < lines.length) {
    const start = at;
    if (quotes < MOST_QUOTES && lines[at]!.startsWith("> ")) {
      while (QUOTE.test(lines[at] ?? "")) at++;
      const quoted = lines.slice(start, at).map((line) => line.slice(2));
      endParagraph();
      blocks.push({
        kind: "quote",
        blocks: blocksOf(quoted.join("\n"), reader, quotes + 1),
      });
    } else if (ITEM.test(lines[at]!)) {
      at++;
      while (ITEM.test(lines[at] ?? "") || INDENTED.test(lines[at] ?? "")) at++;
      endParagraph();
      blocks.push({
        kind: "list",
        items: itemsOf(lines.slice(start, at), reader),
      });
    } else {
      plain.push(lines[at]!);
      at++;
    }
  }
  endParagraph();
  return blocks;
}

/** Reads the lines of a list; the first is an item. */
function itemsOf(
  lines: readonly string[],
  reader: Reader | undefined,
): readonly Item[] {
  const items: { marker: string; depth: number; text: string }[] = [];
  /** Indentation and last number of each level that is open. */
  const levels: { indent: number; number: number }[] = [];
  for (const line of lines) {
    const match = ITEM.exec(line);
    if (match === null) {
      items.at(-1)!.text += `\n${line.trimStart()}`;
      continue;
    }
    const indent = match[1]!.replaceAll("\t", "    ").length;
    while (levels.length > 1 && levels.at(-1)!.indent > indent + 1) {
      levels.pop();
    }
    if (levels.length === 0 || indent > levels.at(-1)!.indent + 1) {
      levels.push({ indent, number: 0 });
    }
    const level = levels.at(-1)!;
    const depth = Math.min(levels.length - 1, MOST_DEPTH);
    let marker = BULLETS[depth % BULLETS.length]!;
    if (match[2] !== undefined) {
      // Numbers are as written; those that do not rise are counted.
      const isFirst = level.number === 0;
      const written = Number(match[2]);
      level.number = isFirst ? written : Math.max(written, level.number + 1);
      marker = `${level.number}.`;
    }
    items.push({ marker, depth, text: line.slice(match[0].length) });
  }
  return items.map(({ marker, depth, text }) => ({
    marker,
    depth,
    inlines: inlinesOf(text.trim(), reader),
  }));
}

/** A text without the line breaks around it. */
function withoutBreaks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === "\n") start++;
  while (start < end && text[end - 1] === "\n") end--;
  return text.slice(start, end);
}

/**
 * Tells whether a text is about somebody.
 *
 * @param text As it was sent.
 * @param name The name looked for.
 * @param longer Names in the room that contain it.
 */
export function mentions(
  text: string,
  name: string | undefined,
  longer: readonly string[] = [],
): boolean {
  if (name === undefined) return false;
  if (mentionSpans(shownText(text), name, longer).length === 0) return false;
  // Code and addresses mention nobody.
  return format(text, name, longer).some(blockMentions);
}

function blockMentions(block: Block): boolean {
  switch (block.kind) {
    case "fence":
      return false;
    case "paragraph":
      return block.inlines.some(inlineMentions);
    case "quote":
      return block.blocks.some(blockMentions);
    case "list":
      return block.items.some(({ inlines }) => inlines.some(inlineMentions));
  }
}

function inlineMentions(inline: Inline): boolean {
  return inline.kind === "mention" ||
    ("inlines" in inline && inline.inlines.some(inlineMentions));
}

/**
 * Returns the start of a text in one line without its marks, for the list of
 * rooms, a notification and a screen reader.
 *
 * @param text As it was sent.
 */
export function plainText(text: string): string {
  return format(text.slice(0, MOST_PLAIN)).map(plainBlock).join(" ")
    .replace(/\s+/g, " ").trim();
}

function plainBlock(block: Block): string {
  switch (block.kind) {
    case "fence":
      return block.text;
    case "paragraph":
      return block.inlines.map(plainInline).join("");
    case "quote":
      return block.blocks.map(plainBlock).join(" ");
    case "list":
      return block.items.map(({ marker, inlines }) =>
        `${marker} ${inlines.map(plainInline).join("")}`
      ).join(" ");
  }
}

function plainInline(inline: Inline): string {
  return "inlines" in inline
    ? inline.inlines.map(plainInline).join("")
    : inline.text;
}
