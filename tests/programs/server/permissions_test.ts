/** That the server may do what it needs, and that the rest is refused. */

import { assertEquals } from "@std/assert";
import { startCommand } from "../../helpers/programs/program.ts";
import { run } from "../../helpers/programs/run.ts";
import { TempFolder } from "../../helpers/temp.ts";

/** What it needs; everything else that the probe tries is to be refused. */
const NEEDED = [
  "write in the data folder",
  "read in the data folder",
  "read the pages",
  "read an own variable",
  "listen",
];

Deno.test("deno task start has only the permissions it needs", async () => {
  using folder = new TempFolder();
  const [program, ...flags] = startCommand(folder.path).toReversed();
  assertEquals(program, "main.ts");
  const { code, stdout, stderr } = await run([
    Deno.execPath(),
    ...flags.toReversed(),
    "tests/programs/server/permission_probe.ts",
    folder.path,
  ]);
  assertEquals(code, 0, stderr);
  const results: Record<string, string> = JSON.parse(stdout);
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
