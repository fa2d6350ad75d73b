/**
 * The install without a registry, as docs/operating.md has it: what was fetched
 * and built in one folder runs in another one that reaches nobody.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { blocks, readDocument, section } from "../../docs/markdown.ts";
import { run } from "../../helpers/programs/run.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { copySources } from "../sources.ts";

const [fetching, starting] = blocks(
  section(readDocument("docs/operating.md"), "Without a registry"),
);

/** Runs commands as they stand in the docs. */
function shell(code = "", cwd: string, env: Record<string, string> = {}) {
  return run(["bash", "-ec", code], { cwd, env });
}

/** A proxy that nobody is behind. */
const CUT_OFF = { HTTPS_PROXY: "http://127.0.0.1:1" };

Deno.test("the offline install of docs/operating.md starts on a machine without a registry", async (t) => {
  using place = new TempFolder();
  const [here, there] = ["here", "there"].map((name) => place.file(name));
  Deno.mkdirSync(here ?? "");
  copySources({ file: (name) => `${here}/${name}` });
  const fetched = await shell(fetching?.code, here ?? "");
  const unreachable = /error sending request|dns error/i.test(fetched.stderr);
  await t.step({
    name: unreachable ? "not run: this machine reaches no registry" : "starts",
    ignore: unreachable,
    async fn() {
      assertEquals(fetched.code, 0, fetched.stderr);
      Deno.renameSync(here ?? "", there ?? "");
      // Built here, and from what is in the folder alone if it has to be.
      Deno.removeSync(`${there}/static/dist`, { recursive: true });
      const child = new Deno.Command("bash", {
        args: [
          "-ec",
          `exec ${starting?.code.replace(/^(\S+) /, "env $1 ")} --port 0`,
        ],
        cwd: there ?? "",
        env: { ...CUT_OFF, NO_COLOR: "1" },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const errors = new Response(child.stderr).text();
      const lines = child.stdout.pipeThrough(new TextDecoderStream());
      let said = "";
      for await (const part of lines) {
        said += part;
        if (said.includes("\n")) break;
      }
      assertMatch(said, /^Hubbub is listening on /, said || await errors);
      child.kill("SIGTERM");
      await child.status;
      assert(!/Download/.test(await errors));
    },
  });
});
