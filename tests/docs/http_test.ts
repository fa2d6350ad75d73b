/**
 * What docs/http.md says is so: its commands are run as they stand there, one
 * after the other, and print what stands under them.
 */

import { assert, assertEquals } from "@std/assert";
import { PROBLEM_STATUS } from "../../server/http/api/problem.ts";
import { InProcessServer } from "../helpers/in_process.ts";
import { TempFolder } from "../helpers/temp.ts";
import { blocks, codes, readDocument, section, tables } from "./markdown.ts";

const document = readDocument("docs/http.md");
const ADDRESS = "http://127.0.0.1:8000";
/** What the document calls the log's epoch, and when all of it happened. */
const EPOCH = "0b5c9a3e-41d2";
const AT = 1767225600000;
const UNTIL = 1767229200000;

/** A command, and what it prints. */
interface Example {
  readonly command: string;
  readonly output: string;
}

function examples(): Example[] {
  const all = blocks(document);
  return all.flatMap(({ info, code }, index) =>
    info === "sh" ? { command: code, output: all[index + 1]?.code ?? "" } : []
  );
}

/** Whether there is a `curl` that knows `--json`. */
async function hasCurl(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("curl", {
      args: ["--help", "all"],
    }).output();
    return new TextDecoder().decode(stdout).includes("--json");
  } catch {
    return false;
  }
}

/**
 * Runs a command until it has printed as much as it should: a stream goes on,
 * and is ended then.
 */
async function run(
  command: string,
  { cwd, token, enough }: {
    cwd: string;
    token: string;
    enough: (output: string) => boolean;
  },
): Promise<string> {
  const child = new Deno.Command("bash", {
    args: ["-c", command],
    cwd,
    env: { TOKEN: token },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const streaming = command.startsWith("curl -N ");
  let output = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += part;
    if (streaming && enough(output)) break;
  }
  if (streaming) child.kill("SIGKILL");
  const { success } = await child.status;
  assert(success || streaming, `It fails: ${command}`);
  return output.trimEnd();
}

const curl = await hasCurl();

Deno.test({
  name: curl
    ? "docs/http.md's commands print what stands under them"
    : "docs/http.md's commands (there is no curl with --json)",
  ignore: !curl && Deno.env.get("CI") !== "true",
  async fn() {
    await using server = await InProcessServer.start();
    using folder = new TempFolder();
    let epoch = "";
    const all = examples();
    assert(all.length >= 10);
    for (const { command, output: wanted } of all) {
      /** What the server made up, in the document's words. */
      const translate = (output: string) => {
        epoch ||= /"epoch":"([^"]+)"/.exec(output)?.[1] ?? "";
        return (epoch === "" ? output : output.replaceAll(epoch, EPOCH))
          .replaceAll(/"at":\d{13}/g, `"at":${AT}`)
          .replaceAll(/"until":\d{13}/g, `"until":${UNTIL}`);
      };
      const output = await run(
        command.replaceAll(ADDRESS, server.url("").replace(/\/$/, ""))
          .replaceAll(EPOCH, epoch),
        {
          cwd: folder.path,
          token: server.operator.authorization.replace("Bearer ", ""),
          enough: (output) =>
            translate(output).trimEnd().length >= wanted.length,
        },
      );
      assertEquals(translate(output), wanted, command);
    }
    assertEquals(server.errors, []);
  },
});

Deno.test("docs/http.md lists problems with the statuses they have", () => {
  const [table] = tables(section(document, "Errors"));
  assertEquals(table?.header, ["status", "`code`"]);
  const listed = table?.rows.flatMap(([status, cell = ""]) =>
    codes(cell).filter((code) => code in PROBLEM_STATUS)
      .map((code) => [code, Number(status)])
  );
  assert(listed !== undefined && listed.length > 15);
  for (const [code, status] of listed) {
    assertEquals(PROBLEM_STATUS[code as keyof typeof PROBLEM_STATUS], status);
  }
});
