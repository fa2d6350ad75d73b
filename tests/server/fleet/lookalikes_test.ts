/**
 * Property: of two names that Unicode's confusables say look the same, the
 * second is refused while the first is held, in whatever case it is written.
 */

import TABLE from "unhomoglyph/data.json" with { type: "json" };
import { assert, assertEquals } from "@std/assert";
import { checkName, nameKey } from "../../../protocol/names.ts";
import {
  Lookalikes,
  lookKeysOf,
  lookOf,
  looksOf,
} from "../../../server/fleet/lookalikes.ts";
import { RandomInputs } from "../../../fuzz/random_inputs.ts";
import { seeded } from "../../../soak/random.ts";

/** But that a reader can tell `m` from `rn`. */
const PAIRS = Object.entries(TABLE as Readonly<Record<string, string>>)
  .filter(([letter]) => letter !== "m")
  .map(([letter, look]) => [letter, look.replaceAll("rn", "m")] as const);

Error.stackTraceLimit = 0;

/** Whether the server lets somebody have it, as it is written. */
function isName(wanted: string): boolean {
  try {
    return checkName(wanted) === wanted;
  } catch {
    return false;
  }
}

function collides(held: string, wanted: string): boolean {
  const lookalikes = new Lookalikes();
  lookalikes.add(held);
  return nameKey(held) === nameKey(wanted) || lookalikes.has(wanted);
}

Deno.test("promise 6: refuses the second of each pair of confusable names", () => {
  const wrong: string[] = [];
  let tried = 0;
  for (const [letter, look] of PAIRS) {
    for (const around of ["", "o", "Z "]) {
      const [one, other] = [around + letter + around, around + look + around]
        .map((name) => name.trim());
      if (one === undefined || other === undefined) continue;
      if (!isName(one) || !isName(other)) continue;
      tried++;
      if (!collides(one, other) || !collides(other, one)) {
        wrong.push(`${one} ${other}`);
      }
    }
  }
  assertEquals(wrong, []);
  assert(tried > 6_000, `${tried} pairs`);
});

