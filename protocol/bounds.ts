/**
 * Size limits of input, checked before any other work. The only access to
 * Unicode normalization and JSON parsing, which are slow for some short texts.
 */

import { HubbubError } from "./errors.ts";

/** Most UTF-16 units of a typed character: a letter with separate marks, or an
 * emoji of several joined ones. */
const UNITS_A_CHARACTER = 8;

/** Most values of an object, nested ones included: far more than any request
 * has. */
const MOST_VALUES = 1000;

/**
 * Returns whether a text is too long, whatever characters it has. Takes
 * constant time.
 *
 * @param raw Any text.
 * @param most Most characters.
 */
export function isOverlong(raw: string, most: number): boolean {
  return raw.length > most * UNITS_A_CHARACTER;
}

/**
 * Normalizes a short text (Unicode Standard Annex 15). `normalize()` takes
 * quadratic time on a run of combining marks, and NFKC makes some characters
 * 18 times as long.
 *
 * @param raw Any text.
 * @param form `NFC`, `NFD`, `NFKC` or `NFKD`.
 * @param most Most characters.
 * @returns The normalized text; undefined when {@linkcode isOverlong}.
 */
export function normalized(
  raw: string,
  form: "NFC" | "NFD" | "NFKC" | "NFKD",
  most: number,
): string | undefined {
  return isOverlong(raw, most) ? undefined : raw.normalize(form);
}

/**
 * Checks that a string has no unpaired surrogate. JSON can carry one as an
 * escape (`"\ud83d"`), but UTF-8 and thus the stores cannot (RFC 7493, 2.1).
 *
 * @param field The field it was sent in, for the error message.
 * @param value Any string.
 * @returns The same.
 * @throws {HubbubError} `bad_field`.
 */
export function checkWhole(field: string, value: string): string {
  if (value.isWellFormed()) return value;
  throw new HubbubError("bad_field", {
    message: `Field "${field}" has half of a character (an unpaired ` +
      "surrogate, such as \\ud83d alone). Send whole characters",
  });
}

/**
 * Parses a JSON object. `JSON.parse` takes 0.2 s for a megabyte of brackets and
 * 0.1 s for as many numeric field names, so this counts the values first.
 *
 * @param json Any text.
 * @param wrong The error message when it is no object; by default that of
 * `bad_json`.
 * @throws {HubbubError} `bad_json` when it is no object or has more than 1,000
 * values.
 */
export function parseObject(
  json: string,
  wrong?: string,
): Record<string, unknown> {
  if (json.length > MOST_VALUES && hasTooMany(json)) {
    throw new HubbubError("bad_json", {
      message: `This JSON has more than ${MOST_VALUES} values. ` +
        "Send an object with the fields that are needed",
    });
  }
  const value = parse(json);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new HubbubError("bad_json", wrong ? { message: wrong } : {});
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `[`, `{` and `,`: about one for each value. */
const BEFORE_A_VALUE: ReadonlySet<number> = new Set([0x5b, 0x7b, 0x2c]);

/** Returns whether a text has more values than an object may have. */
function hasTooMany(json: string): boolean {
  let values = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (quoted) {
      if (unit === BACKSLASH) at++;
      else if (unit === QUOTE) quoted = false;
    } else if (unit === QUOTE) quoted = true;
    else if (BEFORE_A_VALUE.has(unit) && ++values > MOST_VALUES) return true;
  }
  return false;
}

/**
 * Returns whether a text has too many lines. Stops reading as soon as it knows.
 *
 * @param text Any text; a line break at its end starts no line.
 * @param most Most lines, from 1.
 */
export function hasMoreLines(text: string, most: number): boolean {
  let at = -1;
  for (let lines = 0; lines < most; lines++) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return false;
  }
  return at < text.length - 1;
}

/**
 * Yields the lines of a text, without blank ones.
 *
 * @param text Any text; each line is copied only when it is requested.
 */
export function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end < 0 ? text.length : end);
    if (line.trim() !== "") yield line;
    if (end < 0) return;
    start = end + 1;
  }
}
