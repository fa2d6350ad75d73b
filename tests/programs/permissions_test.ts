/** That the server may do what it needs, and that the rest is refused. */

import { assertEquals } from "@std/assert";
import { startCommand } from "../helpers/program.ts";
import { TempFolder } from "../helpers/temp.ts";

/** What it needs; everything else that the probe tries is to be refused. */
const NEEDED = [
  "write in the data folder",
  "read in the data folder",
  "read the pages",
  "read an own variable",
  "listen",
];

Deno.test("deno task start may read, write, run and know nothing but what it needs", async () => {
  using folder = new TempFolder();
  const [program, ...flags] = startCommand(folder.path).toReversed();
  assertEquals(program, "main.ts");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...flags.toReversed(),
      "tests/programs/permission_probe.ts",
      folder.path,
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  const results: Record<string, string> = JSON.parse(decoder.decode(stdout));
  assertEquals(
    results,
    Object.fromEntries(
      Object.keys(results).map((name) => [
        name,
        NEEDED.includes(name) ? "done" : "refused",
      ]),
    ),
  );
  assertEquals(Object.keys(results).length > NEEDED.length, true);
});
