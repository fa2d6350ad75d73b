/** Files that are no database of this server: one line each, and untouched. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { explain } from "../../../server/store/sqlite/sqlite_file.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite_store.ts";
import { StoreOpenError } from "../../../server/store/store.ts";
import { FakeClock } from "../../helpers/doubles/clock.ts";
import { Program, runProgram } from "../../helpers/programs/program.ts";
import { TempFolder } from "../../helpers/temp.ts";

/** Changes a database that no program has open. */
function change(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

/** Tries to start on a file; gives the one line it ends with. */
async function refusal(folder: TempFolder, path: string): Promise<string> {
  const before = Deno.readFileSync(path);
  const args = ["--port", "0", "--store", `sqlite:${path}`];
  const { code, stdout, stderr } = await runProgram({ args, folder });
  assertEquals({ code, stdout }, { code: 2, stdout: "" }, stderr);
  assertMatch(stderr, /^hubbub: .*\n$/);
  assertEquals(Deno.readFileSync(path), before);
  return stderr;
}

Deno.test("a file that is no database is one line, and untouched", async () => {
  using folder = new TempFolder();
  const path = folder.file("diary.db");
  Deno.writeTextFileSync(path, "Dear diary,\n".repeat(500));
  assertMatch(await refusal(folder, path), /not a database/);
});

Deno.test("a database of another program is one line, and untouched", async () => {
  using folder = new TempFolder();
  const path = folder.file("songs.db");
  change(path, "CREATE TABLE songs (title TEXT)");
  assertMatch(await refusal(folder, path), /another program/);
});

Deno.test("a database of a newer version is one line, and untouched", async () => {
  using folder = new TempFolder();
  const path = folder.file("hubbub.db");
  {
    await using program = await Program.start({ folder });
    await program.stop();
  }
  change(path, "PRAGMA user_version = 99");
  assertMatch(await refusal(folder, path), /version 99/);
});

Deno.test("a second server on the same file is one line, and the first goes on", async () => {
  using folder = new TempFolder();
  await using program = await Program.start({ folder });
  const store = `sqlite:${folder.file("hubbub.db")}`;
  const args = ["--port", "0", "--store", store];
  const { code, stderr } = await runProgram({ args, folder });
  assertEquals(code, 1);
  assertMatch(stderr, /^hubbub: .*\n$/);
  assert((await fetch(new URL("/readyz", program.url)).then(ok)).ok);
});

/** Makes a symbolic link, by a command: the runtime makes one only where
 * everything may be written. */
function linkTo(target: string, path: string): void {
  const args = ["-s", target, path];
  assert(new Deno.Command("ln", { args }).outputSync().success);
}

for (
  const [what, target, words] of [
    ["a device", "/dev/null", /it is no file\. Choose another/],
    [
      "a link to nowhere",
      "/nowhere/hubbub.db",
      /it is a link to a place that does not exist\. Make/,
    ],
  ] as const
) {
  Deno.test(`${what} in a database's place is reported in one line with what to do`, () => {
    using folder = new TempFolder();
    const path = folder.file("hubbub.db");
    linkTo(target, path);
    const clock = new FakeClock();
    const retention = { messages: 100, ms: 0 };
    const { message } = assertThrows(
      () => SqliteStore.open({ path, retention, clock }),
      StoreOpenError,
    );
    assertMatch(message, /^Cannot open "[^"\n]+hubbub\.db": [^\n]+$/);
    assertMatch(message, words);
  });
}

Deno.test("a data folder that links out of ./data is reported, with what to do", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.file("disk"));
  linkTo(Deno.realPathSync(folder.file("disk")), folder.file("data"));
  const denied = new Deno.errors.NotCapable("Requires write access");
  for (const path of ["data/hubbub.db", "data/deep/hubbub.db"]) {
    const { words } = explain(denied, folder.file(path));
    assertMatch(words, /data" is a link, .+mount --bind/);
  }
});

/** Other names of a file. */
const NAMES: Readonly<Record<string, (from: string, to: string) => void>> = {
  "a symbolic link": (from, to) => linkTo(Deno.realPathSync(from), to),
  "a hard link": Deno.linkSync,
};

