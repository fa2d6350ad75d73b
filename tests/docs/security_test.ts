/** That SECURITY.md names tests that there are. */

import { assert } from "@std/assert";
import { join } from "node:path";
import { codes, readDocument, section, tables } from "./markdown.ts";

/** The sources of all tests, of the contracts of adapters too. */
function sources(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory)).flatMap(
    ({ name, isDirectory }) => {
      const path = join(directory, name);
      if (isDirectory) return sources(path);
      return name.endsWith(".ts") ? [Deno.readTextFileSync(path)] : [];
    },
  );
}

const tests = sources("tests");
const [threats] = tables(
  section(
    readDocument("SECURITY.md"),
    "What could be done, and what stops it",
  ),
);

for (const [who, what, stopped, shown = ""] of threats?.rows ?? []) {
  Deno.test(`SECURITY.md: a test shows what stops ${who} to ${what}`, () => {
    assert((stopped ?? "") !== "");
    const names = codes(shown);
    assert(names.length > 0);
    for (const name of names) {
      // In full, or up to where a part of the name is filled in.
      const starts = ['"', "`"].map((quote) => `${quote}${name}`);
      const found = tests.some((source) =>
        starts.some((start) => source.includes(start))
      );
      assert(found, `There is no test "${name}"`);
    }
  });
}

Deno.test("SECURITY.md has a table of threats", () => {
  assert((threats?.rows.length ?? 0) > 10);
});
