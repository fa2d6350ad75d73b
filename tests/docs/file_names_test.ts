/** That comments and documents name source files that exist. */

import { assertEquals } from "@std/assert";
import { basename, join } from "node:path/posix";

/** Every source file and document of the repository. */
function filesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isOurs = !entry.name.startsWith(".") &&
      !["node_modules", "dist", "data"].includes(entry.name);
    if (!isOurs) return [];
    if (entry.isDirectory) return filesIn(path);
    return /\.(ts|tsx|md)$/.test(entry.name) ? [path] : [];
  });
}

/** What people read in a file: all of a document, the comments of a source. */
function proseOf(path: string): string {
  const text = Deno.readTextFileSync(path);
  if (path.endsWith(".md")) return text;
  return text.match(/\/\*[^]*?\*\/|(^|\s)\/\/.*/g)?.join("\n") ?? "";
}

Deno.test("every source file that comments and documents name exists", () => {
  const files = filesIn(".");
  const names = new Set(files.map((path) => basename(path)));
  const wrong = files.flatMap((path) =>
    Array.from(
      proseOf(path).matchAll(/(?<![\w./@:-])([\w-]+\/)*[\w-]+\.tsx?\b(?!\()/g),
      ([name]) => name,
    ).filter((name) =>
      name.includes("/")
        ? !files.some((file) => file.endsWith(name))
        : !names.has(name)
    ).map((name) => `${path} names ${name}`)
  );
  assertEquals(wrong, []);
});
