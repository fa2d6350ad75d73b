/** Tests that SECURITY.md names existing tests, and each threat once. */

import { assert, assertEquals } from "@std/assert";
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
const threats = tables(
  section(readDocument("SECURITY.md"), "Threats and defences"),
).flatMap(({ rows }) => rows);

for (const [attacker, attempt, defence = "", shown = ""] of threats) {
  Deno.test(`SECURITY.md: there are tests against: ${attacker}, ${attempt}`, () => {
    assert(defence !== "");
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

Deno.test("SECURITY.md lists each threat once", () => {
  const attempts = threats.map(([, attempt]) => attempt);
  assert(attempts.length > 80);
  assertEquals(new Set(attempts).size, attempts.length);
});
