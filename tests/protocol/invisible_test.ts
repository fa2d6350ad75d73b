/**
 * Property: characters that draw nothing make no name, room or text, and make
 * none of them differ. All code points are tried.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { HubbubError } from "../../protocol/errors.ts";
import { checkName, checkRoom, nameKey } from "../../protocol/names.ts";
import { checkText } from "../../server/rooms/message_text.ts";

/** What has no glyph by a property of Unicode, besides blanks. */
const NO_GLYPH =
  /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]$/u;
/** What has an empty glyph, or none in most fonts, by its name alone. */
const EMPTY = new Set([
  ...[0x2800, 0x2D7F, 0x303F, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0x1107F],
  ...[0x13440, 0x13441, 0x13442, 0x16FE4, 0x1BC9D, 0x1D159],
  // Default-ignorable ones, named so that no other Unicode version decides.
  ...[0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0],
]);
/** What is drawn all the same: signs of Arabic, Syriac and Kaithi that enclose
 * numbers, and boxes for what a reader's fonts do not have. */
const DRAWN = /^[\p{Cf}\p{Co}\p{Cn}\p{Cs}]$/u;
const MARK = /^\p{M}$/u;
const BLANK = /^\p{Zs}$/u;
const JOINER = /^[\u200C\u200D\uFE0E\uFE0F]$/u;

/** All characters, but of planes of ideographs, private use or nothing only some
 * at either end. */
function* characters(): Generator<string> {
  for (let point = 0; point <= 0x10FFFF; point++) {
    yield String.fromCodePoint(point);
    const [plane, place] = [point >> 16, point & 0xFFFF];
    if (plane >= 2 && place === (plane === 14 ? 0xFFF : 0xF)) point |= 0xFFEF;
  }
}

function inUnicode(character: string): string {
  return `U+${character.codePointAt(0)?.toString(16)}`;
}

function isUnseen(character: string): boolean {
  return NO_GLYPH.test(character) || EMPTY.has(character.codePointAt(0) ?? 0);
}

// Most are refused, and stack traces take far longer than checks.
Error.stackTraceLimit = 0;

/** What comes of a check; undefined where it refuses. */
function taken(check: () => string): string | undefined {
  try {
    return check();
  } catch (error) {
    assert(error instanceof HubbubError);
    return undefined;
  }
}

Deno.test("invisible characters do not make a name or room distinct", () => {
  const wrong: string[] = [];
  for (const character of characters()) {
    if (!isUnseen(character)) continue;
    const word = `Z${character}z`;
    const name = taken(() => checkName(word));
    const allowed = name === undefined ||
      JOINER.test(character) && nameKey(name) === "zz";
    const room = taken(() => checkRoom(word));
    if (!allowed || !["zz", undefined].includes(room)) {
      wrong.push(inUnicode(character));
    }
  }
  assertEquals(wrong, []);
});

Deno.test("rejects a name or room of only invisible characters, blanks or combining marks", () => {
  const wrong: string[] = [];
  for (const character of characters()) {
    const nothing = isUnseen(character) || MARK.test(character) ||
      BLANK.test(character);
    if (!nothing) continue;
    const text = ` ${character}\u200D `;
    const name = taken(() => checkName(text));
    const room = taken(() => checkRoom(text));
    if (name !== undefined || room !== undefined) {
      wrong.push(inUnicode(character));
    }
  }
  assertEquals(wrong, []);
});

Deno.test("rejects a message text of only invisible characters", () => {
  const wrong: string[] = [];
  for (const character of characters()) {
    const nothing = EMPTY.has(character.codePointAt(0) ?? 0) ||
      BLANK.test(character) ||
      /^\p{Default_Ignorable_Code_Point}$/u.test(character) ||
      isUnseen(character) && !DRAWN.test(character);
    // Stored as U+FFFD, which is drawn.
    if (!nothing || character === "\0") continue;
    const text = taken(() => checkText(` ${character}\n${character}`, 10));
    if (text !== undefined) wrong.push(inUnicode(character));
  }
  assertEquals(wrong, []);
});

Deno.test("a text with at least one visible character is accepted", () => {
  for (
    const text of ["\u{1F469}\u200D\u{1F4BB}", "a\uFFFC", "\u0600", "\uE000"]
  ) {
    assertEquals(checkText(text, 10), text);
  }
});

Deno.test("every letter, number, punctuation mark and symbol but a few makes a name", () => {
  const refused = new Set<string>();
  for (const character of characters()) {
    if (!/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)) continue;
    if (EMPTY.has(character.codePointAt(0) ?? 0)) continue;
    if (taken(() => checkName(character)) === undefined) refused.add(character);
  }
  // Parts of Hangul syllables, commands' slashes, U+FFFD, and what only
  // stretches a word.
  const other = [...refused].filter((character) =>
    !/[\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7FB]/.test(character)
  );
  const stretches = [..."\u0640\u07FA\u0883\u0884\u0885\u180A"];
  assertEquals(
    other.toSorted(),
    ["/", "\uFF0F", "\uFFFD", ...stretches].toSorted(),
  );
});

for (
  const bad of [
    ...["Ada\uFFFC", "S\uFFFCerver", "Server\uFFFC", "\uFFFC", "Ada\u{16FE4}"],
    // Marks that are drawn behind letters of their own script alone.
    ...["Ada\u2D7F", "Ada\u1039", "Ada\u17D2", "A\u17D2da", "Ada\u{1DA9B}"],
    ...[
      "Ada\u{10A3F}",
      "Ada\u0F71",
      "7\u093E",
      "\u1000\u1039",
      "\u1780\u17D2 A",
    ],
    ...["\u1100da", "Ada\uFFFD"],
  ]
) {
  Deno.test(`checkName() refuses the unseen in ${JSON.stringify(bad)}`, () => {
    const error = assertThrows(() => checkName(bad), HubbubError);
    assertEquals(error.code, "bad_name");
  });
}

Deno.test("names with marks of their own script are taken", () => {
  for (
    const name of [
      ...[
        "ច័ន្ទ",
        "សុខ",
        "မန္တလေး",
        "ශ්‍රී",
        "ರ‍್ಕ",
        "क्षत्रिय",
        "ക്ഷ",
        "மு",
        "สมชัย 2",
        "བསྒྲུབས",
      ],
      ...[
        "𑄌𑄋𑄴𑄟𑄳𑄦",
        "שָׁלוֹם",
        "مُحَمَّد",
        "ދިވެހި",
        "ܐܳ",
        "が",
        "パ",
        "각",
        "Й",
        "Ă̱",
        "한 山",
      ],
    ]
  ) assertEquals(checkName(name), name.normalize("NFC"));
});
