/** What inputs are made of that cost some code more than their size. */

/** Repeated units, each expensive for careless code. */
export const UNITS: Readonly<Record<string, string>> = {
  letters: "a",
  words: "ab ",
  digits: "1",
  zeros: "0",
  "fractions": "0.",
  // Quadratic to normalize.
  "combining marks": "\u0315\u0300",
  "marks in order": "\u0300",
  "letters with marks": "e\u0323\u0301",
  // 18 times as long in NFKC.
  "NFKC expanders": "\uFDFA",
  "jamo": "\u1100\u1161\u11A8",
  "joiners": "\u200D",
  "emoji": "\u{1F469}\u200D",
  "lone surrogates": "\uD800",
  "opening brackets": "[",
  "opening braces": "{",
  "nested objects": '{"a":',
  "numeric keys": '"16777216":1,',
  "opening parentheses": "(",
  "closing parentheses": ")",
  "parentheses": "()",
  "spaces": " ",
  "tabs": "\t",
  "line breaks": "\n",
  "CRLF": "\r\n",
  "short lines": "1\n",
  "empty objects": "{}\n",
  "quotes": '"',
  "apostrophes": "'",
  "backslashes": "\\",
  "backticks": "`",
  "fences": "```\n",
  "commas": ",",
  "commas and spaces": " , ",
  "semicolons": "; ",
  "parameters": ";q=0",
  "dots": ".",
  "parent folders": "../",
  "slashes": "/",
  "colons": ":",
  "hyphens": "-",
  "stars": "*",
  "at signs": "@",
  "percent signs": "%",
  "escaped letters": "%61",
  "escaped marks": "%CC%95%CC%80",
  "queries": "&a=b",
  "links": "http://a ",
  "punycode": "xn--a",
  "names": "Ada ",
};

/** Those that have found most, for a short run. */
export const FEW: readonly string[] = [
  "combining marks",
  "NFKC expanders",
  "nested objects",
  "closing parentheses",
  "spaces",
  "short lines",
  "escaped marks",
];

/** Unit in which the size of a text is counted. */
export type Measure = "bytes" | "json" | "characters";

const encoder = new TextEncoder();

function sizeOf(text: string, measure: Measure): number {
  switch (measure) {
    case "characters":
      return text.length;
    case "bytes":
      return encoder.encode(text).length;
    case "json":
      return encoder.encode(JSON.stringify(text)).length - 2;
  }
}

/**
 * Repeats a unit.
 *
 * @param unit One of {@linkcode UNITS}.
 * @param size How much it may be in all; there is one unit at least.
 */
export function fill(unit: string, size: number, measure: Measure): string {
  return unit.repeat(Math.max(Math.floor(size / sizeOf(unit, measure)), 1));
}
