/**
 * Property: two names that dialect `text` and the terminal show alike are the
 * same name, so that nobody speaks as somebody else, and a command with the name
 * that is shown reaches its holder.
 */

import { assert, assertEquals } from "@std/assert";
import { RandomInputs } from "../../fuzz/random_inputs.ts";
import { HubbubError } from "../../protocol/errors.ts";
import { checkName, nameKey } from "../../protocol/names.ts";
import { nameInWords, shownName, text } from "../../protocol/text.ts";
import { seeded } from "../../soak/random.ts";

const ROUNDS = 30_000;

/** All brackets and quotation marks. */
const MARKS: readonly string[] = Array.from(
  { length: 0xFFFF },
  (_, point) => String.fromCodePoint(point),
).filter((sign) => /[\p{Ps}\p{Pe}\p{Pi}\p{Pf}"'`＂′″]/u.test(sign));
const SIGNS = [..."aAı \u00A0\u3000.-_/\u0307\u0308\u200D\uFE0F\u0640", "İ"];

function valid(wanted: string): string | undefined {
  try {
    return checkName(wanted);
  } catch (error) {
    if (error instanceof HubbubError) return undefined;
    throw error;
  }
}

/** The name that a command is about. */
function meant(command: string): string {
  const [decoded] = text.decode(command, { named: true });
  assert(decoded?.ok && decoded.request.type === "kick", command);
  return decoded.request.name;
}

Deno.test("promise 6: names that are shown alike are the same name", () => {
  const random = new RandomInputs(seeded(1));
  const keys = new Map<string, string>();
  let again = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = Array.from(
      { length: 1 + random.below(4) },
      () => random.oneIn(2) ? random.pick(MARKS) : random.pick(SIGNS),
    ).join("");
    const name = valid(wanted);
    if (name === undefined) continue;
    const key = nameKey(name);
    for (const shown of [`[${shownName(name)}]`, nameInWords(name)]) {
      if (keys.has(shown)) again++;
      assertEquals(keys.get(shown) ?? key, key, JSON.stringify([name, shown]));
      keys.set(shown, key);
    }
    const words = nameInWords(name);
    const quoted = words.startsWith('"') ? words : `"${words}"`;
    assertEquals(nameKey(meant(`/kick ${quoted}`)), key, quoted);
    assertEquals(nameKey(shownName(name)), key);
  }
  assert(again > 1_000, `${again}`);
});

for (
  const same of [
    ["Ada (ops)", "Ada [ops]", "Ada {ops}", "Ada ⟨ops⟩", "Ada 「ops」"],
    ['Jo "x"', "Jo 'x'", "Jo «x»", "Jo “x”"],
  ]
) {
  Deno.test(`promise 6: ${same.join(", ")} are one name`, () => {
    assertEquals(new Set(same.map(nameKey)).size, 1);
  });
}

Deno.test('promise 6: "Ada <ops>" is another name than "Ada (ops)", and shown so', () => {
  assert(nameKey("Ada <ops>") !== nameKey("Ada (ops)"));
  assert(shownName("Ada <ops>") !== shownName("Ada (ops)"));
});
