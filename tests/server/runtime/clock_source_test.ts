/** Where time comes from: one file asks the machine what the date is. */

import { assertEquals } from "@std/assert";

/** May ask for the date. */
const MAY_ASK: ReadonlySet<string> = new Set([
  "server/runtime/clock.ts",
  // The default of what is passed in.
  "client/options.ts",
  // How long until a date that a connection's state names.
  "client/terminal/chat.ts",
  "client/terminal/filter.ts",
]);

function sourcesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return sourcesIn(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

Deno.test("only the clock modules read the system clock", () => {
  const sources = ["server", "client", "protocol"].flatMap(sourcesIn);
  const asking = [...sources, "main.ts"].filter((path) =>
    /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)/.test(Deno.readTextFileSync(path))
  );
  assertEquals(asking.filter((path) => !MAY_ASK.has(path)), []);
});
