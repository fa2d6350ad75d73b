/**
 * Properties of how names are written and compared, over random words of what is
 * easily overlooked: it makes no difference to do it twice, and what looks the
 * same is the same name.
 */

import { assertEquals } from "@std/assert";
import { RandomInputs } from "../../fuzz/random_inputs.ts";
import { HubbubError } from "../../protocol/errors.ts";
import {
  checkName,
  checkOldName,
  checkRoom,
  nameKey,
} from "../../protocol/names.ts";
import { seeded } from "../../soak/random.ts";

const ROUNDS = 20_000;

/** What is composed, decomposed, folded, dropped or made one. */
const NASTY = [
  ..."aAbıİßſςΣσµÅﬃǅΐᾳ1²½Ⅷ¨´ⓐａﾡㄱㅏ한ㆎ",
  ..."\u0301\u0308\u0327\u0345\u0E33\u0F77\u093E\u3099ﾞ",
  ..."\u200C\u200D\uFE0E\uFE0F\u034F\u00AD\uFFFC\u2800\u3164\u115F\u{E0100}",
  ..." \u00A0\u2002\u3000\u1680\u202F\t\n",
  ...["\u200D ", " \u200D ", "\uFE0F", "\uFDFA", "👩‍💻", "❤️", "-", "."],
];

/** A small alphabet, so that many words look the same. */
const BLANKS = [..."aé ", "e\u0301", ..."\u200C\u200D\uFE0E\uFE0F\u00A0\u3000"];

function word(
  random: RandomInputs,
  alphabet: readonly string[],
  most: number,
): string {
  const length = 1 + random.below(most);
  return Array.from({ length }, () => random.pick(alphabet)).join("");
}

function taken(check: () => string): string | undefined {
  try {
    return check();
  } catch (error) {
    if (error instanceof HubbubError) return undefined;
    throw error;
  }
}

Deno.test("names and rooms are the same when they are checked twice", () => {
  const random = new RandomInputs(seeded(1));
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = word(random, NASTY, 8);
    const why = JSON.stringify(wanted);
    const key = nameKey(wanted);
    assertEquals(nameKey(key), key, why);
    for (const check of [checkName, checkOldName, checkRoom]) {
      const once = taken(() => check(wanted));
      if (once === undefined) continue;
      assertEquals(taken(() => check(once)), once, why);
    }
    const name = taken(() => checkOldName(wanted));
    if (name !== undefined) assertEquals(nameKey(name), key, why);
  }
});

Deno.test("two names that differ in joiners and blanks alone are one name", () => {
  const random = new RandomInputs(seeded(2));
  const keys = new Map<string, string>();
  let same = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = word(random, BLANKS, 7);
    const name = taken(() => checkName(wanted));
    if (name === undefined) continue;
    // What the last one shows, by a shorter way than the server's.
    const shown = name.replace(/\p{Default_Ignorable_Code_Point}/gu, "")
      .replace(/\p{Zs}+/gu, " ").trim().normalize("NFC");
    const key = nameKey(name);
    if (keys.has(shown)) same++;
    assertEquals(keys.get(shown) ?? key, key, JSON.stringify(wanted));
    keys.set(shown, key);
    assertEquals(nameKey(shown), key, JSON.stringify(wanted));
  }
  assertEquals([keys.size > 100, same > ROUNDS / 4], [true, true]);
});

for (
  const other of [
    "Ada \u200D Lovelace",
    "Ada \u200C Lovelace",
    "Ada \uFE0E Lovelace",
    "Ada \uFE0F Lovelace",
    "Ada\u200D  Lovelace",
    "Ada\u200D \u200D Lovelace",
    "\u200D Ada Lovelace",
    "Ada Lovelace \u200D",
    "Ada\u3000\u200D\u00A0Lovelace",
  ]
) {
  Deno.test(`${JSON.stringify(other)} is Ada Lovelace`, () => {
    assertEquals(nameKey(checkName(other)), nameKey("Ada Lovelace"));
  });
}
