/**
 * Database files that servers of earlier versions have made, and files that
 * only look like them. databases/ holds what the server of each shape left:
 * `early` and `early_no_index` before a message had one number as its key,
 * `early_raised` after a later server that could not use it had raised its
 * version.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../../server/store/sqlite/sqlite_store.ts";
import { StoreOpenError } from "../../server/store/store.ts";
import { FakeClock } from "../helpers/doubles/clock.ts";
import { TempFolder } from "../helpers/temp.ts";
import { draft, KEEP_ALL } from "./bench.ts";

const DATABASES = new URL("./databases/", import.meta.url);
const FILES = Array.from(Deno.readDirSync(DATABASES), ({ name }) => name);

function openAt(path: string): SqliteStore {
  const clock = new FakeClock();
  return SqliteStore.open({ path, retention: KEEP_ALL, clock });
}

/** A copy of a file of an earlier version. */
function place(folder: TempFolder, file: string): string {
  const path = folder.file("hubbub.db");
  Deno.copyFileSync(new URL(file, DATABASES), path);
  return path;
}

function change(path: string, sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

async function texts(store: SqliteStore, room: string) {
  const { messages } = await store.read(room, { after: 0, limit: 99 });
  return messages.map(({ seq, from, text }) => [seq, from, text]);
}

for (const file of FILES) {
  Deno.test(`sqlite store: a database of an earlier version is brought up to date: ${file}`, async () => {
    using folder = new TempFolder();
    const path = place(folder, file);
    const lobby = [1, 2, 3].map((n) => [n, "Ada", `message ${n} in lobby`]);
    const store = openAt(path);
    const rooms = (await store.rooms()).map(({ room, head }) => [room, head]);
    assertEquals(rooms, [["lobby", 3], ["tea", 1]]);
    assertEquals(await texts(store, "lobby"), lobby);
    await store.append([draft({ room: "tea", from: "Bob", text: "thanks" })]);
    await store.append([draft({ room: "tea", text: "removed", removes: 1 })]);
    await store.keep(new Map([["lock/tea", "{}"]]));
    await store.close();

    const again = openAt(path);
    assertEquals(await texts(again, "lobby"), lobby);
    assertEquals((await texts(again, "tea")).slice(0, 2), [
      [1, "Ada", ""],
      [2, "Bob", "thanks"],
    ]);
    await again.close();
  });
}

Deno.test("sqlite store: an emptied room of the first version goes on counting", async () => {
  using folder = new TempFolder();
  const path = place(folder, "early.db");
  change(path, "DELETE FROM messages WHERE seq <= 3");
  const store = openAt(path);
  await store.append([draft({ room: "lobby", from: "Bob", text: "next" })]);
  assertEquals(await texts(store, "lobby"), [[4, "Bob", "next"]]);
  await store.close();
});

/** Files that a server must not touch, by what was done to them. */
const STRANGE: readonly (readonly [what: string, file: string, sql: string])[] =
  [
    ["a column more", "version_2.db", "ALTER TABLE messages ADD COLUMN x TEXT"],
    ["a column less", "version_2.db", "ALTER TABLE messages DROP COLUMN mark"],
    [
      "another name of a column",
      "version_1.db",
      "ALTER TABLE messages RENAME COLUMN author TO writer",
    ],
    ["no table of rooms", "version_2.db", "DROP TABLE rooms"],
    [
      "another type",
      "version_2.db",
      "DROP TABLE kept; CREATE TABLE kept (key BLOB PRIMARY KEY, document BLOB)",
    ],
    [
      "a table that an upgrade would make",
      "version_1.db",
      "CREATE TABLE kept (mine TEXT)",
    ],
    ["a version too high", "version_1.db", "PRAGMA user_version = 2"],
    ["a version too low", "version_2.db", "PRAGMA user_version = 1"],
    ["no version", "version_2.db", "PRAGMA user_version = 0"],
    [
      "messages that do not go into the new table",
      "early.db",
      "INSERT INTO messages SELECT 1, 4294967296 + seq, at, author, sender, text, cid FROM messages WHERE room = 2",
    ],
  ];

for (const [what, file, sql] of STRANGE) {
  for (const mode of ["DELETE", "WAL"]) {
    Deno.test(`sqlite store: a database with another schema is refused in one line, unchanged: ${what} (${mode})`, () => {
      using folder = new TempFolder();
      const path = place(folder, file);
      change(path, `PRAGMA journal_mode = ${mode}; ${sql}`);
      const before = Deno.readFileSync(path).toHex();
      const { message } = assertThrows(() => openAt(path), StoreOpenError);
      assertMatch(message, /^"[^"\n]+hubbub\.db" [^\n]+--store$/);
      // Not compared, but asked: a difference would be printed byte for byte.
      assert(Deno.readFileSync(path).toHex() === before, "as it was");
      // Nor has it become one that the server which made it refuses.
      using db = new DatabaseSync(path, { readOnly: true });
      assertStrictEquals(
        db.prepare("PRAGMA quick_check").get()?.[
          "quick_check"
        ],
        "ok",
      );
    });
  }
}

Deno.test("sqlite store: tables and indexes of others in a database of ours are left alone", async () => {
  using folder = new TempFolder();
  const path = place(folder, "early.db");
  change(
    path,
    "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER); " +
      "CREATE INDEX by_time ON messages (at); CREATE VIEW v AS SELECT * FROM rooms",
  );
  const store = openAt(path);
  assertEquals((await store.rooms()).length, 2);
  await store.close();
});
