/** docs/dependencies.md names what is imported, and nothing is imported without
 * an exact version. */

import { assert, assertEquals } from "@std/assert";
import { readDocument, section, tables } from "./markdown.ts";

/** Of each imported package, such as `npm:jose@6.2.17`, its name. */
function packages(path: string): string[] {
  const { imports } = JSON.parse(readDocument(path)) as {
    imports: Record<string, string>;
  };
  return Object.values(imports).map((specifier) => {
    const [, name] = /^npm:((?:@[\w-]+\/)?[\w.-]+)@\d+\.\d+\.\d+(?:\/|$)/
      .exec(specifier) ?? [];
    assert(name !== undefined, `${specifier} has no exact version`);
    return name;
  });
}

Deno.test("docs/dependencies.md has a row for each dependency, and no other", () => {
  const document = readDocument("docs/dependencies.md");
  const rows = ["In the server", "In the pages", "In tests and tools"]
    .flatMap((heading) => tables(section(document, heading)))
    .flatMap(({ rows }) => rows);
  const named = rows.map(([cell = ""]) =>
    [...cell.matchAll(/`([^`…]+)`/g)].at(-1)?.[1]
  );
  const used = ["deno.json", "static/deno.json"].flatMap(packages);
  assertEquals(named.toSorted(), [...new Set(used)].toSorted());
  for (const row of rows) assert(row.every((cell) => cell !== ""), row[0]);
});
