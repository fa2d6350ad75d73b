/** `deno task lab`, with exactly its task's permissions. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../../protocol/lab_script.ts";
import { blocks, codes, readDocument, tables } from "../../docs/markdown.ts";
import { runTask } from "../../helpers/programs/run.ts";
import { TempFolder } from "../../helpers/temp.ts";
import { LessonServer } from "../../lessons/helpers.ts";

/** Runs a script from a file. */
async function lab(script: string, ...args: string[]) {
  using folder = new TempFolder();
  const file = folder.file("script.lab");
  await Deno.writeTextFile(file, script);
  return await runTask("lab", [file, ...args]);
}

Deno.test("deno task lab runs the script of docs/lab.md, and prints what stands there", async () => {
  await using server = await LessonServer.start();
  const all = blocks(readDocument("docs/lab.md"));
  const script = all.find(({ info }) => info === "lab")?.code ?? "";
  const output = all.find(({ info }) => info === "text")?.code;
  const here = script.replace(/ws:\S+/, server.url("echo"));
  const { code, stdout, stderr } = await lab(here);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trimEnd(), output?.trimEnd());
});

Deno.test("docs/lab.md lists every command", () => {
  const [commands] = tables(readDocument("docs/lab.md"));
  const listed = commands!.rows.map(([cell = ""]) =>
    codes(cell)[0]?.split(" ")[0] ?? ""
  );
  assertEquals(listed.toSorted(), COMMANDS.toSorted());
});

Deno.test("deno task lab ends with 1 when a step fails, and says which and why", async () => {
  await using server = await LessonServer.start();
  const url = server.url("echo");
  const failures = [
    ["timeout 1 ms\nexpect x", /^lab: Line 2: No such message within 1 ms/],
    ["send {{a}}{{b}}", /^lab: Line 1: There is no variable b\. /],
    ["close 1001", /^lab: [^\n]*1000/],
    ["connect ws://127.0.0.1:1/", /^lab: Line 1: Could not connect \(/],
  ] as const;
  for (const [script, words] of failures) {
    const { code, stderr } = await lab(script, "--url", url, "--set", "a=1");
    assertEquals([script, code], [script, 1]);
    assertMatch(stderr, words);
    assertEquals(stderr.trimEnd().includes("\n"), false, stderr);
  }
});

Deno.test("deno task lab ends with 2 when it cannot begin", async () => {
  const wrong = await lab("say x");
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
  assertStringIncludes(wrong.stderr, 'lab: Line 1: There is no command "say"');
  const nowhere = await lab("send x");
  assertEquals(nowhere.code, 2);
  assertStringIncludes(nowhere.stderr, "connects nowhere. Write connect, or");
  const missing = await runTask("lab", ["missing.lab"]);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.stderr, 'There is no file "missing.lab"');
});

Deno.test("deno task lab offers subprotocols and sends headers", async () => {
  const asked = Promise.withResolvers<Headers>();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      asked.resolve(new Headers(request.headers));
      return new Response(null, { status: 401 });
    },
  );
  const url = `ws://127.0.0.1:${server.addr.port}/`;
  const headers = ["--header", "Authorization: Bearer a b"];
  const { code, stderr } = await lab(
    `header X-Room: {{room}}\nconnect ${url} one`,
    ...["--set", "room=tea", ...headers],
  );
  assertEquals(code, 1);
  assertStringIncludes(stderr, "401");
  const got = await asked.promise;
  const names = ["authorization", "x-room", "sec-websocket-protocol"];
  assertEquals(names.map((name) => got.get(name)), [
    "Bearer a b",
    "tea",
    "one",
  ]);
});
