/** The operator's token, as the program tells of it and as tools use it. */

import { assert, assertEquals } from "@std/assert";
import { Program } from "../../helpers/programs/program.ts";
import { run } from "../../helpers/programs/run.ts";
import { SECRET } from "../../helpers/tokens.ts";
import { TempFolder } from "../../helpers/temp.ts";

/** Runs a command as if in a terminal. */
const TERMINAL = [
  ...["bash", "-c"],
  'exec script -qfec "$(printf "%q " "$@")" /dev/null',
  "bash",
];

Deno.test("the server prints the operator's token only to a terminal, and logs where its file is", async () => {
  await using program = await Program.start();
  const token = program.operator.authorization.replace("Bearer ", "");
  const { stdout, stderr } = await program.stop();
  assert(!stdout.includes(token) && !stderr.includes(token));
  assert(stderr.includes("hubbub.db.operator-token"), stderr);
});

Deno.test({
  name: "in a terminal the server prints a link with which one moderates",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = new TempFolder();
    await using program = await Program.start({ folder, through: TERMINAL });
    const token = program.operator.authorization.replace("Bearer ", "");
    const { stdout } = await program.stop();
    const [, link] = /^Moderate: (\S+)/m.exec(stdout) ?? [];
    assertEquals(link, `${program.url}#token=${token}`);
  },
});

Deno.test("the operator's token is the same after a restart, and gone where tokens are asked for", async () => {
  using folder = new TempFolder();
  await using first = await Program.start({ folder });
  const { authorization } = first.operator;
  await first.stop();
  await using second = await first.startAgain();
  assertEquals(second.operator, { authorization });
  const audit = new URL("/api/audit", second.url);
  const answer = await fetch(audit, { headers: second.operator });
  await answer.body?.cancel();
  assertEquals(answer.status, 200);
  await second.stop();
  await using closed = await Program.start({
    folder,
    args: ["--auth-secret", SECRET],
  });
  const refused = await fetch(new URL("/api/audit", closed.url), {
    headers: { authorization },
  });
  await refused.body?.cancel();
  assertEquals(refused.status, 401);
  const files = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
  assert(!files.some((name) => name.includes("operator")), files.join());
});

Deno.test("the terminal client and curl moderate with the operator's token", async () => {
  await using program = await Program.start();
  const token = program.operator.authorization.replace("Bearer ", "");
  const said = await run([
    ...["sh", "-c"],
    `echo hello | deno task --quiet chat "$0" --name Ada`,
    program.socket("/ws"),
  ]);
  assertEquals(said.code, 0, said.stderr);
  const removed = await run([
    ...["curl", "-sS", "-X", "DELETE"],
    new URL("/api/rooms/lobby/messages/1", program.url).href,
    ...["-H", `Authorization: Bearer ${token}`],
  ]);
  assertEquals(JSON.parse(removed.stdout).removes, 1);
  // A link with the token is an address of the terminal client, too.
  const link = new URL(`?room=lobby#token=${token}`, program.url).href;
  const again = await run([
    ...["sh", "-c"],
    `echo "Read me" | deno task --quiet chat "$0" --name Ada`,
    link,
  ]);
  assertEquals(again.code, 0, again.stderr);
});
