/**
 * Detects names that look alike (UTS #39, confusables). Tracks the names in
 * use; `nameKey()` decides whether two names are the same.
 */

import { createHash } from "node:crypto";
import TABLE from "unhomoglyph/data.json" with { type: "json" };
import { normalized } from "../../protocol/bounds.ts";
import { MAX_NAME, nameKey, SERVER_NAME } from "../../protocol/names.ts";
import { withoutRedundantMarks } from "../../protocol/redundant_marks.ts";

/** Bars, which look like `l` and `I`; the table has some for the stroke of
 * Han. */
const BARS =
  /[\u0964\u23B8\u23B9\u23D0\u2502\u2503\u258F\u2595\u2758-\u275A\u4E28\uA7FE\u{1D100}\u{1FB70}-\u{1FB75}]/gu;
/** Small capitals, which look like letters of the other size. */
const SMALL_CAPITALS = new Map(
  Object.entries({
    ...{ ᴀ: "a", ʙ: "b", ᴄ: "c", ᴅ: "d", ᴇ: "e", ꜰ: "f", ɢ: "g", ʜ: "h" },
    ...{ ɪ: "i", ᴊ: "j", ᴋ: "k", ʟ: "l", ᴍ: "m", ɴ: "n", ᴏ: "o", ᴘ: "p" },
    ...{ ꞯ: "q", ʀ: "r", ꜱ: "s", ᴛ: "t", ᴜ: "u", ᴠ: "v", ᴡ: "w", ʏ: "y" },
    ...{ ᴢ: "z", ᴁ: "æ", ɶ: "œ" },
  }),
);
/** Pairs that the table lacks. */
const MORE: Readonly<Record<string, string>> = { "リ": "り" };
/** Unicode's confusables.txt: characters, and what they look like; but `m` stays
 * what it is, since a reader can tell it from `rn`. */
const LOOKS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...TABLE as Readonly<Record<string, string>>, ...MORE })
    .filter(([letter]) => letter !== "m")
    .map(([letter, look]) => [letter, look.replaceAll("rn", "m")]),
);
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;
/** `İ` looks like `i`, and as its bar looks like `l`, that one with a dot. */
const DOTTED_BAR = /l(\p{M}*?)\u0307/gu;
/** Some letters of the table are composed ones, and some lead to others: they are
 * looked up again. */
const FORMS = ["NFC", "NFC", "NFD"] as const;
/** Normalizing makes the longest name 18 times as long, and then no longer. */
const MOST = 18 * MAX_NAME;
// deno-lint-ignore no-control-regex -- all of ASCII, as it is
const ASCII = /^[\x00-\x7F]*$/;
/** Those of {@linkcode LOOKS}: most names need no more. */
const ASCII_LOOKS = new Map(
  [...LOOKS.keys()].filter((letter) => ASCII.test(letter))
    .map((letter) => [letter, foldLooks(letter)]),
);

/**
 * Returns what a text looks like (UTS #39, 4, `skeleton()`): two texts with the
 * same look are confusable. Case is kept, since case is part of the look.
 *
 * @param text A valid name of a person or a room.
 * @returns Only for comparing.
 */
export function lookOf(text: string): string {
  if (!ASCII.test(text)) return foldLooks(text.replace(IGNORED, ""));
  return text.replace(
    /[^a-zA-HJ-Z ]/g,
    (sign) => ASCII_LOOKS.get(sign) ?? sign,
  );
}

function foldLooks(text: string): string {
  let look = text;
  for (const form of FORMS) {
    look = Array.from(
      normalized(look, form, MOST) ?? look,
      (letter) => LOOKS.get(letter) ?? letter,
    ).join("").replace(BARS, "l");
  }
  look = (normalized(look, "NFD", MOST) ?? look)
    .replace(DOTTED_BAR, "i$1");
  return withoutRedundantMarks(look);
}

/**
 * Returns a text and what it is with letters in place of small capitals, which
 * have looks of their own in Unicode's table.
 *
 * @param text A valid name of a person or a room.
 * @returns One text or two.
 */
