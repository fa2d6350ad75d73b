/** Files that are no database of this server: one line each, and untouched. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Program, runProgram } from "../helpers/program.ts";
import { TempFolder } from "../helpers/temp.ts";

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
  assertEquals({ code, stdout }, { code: 1, stdout: "" }, stderr);
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

async function ok(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}
