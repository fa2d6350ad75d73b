/**
 * Reads addresses out of a text: where one ends, and what it opens. Only http
 * and https become links.
 */

/** An address in a text. */
export interface Link {
  readonly text: string;
  readonly href: string;
  /** The host that it opens, where the text shows another spelling of it. */
  readonly host?: string;
}

/** The inside of a character class: what cannot be in an address. Invisible
 * characters are out, but for the joiners that some scripts need. */
export const NOT_IN_LINK = String
  .raw`\s<>"${"`"}\p{Cc}\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E` +
  String.raw`\u2060-\u206F\uFEFF`;
/** Punctuation of other scripts than Latin's ends an address, but for brackets,
 * which can be paired, and what titles of pages have in them. */
const FOREIGN_END = /[^\P{P}\0-\x7F·‐-―（）［］〔〕]/u;
/** An address up to its host, as a reader sees it. */
const HOST = /^https?:\/\/([^/?#\\]*)/iu;
/** What ends a sentence rather than an address. */
const TRAILING = new Set(".,:;!?'\"*_~·‐‑‒–—―");
/** Brackets that close, each with the one that opens it. */
const BRACKETS: ReadonlyMap<string, string> = new Map([
  [")", "("],
  ["]", "["],
  ["）", "（"],
  ["］", "［"],
  ["〕", "〔"],
]);

/**
 * Returns the address at the start of a run of characters, without what belongs
 * to the sentence around it: `(see https://x.org/a_(b)).` links
 * `https://x.org/a_(b)`.
 *
 * @param run Starts with `http://` or `https://`.
 * @returns Undefined where it is no address, or hides what it opens.
 */
export function readLink(run: string): Link | undefined {
  const text = withoutTail(run);
  const url = parse(text);
  // Whoever reads "https://bank.example@evil.example" takes it for the bank.
  if (url === undefined || url.username !== "" || url.password !== "") {
    return undefined;
  }
  // Letters of other alphabets look like Latin ones, and numbers like names.
  const shown = HOST.exec(text)?.[1]?.toLowerCase();
  return {
    text,
    href: url.href,
    ...(shown !== url.host && { host: url.host }),
  };
}

/** `URL.parse()`, which Safari 17 does not have. */
function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** An address without what belongs to the sentence: punctuation that ends it,
 * and all from a wide bracket on that was not opened in it. */
function withoutTail(run: string): string {
  let text = upTo(run, run.search(FOREIGN_END));
  text = upTo(text, firstUnopened(text));
  let end = text.length;
  const unopened = new Map<string, number>();
  for (const [close, open] of BRACKETS) {
    unopened.set(close, count(text, close) - count(text, open));
  }
  for (; end > 0; end--) {
    const last = text[end - 1]!;
    const extra = unopened.get(last) ?? 0;
    if (extra > 0) unopened.set(last, extra - 1);
    else if (!TRAILING.has(last)) break;
  }
  return text.slice(0, end);
}

function upTo(text: string, end: number): string {
  return end < 0 ? text : text.slice(0, end);
}

/** Where a wide bracket closes that was not opened; -1: nowhere. Text goes on
 * after it without a space. */
function firstUnopened(text: string): number {
  const open = new Map<string, number>();
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const opener = char > "\x7F" ? BRACKETS.get(char) : undefined;
    if (opener === undefined) {
      if (char > "\x7F") open.set(char, (open.get(char) ?? 0) + 1);
      continue;
    }
    const left = open.get(opener) ?? 0;
    if (left === 0) return at;
    open.set(opener, left - 1);
  }
  return -1;
}

function count(text: string, wanted: string): number {
  let found = 0;
  for (const char of text) if (char === wanted) found++;
  return found;
}