export function withSmallCapitalsRead(text: string): readonly string[] {
  if (ASCII.test(text)) return [text];
  const read = Array.from(
    text,
    (letter) => SMALL_CAPITALS.get(letter) ?? letter,
  ).join("");
  return read === text ? [text] : [text, read];
}

/**
 * Returns all looks of a name: names are compared in any case, so each way to
 * write one that people use is taken with it. To fold the case of a look instead
 * would make `Ali` and `All` one name, since `I` looks like `l`.
 *
 * @param name A valid name.
 */
export function looksOf(name: string): ReadonlySet<string> {
  return new Set(
    withSmallCapitalsRead(name).flatMap((read) =>
      [...spellings(read)].map(lookOf)
    ),
  );
}

/** Longest look that is a key itself, in UTF-16 code units. */
const MOST_LOOK = 64;
/** A name with a number, as nicknames.ts makes many of one name. */
const NUMBERED = /^(.*\S)( \d{1,15})$/s;
/** The looks of the last names without their numbers: each takes up to 2 ms. */
const recent = new Map<string, ReadonlySet<string>>();
const MOST_RECENT = 64;

/**
 * Returns what engines keep beside a name: two names look the same where they
 * have a key in common.
 *
 * @param name A valid name.
 * @returns Up to 12 strings of up to 64 characters, without line breaks; a hash
 * stands for a longer look.
 */
export function lookKeysOf(name: string): readonly string[] {
  const [, base = name, number = ""] = NUMBERED.exec(name) ?? [];
  let looks = recent.get(base);
  if (looks === undefined) {
    looks = looksOf(base);
    recent.set(base, looks);
    const [oldest] = recent.keys();
    if (recent.size > MOST_RECENT && oldest !== undefined) {
      recent.delete(oldest);
    }
  }
  return Array.from(looks, (look) => {
    const whole = look + lookOf(number);
    return whole.length <= MOST_LOOK
      ? whole
      : createHash("sha256").update(whole).digest("hex");
  });
}

/** The ways to write a name that people use. */
function spellings(name: string): ReadonlySet<string> {
  const lower = nameKey(name);
  const title = lower.replace(
    /(^|[^\p{L}\p{M}\p{N}])(\p{L})/gu,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  );
  return new Set([
    ...[name, name.toLowerCase(), name.toUpperCase()],
    ...[lower, lower.toUpperCase(), title],
  ]);
}

/** The names that are held, by what they look like. */
export class Lookalikes {
  /** By look, how often each name's key is held. */
  readonly #byLook = new Map<string, Map<string, number>>();

  constructor() {
    this.add(SERVER_NAME);
  }

  /** Adds a name that somebody holds. */
  add(name: string): void {
    const key = nameKey(name);
    for (const look of looksOf(name)) {
      const keys = this.#byLook.get(look) ?? new Map<string, number>();
      this.#byLook.set(look, keys);
      keys.set(key, (keys.get(key) ?? 0) + 1);
    }
  }

  /** Removes a name; called as often as {@linkcode add}. */
  delete(name: string): void {
    const key = nameKey(name);
    for (const look of looksOf(name)) {
      const keys = this.#byLook.get(look);
      const left = (keys?.get(key) ?? 0) - 1;
      if (left > 0) keys?.set(key, left);
      else keys?.delete(key);
      if (keys?.size === 0) this.#byLook.delete(look);
    }
  }

  /**
   * Tells whether a name looks like another one that is held.
   *
   * @param name A valid name.
   * @param own The name of the one who asks, if it has one: nobody is taken for
   * oneself.
   * @returns False when the name itself is held, which others find out.
   */
  has(name: string, own?: string): boolean {
    return this.keysLike(name, own).size > 0;
  }

  /** Returns the keys of the other held names that a name looks like; the
   * parameters are those of {@linkcode has}. */
  keysLike(name: string, own?: string): ReadonlySet<string> {
    const keys = [...looksOf(name)].flatMap((look) => [
      ...this.#byLook.get(look)?.keys() ?? [],
    ]);
    const others = new Set(keys);
    others.delete(nameKey(name));
    if (own !== undefined) others.delete(nameKey(own));
    return others;
  }
}
