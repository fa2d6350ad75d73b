/**
 * What a message's text is made of: plain runs, links, code and mentions. A
 * text becomes a list of tokens, never markup: whatever a sender types can only
 * come out as text, or as a link to http or https.
 */

import { normalized } from "../../../protocol/bounds.ts";
import { MAX_NAME } from "../../../protocol/names.ts";

/** A run of text within a line. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | {
    readonly kind: "link";
    readonly text: string;
    readonly href: string;
    /** The host that it opens, where the text shows another spelling of it. */
    readonly host?: string;
  }
  | { readonly kind: "mention"; readonly text: string };

/** A paragraph, or a fenced block of code. */
export type Block =
  | { readonly kind: "paragraph"; readonly inlines: readonly Inline[] }
  | { readonly kind: "fence"; readonly text: string };

/** Three backticks on a line of their own, maybe with a language, up to the
 * next; the text's end closes too. */
const FENCE = /^```[^\n`]*\n([\s\S]*?)(?:\n```[ \t]*$|(?![\s\S]))/gm;
const CODE_OR_LINK =
  /(?<!`)`([^`\n]+)`(?!`)|https?:\/\/[^\s<>"`\p{Cc}\u061C\u200E\u200F]+/giu;
/** An address up to its host, as a reader sees it. */
const HOST = /^https?:\/\/([^/?#\\]*)/iu;
/** What ends a sentence rather than an address. */
const TRAILING = new Set(".,:;!?'\"*_~…");
/** What has a meaning of its own in a pattern. */
const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

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
 */
export function format(text: string, name?: string): readonly Block[] {
  const blocks: Block[] = [];
  const paragraph = (part: string) => {
    const trimmed = withoutBreaks(part);
    if (trimmed === "") return;
    blocks.push({ kind: "paragraph", inlines: inlines(trimmed, name) });
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

function inlines(text: string, name: string | undefined): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(CODE_OR_LINK)) {
    const code = match[1];
    const link = code === undefined ? readLink(match[0]) : undefined;
    if (code === undefined && link === undefined) continue;
    found.push(...words(text.slice(at, match.index), name));
    found.push(link ?? { kind: "code", text: code ?? "" });
    at = match.index + (link?.text.length ?? match[0].length);
  }
  found.push(...words(text.slice(at), name));
  return found;
}

/** The address at the start of a run, without what belongs to the sentence
 * around it: `(see https://x.org/a_(b)).` links `https://x.org/a_(b)`. */
function readLink(run: string): Inline | undefined {
  const text = withoutTail(run);
  const url = URL.parse(text);
  // Whoever reads "https://bank.example@evil.example" takes it for the bank.
  if (url === null || url.username !== "" || url.password !== "") {
    return undefined;
  }
  // Letters of other alphabets look like Latin ones, and numbers like names.
  const shown = HOST.exec(text)?.[1]?.toLowerCase();
  return {
    kind: "link",
    text,
    href: url.href,
    ...(shown !== url.host && { host: url.host }),
  };
}

/** An address without what belongs to the sentence: the marks that end it, and
 * brackets that were not opened in it. */
function withoutTail(run: string): string {
  let unopened = count(run, ")") - count(run, "(");
  let end = run.length;
  for (; end > 0; end--) {
    const last = run[end - 1]!;
    if (last === ")" && unopened > 0) unopened--;
    else if (!TRAILING.has(last)) break;
  }
  return run.slice(0, end);
}

function count(text: string, wanted: string): number {
  let found = 0;
  for (const char of text) if (char === wanted) found++;
  return found;
}

function words(text: string, name: string | undefined): Inline[] {
  if (text === "") return [];
  const pattern = name === undefined ? undefined : mentionPattern(name);
  if (pattern === undefined) return [{ kind: "text", text }];
  const found: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) {
      found.push({ kind: "text", text: text.slice(at, match.index) });
    }
    found.push({ kind: "mention", text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ kind: "text", text: text.slice(at) });
  return found;
}

let cached: { name: string; pattern: RegExp | undefined } | undefined;

/** A name as a word of its own, with or without an @, in any case. */
function mentionPattern(name: string): RegExp | undefined {
  if (cached?.name !== name) {
    const plain = normalized(name, "NFC", MAX_NAME)?.trim() ?? "";
    cached = {
      name,
      pattern: plain === "" ? undefined : new RegExp(
        `(?<![\\p{L}\\p{N}_])@?${
          plain.replace(SPECIAL, "\\$&")
        }(?![\\p{L}\\p{N}_])`,
        "giu",
      ),
    };
  }
  return cached.pattern;
}

/**
 * Tells whether a text is about somebody.
 *
 * @param text As it was sent.
 * @param name The name looked for.
 */
export function mentions(text: string, name: string | undefined): boolean {
  // Most messages are about nobody: not worth reading them closely.
  if (name === undefined) return false;
  if (!text.toLowerCase().includes(name.toLowerCase())) return false;
  return format(text, name).some((block) =>
    block.kind === "paragraph" &&
    block.inlines.some((inline) => inline.kind === "mention")
  );
}
