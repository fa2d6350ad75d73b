import { assert, assertEquals } from "@std/assert";
import { checkName } from "../../../protocol/names.ts";
import { nickname, numbered } from "../../../server/fleet/nicknames.ts";

Deno.test("nickname() is readable and a valid name, whatever the dice say", () => {
  const dice = [0, 0.25, 0.5, 0.999999];
  for (const roll of dice) {
    const name = nickname(() => false, () => roll);
    assertEquals(checkName(name), name);
    assertEquals(name.split(" ").length, 2);
  }
});

Deno.test("nickname() returns a free name, also with constant randomness", () => {
  const taken = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const name = nickname((name) => taken.has(name), () => 0.5);
    assert(!taken.has(name));
    assertEquals(checkName(name), name);
    taken.add(name);
  }
});

Deno.test("numbered() takes the smallest free number from 2 to 9", () => {
  const taken = new Set(["Ada", "Ada 2", "Ada 3", "Ada 5"]);
  assertEquals(numbered("Ada", (name) => taken.has(name), () => 0), "Ada 4");
});

for (
  const name of [
    "x".repeat(32),
    "👩‍💻".repeat(10),
    "Ada Lovelace of Ockham Park, x 9",
  ]
) {
  Deno.test(`numbered() of "${name}" is still a valid name`, () => {
    const free = numbered(name, () => false, () => 0);
    assertEquals(checkName(free), free);
    assert(free.endsWith(" 2"));
  });
}

/** Random numbers that are the same in each run of the tests. */
function dice(): () => number {
  let seed = 7;
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}

/** Names with these numbers. */
function guests(...numbers: number[]): Set<string> {
  return new Set(["Guest", ...numbers.map((n) => `Guest ${n}`)]);
}

function upTo(last: number): number[] {
  return Array.from({ length: last - 1 }, (_, index) => index + 2);
}

Deno.test("numbered() looks at a few names, however many have such ones, and whichever gaps they leave", () => {
  const random = dice();
  for (
    const taken of [
      guests(...upTo(99)),
      guests(...upTo(10_000)),
      // Gaps where who counts on would find them last, or never look.
      guests(...upTo(20_000).filter((n) => n !== 19_999)),
      guests(...upTo(2 ** 15).filter((n) => (n & (n - 1)) !== 0)),
      guests(...upTo(9), ...upTo(9_999).map((n) => 90_000 + n)),
    ]
  ) {
    let most = 0;
    for (let times = 0; times < 300; times++) {
      let looks = 0;
      const name = numbered("Guest", (name) => {
        looks++;
        return taken.has(name);
      }, random);
      assert(!taken.has(name));
      most = Math.max(most, looks);
    }
    assert(most <= 30, `${most} looks among ${taken.size}`);
  }
});

Deno.test("4,000 requests for one name cost the last no more than the first", () => {
  const random = dice();
  const taken = new Set<string>();
  let looks = 0;
  const isTaken = (name: string) => {
    looks++;
    return taken.has(name);
  };
  const costs: number[] = [];
  for (let n = 0; n < 4_000; n++) {
    looks = 0;
    const name = isTaken("Guest")
      ? numbered("Guest", isTaken, random)
      : "Guest";
    taken.add(name);
    costs.push(looks);
  }
  assertEquals(taken.size, 4_000);
  assert(Math.max(...costs) <= 30, `${Math.max(...costs)} looks`);
});
