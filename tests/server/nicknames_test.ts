import { assert, assertEquals } from "@std/assert";
import { checkName } from "../../protocol/names.ts";
import { nickname, numbered } from "../../server/nicknames.ts";

Deno.test("nickname() is readable and a valid name, whatever the dice say", () => {
  const dice = [0, 0.25, 0.5, 0.999999];
  for (const roll of dice) {
    const name = nickname(() => false, () => roll);
    assertEquals(checkName(name), name);
    assertEquals(name.split(" ").length, 2);
  }
});

Deno.test("nickname() gives one nobody has, also when the dice never change", () => {
  const taken = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const name = nickname((name) => taken.has(name), () => 0.5);
    assert(!taken.has(name));
    assertEquals(checkName(name), name);
    taken.add(name);
  }
});

Deno.test("numbered() takes the smallest free number from 2", () => {
  const taken = new Set(["Ada", "Ada 2", "Ada 3", "Ada 5"]);
  assertEquals(numbered("Ada", (name) => taken.has(name)), "Ada 4");
});

for (
  const name of [
    "x".repeat(32),
    "👩‍💻".repeat(10),
    "Ada Lovelace of Ockham Park, x 9",
  ]
) {
  Deno.test(`numbered() of "${name}" is still a valid name`, () => {
    const free = numbered(name, () => false);
    assertEquals(checkName(free), free);
    assert(free.endsWith(" 2"));
  });
}
