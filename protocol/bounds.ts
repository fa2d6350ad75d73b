/**
 * Bounds on what comes from outside, asked before anything else is done with
 * it. Owns the only way to Unicode normalization and to JSON: both cost far
 * more than the length of some texts.
 */

import { HubbubError } from "./errors.ts";

/** UTF-16 units that a character may take as it is typed: a letter with its
 * marks apart, or a pictogram of several joined ones. */
const UNITS_A_CHARACTER = 8;

/** Values and fields that an object may have, nested ones too: many times what
 * any request has. */
const MOST_VALUES = 1000;

/**
 * Tells whether a text is longer than it can be, whatever it is made of. Costs
 * nothing, however long the text is.
 *
 * @param raw Anything.
 * @param most Characters that are allowed.
 */
export function isOverlong(raw: string, most: number): boolean {
  return raw.length > most * UNITS_A_CHARACTER;
}

/**
 * Normalizes a short text (Unicode Standard Annex 15). `normalize()` takes
 * quadratic time on a run of combining marks, and NFKC makes some characters
 * 18 times as long.
 *
 * @param raw Anything.
 * @param form `NFC`, `NFD` or `NFKC`.
 * @param most Characters that are allowed.
 * @returns The text, normalized; undefined where {@linkcode isOverlong} says
 * that it is too long.
 */
export function normalized(
  raw: string,
  form: "NFC" | "NFD" | "NFKC",
  most: number,
): string | undefined {
  return isOverlong(raw, most) ? undefined : raw.normalize(form);
}

/**
 * Parses JSON that has to be an object. A megabyte of brackets takes
 * `JSON.parse` 0.2 s, and as many fields with names that are numbers 0.1 s, so
 * the values are counted first.
 *
 * @param json Anything.
 * @param wrong What to say where it is no object; that of the code by default.
 * @throws {HubbubError} `bad_json` where it is none, or has more than 1,000
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
/** `[`, `{` and `,`: there are about as many values. */
const BEFORE_A_VALUE: ReadonlySet<number> = new Set([0x5b, 0x7b, 0x2c]);

/** Whether there are more values than an object may have. */
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
 * Tells whether a text has more lines than are allowed. Looks no further than
 * where it knows.
 *
 * @param text Anything; a line break at its end begins no further line.
 * @param most Lines, from 1.
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
 * The lines of a text one after the other, without those that are blank.
 *
 * @param text Anything; none of it is copied before it is asked for.
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
