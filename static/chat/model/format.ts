/**
 * What a message's text is made of: plain runs, links, code and mentions. A
 * text becomes a list of tokens, never markup: whatever a sender types can only
 * come out as text, or as a link to http or https.
 */

import { type Link, NOT_IN_LINK, readLink } from "./links.ts";
import { mentionSpans } from "./mentions.ts";

/** A run of text within a line. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | ({ readonly kind: "link" } & Link)
  | { readonly kind: "mention"; readonly text: string };

/** A paragraph, or a fenced block of code. */
export type Block =
  | { readonly kind: "paragraph"; readonly inlines: readonly Inline[] }
  | { readonly kind: "fence"; readonly text: string };

/** Three backticks on a line of their own, maybe with a language, up to the
 * next; the text's end closes too. */
const FENCE = /^```[^\n`]*\n([\s\S]*?)(?:\n```[ \t]*$|(?![\s\S]))/gm;
const CODE_OR_LINK = new RegExp(
  `(?<!\`)\`([^\`\n]+)\`(?!\`)|https?://[^${NOT_IN_LINK}]+`,
  "giu",
);

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
  const blocks: Block[] = [];
  const paragraph = (part: string) => {
    const trimmed = withoutBreaks(part);
    if (trimmed === "") return;
    blocks.push({ kind: "paragraph", inlines: inlines(trimmed, reader) });
  };
  let at = 0;
  text = shownText(text);
  for (const match of text.matchAll(FENCE)) {
    paragraph(text.slice(at, match.index));
    blocks.push({ kind: "fence", text: match[1] ?? "" });
    at = match.index + match[0].length;
  }
  paragraph(text.slice(at));
  return blocks;
}

/** A text without the line breaks around it. */
function withoutBreaks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === "\n") start++;
  while (start < end && text[end - 1] === "\n") end--;
  return text.slice(start, end);
}

/** The person that reads. */
interface Reader {
  readonly name: string;
  readonly longer: readonly string[];
}

function inlines(text: string, reader: Reader | undefined): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(CODE_OR_LINK)) {
    const code = match[1];
    const link = code === undefined ? readLink(match[0]) : undefined;
    if (code === undefined && link === undefined) continue;
    found.push(...words(text.slice(at, match.index), reader));
    found.push(
      link === undefined
        ? { kind: "code", text: code ?? "" }
        : { kind: "link", ...link },
    );
    at = match.index + (link?.text.length ?? match[0].length);
  }
  found.push(...words(text.slice(at), reader));
  return found;
}

function words(text: string, reader: Reader | undefined): Inline[] {
  if (text === "") return [];
  if (reader === undefined) return [{ kind: "text", text }];
  const found: Inline[] = [];
  let at = 0;
  for (const { from, to } of mentionSpans(text, reader.name, reader.longer)) {
    if (from > at) found.push({ kind: "text", text: text.slice(at, from) });
    found.push({ kind: "mention", text: text.slice(from, to) });
    at = to;
  }
  if (at < text.length) found.push({ kind: "text", text: text.slice(at) });
  return found;
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
  return format(text, name, longer).some((block) =>
    block.kind === "paragraph" &&
    block.inlines.some((inline) => inline.kind === "mention")
  );
}
