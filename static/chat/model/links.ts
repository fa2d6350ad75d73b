/**
 * Finds URLs in a text: where one ends and what it opens. Only http and https
 * become links.
 */

/** A URL in a text. */
export interface Link {
  readonly text: string;
  readonly href: string;
  /** The host that it opens, if the text spells it in another way. */
  readonly host?: string;
}

/** Content of a character class: characters that end a URL. Invisible characters
 * do, except the joiners that some scripts need. */
export const NOT_IN_LINK = String
  .raw`\s<>"${"`"}\p{Cc}\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E` +
  String.raw`\u2060-\u206F\uFEFF`;
/** Non-ASCII punctuation ends a URL, except brackets, which can be paired, and
 * characters that are common in page titles. */
const FOREIGN_END = /[^\P{P}\0-\x7F·‐-―（）［］〔〕]/u;
/** A URL up to its host, as a reader sees it. */
const HOST = /^https?:\/\/([^/?#\\]*)/iu;
/** Punctuation that ends a sentence rather than a URL. */
const TRAILING = new Set(".,:;!?'\"*_~·‐‑‒–—―");
/** Opening brackets by closing bracket. */
const BRACKETS: ReadonlyMap<string, string> = new Map([
  [")", "("],
  ["]", "["],
  ["）", "（"],
  ["］", "［"],
  ["〕", "〔"],
]);

/** A host that was written without a scheme: at least one more dot. */
const BARE = /^www\.[^./?#]+\.[^./?#]/iu;

/**
 * Returns the URL at the start of a run of characters, without the punctuation of
 * the sentence around it: `(see https://x.org/a_(b)).` links
 * `https://x.org/a_(b)`.
 *
 * @param run Starts with `http://`, `https://` or `www.`, which opens https.
 * @returns Undefined if it is no URL, or hides what it opens.
 */
export function readLink(run: string): Link | undefined {
  const text = withoutTail(run);
  const isBare = /^www/i.test(run);
  if (isBare && !BARE.test(text)) return undefined;
  const address = isBare ? `https://${text}` : text;
  const url = parse(address);
  // Whoever reads "https://bank.example@evil.example" takes it for the bank.
  if (url === undefined || url.username !== "" || url.password !== "") {
    return undefined;
  }
  // Letters of other alphabets look like Latin ones, and numbers like names.
  const shown = HOST.exec(address)?.[1]?.toLowerCase();
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

/** Returns a URL without trailing punctuation, and without everything from an
 * unpaired wide closing bracket on. */
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

/** Returns the index of the first unpaired wide closing bracket, after which text
 * continues without a space; -1 if there is none. */
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
