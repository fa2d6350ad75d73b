/** `deno task token`, with exactly its task's permissions. */

import { assertEquals, assertMatch } from "@std/assert";
import { decodeJwt } from "jose";
import { run, runTask, taskCommand } from "../../helpers/programs/run.ts";
import { SECRET } from "../../helpers/tokens.ts";

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

Deno.test("deno task token says which argument is wrong and why", async () => {
  const { code, stdout, stderr } = await token("--rights", "rule");
  assertEquals([code, stdout], [2, ""]);
  assertMatch(
    stderr,
    /--rights must be a comma-separated list of read, write, moderate, not "rule"/,
  );
  for (
    const [args, words] of [
      [
        ["--name", "Server"],
        /--name "Server" is not valid: The name "Server" is/,
      ],
      [
        ["--rooms", "class-*,a b"],
        /--rooms "a b" is not valid: This room name is invalid/,
      ],
    ] as const
  ) {
    const { code, stdout, stderr } = await token(...args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, words);
  }
});

Deno.test("deno task token refuses the claims that the server refuses, in the same words", async () => {
  const values = ["name", "user", "rooms", "rights", "for", "audience"]
    .concat("issuer", "auth-secret");
  const empty = "is empty\\. Give it a value, or leave it out";
  for (
    const [args, env, words] of [
      ...values.flatMap((flag) => [
        [[`--${flag}=`], {}, `^--${flag} ${empty}$`] as const,
        [[`--${flag}`], {}, `^--${flag} ${empty}$`] as const,
        [[`--${flag}`, ""], {}, "An argument is empty|is empty"] as const,
        [[`--${flag}= `], {}, `^--${flag} ${empty}$`] as const,
      ]),
      [[], { HUBBUB_AUTH_SECRET: "" }, `^HUBBUB_AUTH_SECRET ${empty}$`],
      [[], { HUBBUB_AUTH_AUDIENCE: " " }, `^HUBBUB_AUTH_AUDIENCE ${empty}$`],
      [[], { HUBBUB_AUTH_ISSUER: "" }, `^HUBBUB_AUTH_ISSUER ${empty}$`],
      [["--auth-secret", "short"], {}, '32 characters, not "…"$'],
      [[], { HUBBUB_AUTH_SECRET: "short" }, '32 characters, not "…"$'],
      [["--rooms", ","], {}, "--rooms must be a comma-separated list"],
      [["--rights", ","], {}, "--rights must be a comma-separated list"],
      [["--moderate", "--rights", "read"], {}, "Leave one out$"],
      [["--nmae", "Ada"], {}, "Did you mean --name\\?"],
      [["Ada"], {}, 'Unknown setting "Ada"'],
      [["--for", "7D"], {}, '--for must .* 1 to 999999 .* 7d, not "7D"'],
      [["--for", "99999999d"], {}, "--for must be a number from 1 to 999999"],
      [["--for", "-1d"], {}, '--for must be a number .*, not "-1d"$'],
      [["--user", "hubbub-operator"], {}, "--user must be another id"],
      [["--name", "hubbub-operator"], {}, "--name must be another id"],
      [["--for", "0d"], {}, "--for must be a number from 1 to 999999"],
    ] as const
  ) {
    const { code, stdout, stderr } = await runTask("token", args, {
      env: { HUBBUB_AUTH_SECRET: SECRET, ...env },
    });
    const what = `${args.join(" ")} ${JSON.stringify(env)}: ${stderr}`;
    assertEquals([code, stdout], [2, ""], what);
    const [, line = ""] = /^token: ([^\n]+)\n$/.exec(stderr) ?? [];
    assertMatch(line, RegExp(words), what);
  }
});

Deno.test("token printing failures are reported in one line", async () => {
  const words = [Deno.execPath(), ...taskCommand("token"), "--auth-secret"]
    .concat("x".repeat(32)).join(" ");
  const { code, stderr } = await run(["sh", "-c", `${words} >/dev/full`]);
  assertEquals(code, 1);
  assertMatch(stderr, /^token: Cannot print: No space left[^\n]*\n$/);
});