Deno.test("promise 6: names that differ only in case are confusable", () => {
  const wrong: string[] = [];
  for (const [letter, look] of PAIRS) {
    if (!isName(letter) || !isName(look)) continue;
    for (const other of [letter.toLowerCase(), letter.toUpperCase()]) {
      if (other.toLowerCase() !== letter.toLowerCase()) continue;
      if (!collides(other, look) || !collides(look, other)) {
        wrong.push(`${other} ${look}`);
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("looks do not depend on how a name is composed, and are looks of looks", () => {
  for (const [letter, look] of PAIRS) {
    for (const text of [letter, look, `x${letter}\u0301`]) {
      assertEquals(
        lookOf(text.normalize("NFD")),
        lookOf(text.normalize("NFC")),
      );
    }
    const once = lookOf(letter);
    assertEquals(lookOf(once), once);
  }
});

Deno.test("promise 6: lookKeysOf() compares names as their looks do, with a number and without", () => {
  const random = new RandomInputs(seeded(7));
  const letters = PAIRS.map(([letter]) => letter);
  const more = [
    " ",
    "\u0301",
    "\u0307",
    "\u034F",
    "1",
    "0",
    "ß",
    "ﷺ",
    "ǅ",
    "한",
  ];
  const part = () =>
    random.pick(random.below(3) === 0 ? more : [...letters, "I", "l", "o"]);
  let long = 0;
  for (let round = 0; round < 600; round++) {
    const base = Array.from({ length: 1 + random.below(28) }, part).join("");
    const number = random.pick(["", " 2", " 10", " 471", " 2 3", " x"]);
    const name = `${base.trim()}${number}`;
    // No name consists of what draws nothing.
    if (!/[\p{L}\p{N}]/u.test(base)) continue;
    const looks = [...looksOf(name)];
    const keys = lookKeysOf(name);
    assertEquals(keys.length, looks.length, JSON.stringify(name));
    for (const look of looks) {
      if (look.length > 64) long++;
      else assert(keys.includes(look), JSON.stringify(name));
    }
    assert(keys.every((key) => key.length <= 64 && !key.includes("\n")));
    assert(keys.length <= 12);
    assertEquals(lookKeysOf(name), keys);
  }
  assert(long > 0);
  // A hash stands for a whole look, with its number.
  const ligatures = "ﷺ".repeat(20);
  const [one, two, again] = ["", " 2", " 2"].map((number) =>
    lookKeysOf(ligatures + number)
  );
  assertEquals(two, again);
  assert(one?.[0] !== two?.[0]);
});

for (
  const [one, other] of [
    // Capital I, palochka, l, 1 and |.
    ...[["KIM", "КІМ"], ["Kim", "КІМ"], ["NINA", "ΝΙΝΑ"], ["MIA", "МІА"]],
    ...[["TIM", "ТІМ"], ["I", "Ӏ"], ["l", "Ӏ"], ["Bill", "BiII"], ["Al", "AI"]],
    ...[["user1", "userl"], ["A|", "AI"], ["Ada 1", "Ada І"], ["B0B", "Bob"]],
    // Accents, however they are composed.
    ...[["Joë", "Јоё"], ["Zoé", "Ζοέ"], ["Noé", "Νοέ"], ["Aïcha", "Аїсһа"]],
    ...[["Ève", "Ѐѵе"], ["Ö", "Ӧ"], ["Paë", "Раё"], ["José", "Јоѕе\u0301"]],
    ...[["Åsa", "А\u030aѕа"], ["Ç", "Ҫ"], ["Äö", "Ӓӧ"]],
    // Kana and Han.
    ...[["カナ", "力ナ"], ["へへ", "ヘヘ"], ["べり", "ベリ"], ["エリ", "工リ"]],
    ...[["ニ", "二"], ["ハ", "八"], ["タ", "夕"], ["ロ", "口"], ["ー", "一"]],
    // Letters of other alphabets for Latin ones, and for each other's.
    ...[["Capa", "Сара"], ["oo", "οο"], ["КОТ", "ΚΟΤ"], ["Server", "ꓢꓰꓣꓦꓰꓣ"]],
    // Dots on dots, stretched joins, bars and small capitals.
    ...[["Tim", "Ti\u0307m"], ["Tim", "T\u0131\u0307m"], ["Jo", "J\u0307o"]],
    ...[["Ні", "Н\u0456\u0307"], ["TIM", "TİM"], ["jo", "\u0237\u0307o"]],
    ...[["Tịm", "Tị\u0307m"], ["حسن", "حسـن"], ["حسن", "حســن"]],
    ...[["Bill", "Bi⏐⏐"], ["Bill", "Bi❘❘"], ["Al", "A丨"], ["Al", "A│"]],
    ...[["Ada", "ᴀᴅᴀ"], ["Kim", "ᴋɪᴍ"], ["Kim", "Kɪᴍ"], ["Max", "ᴍᴀx"]],
    ...[["Server", "ꜱᴇʀᴠᴇʀ"], ["Ace", "Aᴄe"], ["Pope", "РОРЕ"], [
      "pope",
      "Роре",
    ], ["Ada.x", "Ada\u2024x"]],
  ]
) {
  Deno.test(`promise 6: "${one}" and "${other}" are not held at once`, () => {
    if (one === undefined || other === undefined) throw new Error("No pair");
    const [a, b] = [
      checkName(one === "Server" ? "Ada" : one),
      checkName(other),
    ];
    if (one === "Server") return assert(new Lookalikes().has(b));
    assert(collides(a, b) && collides(b, a));
  });
}

for (
  const [one, other] of [
    ...[["Arnie", "Amie"], ["Ali", "All"], ["Lia", "Ila"], ["Ö", "O"]],
    ...[["Bob", "Rob"], ["Анна", "Инна"], ["カナ", "カヤ"], ["Ada 2", "Ada 3"]],
    ...[["Eli", "Ell"], ["Mila", "Milla"], ["Zoé", "Zoe"]],
  ]
) {
  Deno.test(`"${one}" and "${other}" are held at once`, () => {
    if (one === undefined || other === undefined) throw new Error("No pair");
    assert(!collides(one, other) && !collides(other, one));
  });
}

Deno.test("a released name is free again, and a user's own name does not conflict", () => {
  const lookalikes = new Lookalikes();
  lookalikes.add("KIM");
  lookalikes.add("Kim");
  assertEquals(lookalikes.has("КІМ", "kim"), false);
  lookalikes.delete("Kim");
  assert(lookalikes.has("КІМ"));
  lookalikes.delete("KIM");
  assertEquals(lookalikes.has("КІМ"), false);
});

Deno.test("promise 6: a dot or a mark that a letter has already makes no other name", () => {
  const wrong: string[] = [];
  let tried = 0;
  const differ = (one: string, other: string) => {
    if (!isName(one)) return;
    tried++;
    // A second mark is refused, or the names collide.
    if (!isName(other)) return;
    if (!collides(one, other) || !collides(other, one)) {
      wrong.push(`${one} ${other}`);
    }
  };
  for (let point = 0x20; point < 0x20000; point++) {
    const sign = String.fromCodePoint(point);
    if (/\p{Soft_Dotted}/u.test(sign)) {
      differ(`o${sign}o`, `o${sign}\u0307o`);
      differ(`o${sign}\u0323o`, `o${sign}\u0323\u0307o`);
    }
    if (!/\p{M}/u.test(sign)) continue;
    for (const letter of ["o", "д", "د", "ד", "द", "ท", "ა", "က"]) {
      differ(`${letter}${sign}`, `${letter}${sign}${sign}`);
    }
  }
  assertEquals(wrong, []);
  assert(tried > 500, `${tried} pairs`);
});
