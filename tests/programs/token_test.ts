/** `deno task token`, with exactly its task's permissions. */

import { assertEquals, assertMatch } from "@std/assert";
import { decodeJwt } from "jose";
import { run, runTask, taskCommand } from "../helpers/run.ts";
import { SECRET } from "../helpers/tokens.ts";

const token = (...args: string[]) =>
  runTask("token", args, { env: { HUBBUB_AUTH_SECRET: SECRET } });

Deno.test("deno task token makes tokens for people and for moderators", async () => {
  const person = decodeJwt(
    (await token("--name", "Ada", "--for", "2h")).stdout.trim(),
  );
  assertEquals(
    [person["name"], person.sub, person["rooms"], person["rights"]],
    ["Ada", "Ada", ["*"], ["read", "write"]],
  );
  assertEquals((person.exp ?? 0) - (person.iat ?? 0), 7_200);
  const args = ["--name", "Teacher", "--moderate", "--rooms", "class-*"];
  const teacher = decodeJwt((await token(...args)).stdout.trim());
  assertEquals([teacher["rooms"], teacher["rights"]], [
    ["class-*"],
    ["read", "write", "moderate"],
  ]);
});

Deno.test("deno task token says what is wrong with what it is given", async () => {
  const { code, stdout, stderr } = await token("--rights", "rule");
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /--rights must be of read, write, moderate, not "rule"/);
  for (
    const [args, words] of [
      [["--name", "Server"], /--name "Server" cannot be: The name "Server" is/],
      [
        ["--rooms", "class-*,a b"],
        /--rooms "a b" cannot be: A room's name has/,
      ],
    ] as const
  ) {
    const { code, stdout, stderr } = await token(...args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, words);
  }
});

Deno.test("a token that cannot be printed is told in one line", async () => {
  const words = [Deno.execPath(), ...taskCommand("token"), "--auth-secret"]
    .concat("x".repeat(32)).join(" ");
  const { code, stderr } = await run(["sh", "-c", `${words} >/dev/full`]);
  assertEquals(code, 1);
  assertMatch(stderr, /^token: Cannot print: No space left[^\n]*\n$/);
});
