/** What README.md says is so: its clients run as they stand there. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program, runProgram } from "../helpers/programs/program.ts";
import { run } from "../helpers/programs/run.ts";
import { Peer } from "../programs/peer.ts";
import { hasPython, PYTHON } from "../programs/server/python.ts";
import { blocks, codes, readDocument, section, tables } from "./markdown.ts";

const readme = readDocument("README.md");
const ADDRESS = "127.0.0.1:8000";

/** The block of a language, with the address of a test's server in it. */
function snippet(language: string, program: Program): string {
  const [block] = blocks(readme).filter(({ info }) => info === language);
  const code = block?.code ?? "";
  assertStringIncludes(code, ADDRESS);
  return code.replaceAll(ADDRESS, program.url.host);
}

/** Runs a client until it has printed a text; gives what it has printed. */
async function printed(
  [command, ...args]: readonly [string, ...string[]],
  text: string,
): Promise<string> {
  const child = new Deno.Command(command, {
    args,
    env: { NO_COLOR: "1", PYTHONUNBUFFERED: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let output = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += part;
    if (output.includes(text)) break;
  }
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended already.
    if (!(error instanceof TypeError)) throw error;
  }
  await child.status;
  assertStringIncludes(output, text, await stderr);
  return output;
}

Deno.test("the README's JavaScript client chats", async () => {
  await using program = await Program.start();
  await using eve = await Peer.connect(program.socket("/ws?name=Eve"));
  const code = snippet("js", program);
  const running = printed(
    [Deno.execPath(), "eval", "--no-config", code],
    "Eve: Hello Ada\n",
  );
  await eve.event({ sender: "Ada", message: "Hello everyone!" });
  eve.send("Hello Ada");
  assertStringIncludes(await running, "Ada: Hello everyone!\nEve: Hello Ada\n");
});

const python = await hasPython();
const ignore = !python && Deno.env.get("CI") !== "true";

Deno.test({
  name: `the README's Python client chats${
    ignore ? " (needs Debian's python3-websockets)" : ""
  }`,
  ignore,
  async fn() {
    await using program = await Program.start();
    await using eve = await Peer.connect(program.socket("/ws?name=Eve"));
    const code = snippet("python", program);
    const running = printed([PYTHON, "-c", code], "Eve: Hello Bob\n");
    await eve.event({ sender: "Bob", message: "Hello everyone!" });
    eve.send("Hello Bob");
    assertStringIncludes(
      await running,
      "Bob: Hello everyone!\nEve: Hello Bob\n",
    );
  },
});

Deno.test("the README's terminal commands publish and print", async () => {
  await using program = await Program.start();
  const [commands = ""] = blocks(section(readme, "In the terminal"))
    .map(({ code }) => code).filter((code) => code.includes("|"));
  const deno = `'${Deno.execPath()}'`;
  const address = program.socket("/ws");
  const { code, stdout, stderr } = await run([
    "sh",
    "-c",
    commands.replaceAll("deno task chat", `${deno} task chat ${address}`),
  ]);
  assertEquals(code, 0, stderr);
  const { room, seq, text } = JSON.parse(stdout);
  assertEquals({ room, seq, text }, {
    room: "ci",
    seq: 1,
    text: "Build is done",
  });
});

Deno.test("the README's table of settings matches --help", async () => {
  const { stdout } = await runProgram({ args: ["--help"] });
  const help = Array.from(
    stdout.matchAll(
      /^ {2}(--\S+ [A-Z]+) +(\S.*)\n +\(default (.*), or ([A-Z_]+)\)$/gm,
    ),
    ([, flag, words, fallback, variable]) => [flag, variable, fallback, words],
  );
  const [table] = tables(section(readme, "Settings"));
  assertEquals(table?.header, ["flag", "variable", "default", "what"]);
  assertEquals(
    table?.rows.map(([flag = "", variable = "", fallback = "", words]) => [
      ...codes(flag),
      ...codes(variable),
      codes(fallback)[0] ?? "",
      words,
    ]),
    help,
  );
});

const documents = [
  "README.md",
  ...Array.from(Deno.readDirSync("docs"), ({ name }) => `docs/${name}`)
    .filter((path) => path.endsWith(".md")),
];

for (const path of documents) {
  Deno.test(`every link of ${path} leads somewhere`, () => {
    const document = readDocument(path);
    const base = new URL(path, "file:///");
    for (const [, target = ""] of document.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const { pathname, hash } = new URL(target, base);
      const file = pathname.slice(1);
      assertEquals(exists(file), true, `${path} links to ${target}`);
      if (hash === "") continue;
      const anchors = Array.from(
        readDocument(file).matchAll(/^#+ (.*)$/gm),
        ([, heading = ""]) => anchor(heading),
      );
      assertEquals(anchors.includes(hash), true, `${path} links to ${target}`);
    }
  });
}

Deno.test("the README's commands are the tasks that there are", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync("deno.json"));
  const commands = readme.matchAll(/deno(?:@2\.9\.6)? task (\w+)/g);
  for (const [command, task = ""] of commands) {
    assertEquals(Object.hasOwn(tasks, task), true, command);
  }
  assertMatch(readme, /^npx --yes deno@2\.9\.6 task start$/m);
  assertMatch(readme, /^npx --yes deno@2\.9\.6 task test$/m);
});

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** A heading as GitHub names it in links. */
function anchor(heading: string): string {
  const words = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "");
  return `#${words.replaceAll(" ", "-")}`;
}
