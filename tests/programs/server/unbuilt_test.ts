/** The program from a fresh clone, where nothing was built. */

import { assert, assertStringIncludes } from "@std/assert";
import { Program, startCommand } from "../../helpers/programs/program.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { copySources } from "../sources.ts";

Deno.test("deno run -A main.ts builds the pages; with fewer permissions, they name the command to run", async () => {
  using clone = new TempFolder();
  copySources(clone);
  const start = async (run: readonly string[]) =>
    await Program.start({
      cwd: clone.path,
      command: [
        Deno.execPath(),
        ...run,
        "--port",
        "0",
        "--store",
        "memory:",
      ],
    });
  const get = async ({ url }: Program, path: string) => {
    const response = await fetch(new URL(path, url));
    return { status: response.status, text: await response.text() };
  };
  {
    await using narrow = await start(startCommand("data"));
    assertStringIncludes((await get(narrow, "/")).text, "deno task build");
    assertStringIncludes((await get(narrow, "/lab")).text, "deno task build");
    const { stderr } = await narrow.stop();
    assertStringIncludes(stderr, "the pages are not built");
  }
  await using all = await start(["run", "-A", "main.ts"]);
  assert((await get(all, "/assets/chat.js")).status === 200);
  assertStringIncludes((await get(all, "/")).text, "assets/chat.js");
});
