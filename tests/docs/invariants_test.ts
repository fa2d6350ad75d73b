/** Each promise of docs/invariants.md is held by tests of its number. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readDocument, section } from "./markdown.ts";

/** The sources of all tests. */
function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield Deno.readTextFileSync(path);
  }
}

/** How many tests have a promise's number in their names. */
function held(): Map<number, number> {
  const counts = new Map<number, number>();
  for (const source of sources("tests")) {
    for (const [, number] of source.matchAll(/["'`]promise (\d+): /g)) {
      counts.set(Number(number), (counts.get(Number(number)) ?? 0) + 1);
    }
  }
  return counts;
}

/** The numbers of the promises. */
function promised(): number[] {
  const promises = section(readDocument("docs/invariants.md"), "Promises");
  return Array.from(
    promises.matchAll(/^(\d+)\. \*\*/gm),
    ([, number]) => Number(number),
  );
}

Deno.test("docs/invariants.md numbers its promises, and tests hold each", () => {
  const numbers = promised();
  assertEquals(numbers, [...new Set(numbers)].sort((a, b) => a - b));
  assert(numbers.length >= 9);
  const counts = held();
  for (const number of numbers) {
    assert((counts.get(number) ?? 0) > 0, `Nothing tests promise ${number}`);
  }
});

Deno.test("every promise that a test names is one of docs/invariants.md", () => {
  const numbers = promised();
  for (const number of held().keys()) assert(numbers.includes(number));
});
