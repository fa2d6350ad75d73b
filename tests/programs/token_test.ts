/** `deno task token`, with exactly its task's permissions. */

import { assertEquals, assertMatch } from "@std/assert";
import { decodeJwt } from "jose";
import { SECRET } from "../helpers/tokens.ts";

const { tasks } = JSON.parse(Deno.readTextFileSync("deno.json"));
const [, ...COMMAND] = String(tasks.token.command).split(" ");

async function token(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...COMMAND, ...args],
    env: { HUBBUB_AUTH_SECRET: SECRET },
  }).output();
  const words = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: words(stdout), stderr: words(stderr) };
}

Deno.test("deno task token makes tokens for people and for moderators", async () => {
  const person = decodeJwt(
    (await token("--name", "Ada", "--for", "2h")).stdout,
  );
  assertEquals(
    [person["name"], person.sub, person["rooms"], person["rights"]],
    ["Ada", "Ada", ["*"], ["read", "write"]],
  );
  assertEquals((person.exp ?? 0) - (person.iat ?? 0), 7_200);
  const args = ["--name", "Teacher", "--moderate", "--rooms", "class-*"];
  const teacher = decodeJwt((await token(...args)).stdout);
  assertEquals([teacher["rooms"], teacher["rights"]], [
    ["class-*"],
    ["read", "write", "moderate"],
  ]);
});

Deno.test("deno task token says what is wrong with what it is given", async () => {
  const { code, stdout, stderr } = await token("--rights", "rule");
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /--rights must be of read, write, moderate, not "rule"/);
});
