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

Deno.test("docs/invariants.md numbers its promises, and tests hold each", () => {
  const promises = section(readDocument("docs/invariants.md"), "Promises");
  const numbers = Array.from(
    promises.matchAll(/^(\d+)\. \*\*/gm),
    ([, number]) => Number(number),
  );
  assertEquals(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
  const counts = held();
  for (const number of numbers) {
    assert((counts.get(number) ?? 0) > 0, `Nothing tests promise ${number}`);
  }
});

Deno.test("every promise that a test names is one of docs/invariants.md", () => {
  for (const number of held().keys()) assert(number >= 1 && number <= 8);
});