for (const [kind, link] of Object.entries(NAMES)) {
  Deno.test(`promise 2: a second server is refused under another name of the file: ${kind}`, async () => {
    using folder = new TempFolder();
    await using program = await Program.start({ folder });
    const [path, other] = [folder.file("hubbub.db"), folder.file("other.db")];
    link(path, other);
    const refuse = async (path: string) => {
      const args = ["--port", "0", "--store", `sqlite:${path}`];
      const { code, stderr } = await runProgram({ args, folder });
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /^hubbub: "[^"]+" is in use by another server\..*\n$/,
      );
    };
    await refuse(other);
    // And the other way round.
    await program.stop();
    const args = ["--store", `sqlite:${other}`];
    await using _second = await Program.start({ folder, args });
    await refuse(path);
  });
}

Deno.test("a killed server leaves no lock that blocks the next start", async () => {
  using folder = new TempFolder();
  await using program = await Program.start({ folder });
  program.signal("SIGKILL");
  await using again = await program.startAgain();
  assert((await fetch(new URL("/readyz", again.url)).then(ok)).ok);
});

Deno.test("makes a database readable by its owner only, even if it was world-readable", async () => {
  using folder = new TempFolder();
  const store = `sqlite:${folder.file("hubbub.db")}`;
  const through = ["sh", "-c", `umask 022; exec "$@"`, "sh"];
  const files = ["", "-shm", "-wal", ".lock"].map((part) => `hubbub.db${part}`);
  const modes = () =>
    Object.fromEntries(files.map((name) => {
      const { mode } = Deno.statSync(folder.file(name));
      return [name, ((mode ?? 0) & 0o777).toString(8)];
    }));
  const all = (mode: string) =>
    Object.fromEntries(files.map((name) => [name, mode]));
  const options = { folder, args: ["--store", store], through };
  {
    await using program = await Program.start(options);
    assertEquals(modes(), all("600"));
    program.signal("SIGKILL");
    await program.ended;
  }
  for (const name of files) Deno.chmodSync(folder.file(name), 0o644);
  {
    await using program = await Program.start(options);
    assertEquals(modes(), all("600"));
    program.signal("SIGKILL");
    await program.ended;
  }
  // A group was let in on purpose.
  for (const name of files) Deno.chmodSync(folder.file(name), 0o640);
  await using _program = await Program.start(options);
  assertEquals(modes(), all("640"));
});

/** Runs a command as a user who may not do everything: root without that. */
const AS_USER = [
  "setpriv",
  "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown",
  "--inh-caps=-all",
];
const NOBODY = 65_534;
/** Whose process this is; asked without the permission to read system data. */
function userId(): string {
  const { stdout } = new Deno.Command("id", { args: ["-u"] }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

const isRoot = userId() === "0" &&
  (await new Deno.Command("sh", { args: ["-c", "command -v setpriv"] })
    .output()).success;

/** Files of another user, by what they are and how they may be used. */
const FOREIGN: readonly (readonly [part: string, mode: number])[] = [
  [".lock", 0o600],
  ["", 0o600],
  ["", 0o644],
  ["-wal", 0o600],
  ["-wal", 0o644],
  ["-shm", 0o600],
  ["-shm", 0o644],
];

for (const [part, mode] of FOREIGN) {
  const what = `hubbub.db${part} ${mode.toString(8)}`;
  Deno.test({
    name:
      `a file that another user left is told in one line with what to do: ${what}`,
    // Only root can give files away.
    ignore: !isRoot,
    async fn() {
      using folder = new TempFolder();
      {
        await using program = await Program.start({ folder });
        program.signal("SIGKILL");
        await program.ended;
      }
      const path = folder.file(`hubbub.db${part}`);
      Deno.chmodSync(path, mode);
      Deno.chownSync(path, NOBODY, NOBODY);
      const store = `sqlite:${folder.file("hubbub.db")}`;
      const args = ["--port", "0", "--store", store];
      const { code, stderr } = await runProgram({
        args,
        folder,
        through: AS_USER,
      });
      assertEquals(code, 2);
      assertMatch(stderr, /^hubbub: Cannot open .* with chown.*\n$/);
    },
  });
}

async function ok(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}
