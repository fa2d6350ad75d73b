/**
 * The SQLite store against the contract, and what only it has: a file that can
 * be somebody else's, of a newer server, or locked by another program.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../../server/store/sqlite/sqlite_store.ts";
import { explain } from "../../server/store/sqlite/sqlite_file.ts";
import { StoreOpenError } from "../../server/store/store.ts";
import { FakeClock, settled } from "../helpers/doubles/clock.ts";
import { TempFolder } from "../helpers/temp.ts";
import { Bench, draft, KEEP_ALL, type Place, RecordingFeed } from "./bench.ts";
import { storeContract } from "./contract.ts";

function placeIn(folder: TempFolder): Place {
  return {
    persistent: true,
    open: (options) =>
      Promise.resolve(
        SqliteStore.open({ path: folder.file("hubbub.db"), ...options }),
      ),
    entries() {
      using db = new DatabaseSync(folder.file("hubbub.db"), { readOnly: true });
      const row = db.prepare(`SELECT (SELECT count(*) FROM rooms)
        + (SELECT count(*) FROM messages) AS entries`).get();
      return Promise.resolve(Number(row?.["entries"]));
    },
    breakRoom(_, room) {
      using db = new DatabaseSync(folder.file("hubbub.db"));
      db.exec(`
        CREATE TRIGGER broken BEFORE INSERT ON messages
        WHEN NEW.room = (SELECT id FROM rooms WHERE name = '${room}')
        BEGIN SELECT RAISE(ABORT, 'This room is broken'); END`);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

storeContract("sqlite", () => Promise.resolve(placeIn(new TempFolder())));

function openAt(path: string): SqliteStore {
  return SqliteStore.open({
    path,
    retention: KEEP_ALL,
    clock: new FakeClock(),
  });
}

/** Opening is refused with one line, and the folder's files stay as they are. */
function assertRefusedUntouched(folder: TempFolder, words: RegExp): void {
  const names = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
  const bytes = () => names.map((name) => Deno.readFileSync(folder.file(name)));
  const before = bytes();
  const error = assertThrows(
    () => openAt(folder.file("hubbub.db")),
    StoreOpenError,
  );
  assertMatch(error.message, words);
  assert(!error.message.includes("\n"), "one line");
  assert(error.message.includes("hubbub.db"), "names the file");
  // Not by comparing them: a difference would be printed byte for byte.
  for (const [index, now] of bytes().entries()) {
    assert(now.toHex() === before[index]?.toHex(), `${names[index]} as it was`);
  }
}

/** Writes a database file as another program would. */
function writeDatabase(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

for (
  const [kind, content] of [
    ["a short text", "Shopping list: tea\n"],
    ["a long text", "All work and no play\n".repeat(1_000)],
  ] as const
) {
  Deno.test(`sqlite store: ${kind} is no database; it says so and leaves it alone`, () => {
    using folder = new TempFolder();
    Deno.writeTextFileSync(folder.file("hubbub.db"), content);
    assertRefusedUntouched(folder, /is not a database/);
  });
}

for (const mode of ["DELETE", "WAL"]) {
  Deno.test(`sqlite store: another program's ${mode} database is left alone`, () => {
    using folder = new TempFolder();
    writeDatabase(
      folder.file("hubbub.db"),
      `PRAGMA journal_mode = ${mode}; CREATE TABLE recipes (name TEXT);
       INSERT INTO recipes VALUES ('soup')`,
    );
    assertRefusedUntouched(folder, /of another program/);
  });
}

Deno.test("sqlite store: another program's database with an unmerged WAL is left unchanged", () => {
  using folder = new TempFolder();
  const other = folder.file("other.db");
  const db = new DatabaseSync(other);
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE recipes (name TEXT)");
  db.exec("INSERT INTO recipes VALUES ('soup')");
  // As after a crash of that program.
  Deno.copyFileSync(other, folder.file("hubbub.db"));
  Deno.copyFileSync(`${other}-wal`, folder.file("hubbub.db-wal"));
  db.close();
  assertRefusedUntouched(folder, /of another program/);
});

Deno.test("sqlite store: a database of a newer version is left alone", () => {
  using folder = new TempFolder();
  const path = folder.file("hubbub.db");
  void openAt(path).close();
  writeDatabase(path, "PRAGMA user_version = 1000");
  assertRefusedUntouched(folder, /has version 1000, this server knows up to/);
});

Deno.test("sqlite store: an empty file becomes a database", async () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.file("hubbub.db"), "");
  const store = openAt(folder.file("hubbub.db"));
  assertEquals(await store.rooms(), []);
  await store.close();
});

Deno.test("sqlite store: the folder of the file is made", async () => {
  using folder = new TempFolder();
  const store = openAt(folder.file("new/deep/hubbub.db"));
  await store.close();
  assert(Deno.statSync(folder.file("new/deep/hubbub.db")).isFile);
});

Deno.test("sqlite store: a folder in the file's place is reported in one line", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.file("hubbub.db"));
  const error = assertThrows(
    () => openAt(folder.file("hubbub.db")),
    StoreOpenError,
  );
  assertMatch(error.message, /^Cannot open "[^"]+": it is a folder\. .+$/);
});

Deno.test("sqlite store: a file in the folder's place is reported in one line", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.file("data"), "");
  for (const path of ["data/hubbub.db", "data/deep/hubbub.db"]) {
    const error = assertThrows(() => openAt(folder.file(path)), StoreOpenError);
    assertMatch(error.message, /is no folder, and none can be made/);
  }
});

Deno.test("sqlite store: a missing write permission is reported with a remedy", () => {
  const denied = new Deno.errors.PermissionDenied("open './data/hubbub.db'");
  assertMatch(
    explain(denied, "./data/hubbub.db").words,
    /may not write .* chown/,
  );
});

/** What stands in a file's place, and what is said of it. */
const NO_FILES: Readonly<
  Record<string, readonly [(path: string) => void, RegExp]>
> = {
  "a damaged database": [(path) => {
    void openAt(path).close();
    using file = Deno.openSync(path, { write: true });
    file.seekSync(4096, Deno.SeekMode.Start);
    file.writeSync(crypto.getRandomValues(new Uint8Array(8192)));
  }, /it is damaged\. Bring back a backup/],
};

for (const [what, [make, words]] of Object.entries(NO_FILES)) {
  Deno.test({
    name: `sqlite store: ${what} is told in one line with what to do`,
    ignore: Deno.build.os === "windows",
    fn() {
      using folder = new TempFolder();
      const path = folder.file("hubbub.db");
      make(path);
      const { message } = assertThrows(() => openAt(path), StoreOpenError);
      assertMatch(message, /^Cannot open "[^"\n]+hubbub\.db": [^\n]+$/);
      assertMatch(message, words);
    },
  });
}

Deno.test("sqlite store: the cause of an unwritable file is reported with a remedy", () => {
  for (
    const [words, told] of [
      ["Read-only file system (os error 30)", /nothing can be written there/],
      ["attempt to write a readonly database", /nothing can be written there/],
      ["database or disk is full", /the disk is full\. Make room/],
      ["No space left on device (os error 28)", /the disk is full\. Make room/],
    ] as const
  ) assertMatch(explain(new Error(words), "data/hubbub.db").words, told);
  const denied = new Deno.errors.NotCapable("Requires write access");
  assertMatch(explain(denied, "hubbub.db").words, /such as data\/hubbub\.db/);
});

/** Another program that keeps the file for itself. */
function lock(path: string): Disposable {
  const db = new DatabaseSync(path);
  db.exec("BEGIN EXCLUSIVE");
  return {
    [Symbol.dispose]() {
      db.exec("ROLLBACK");
      db.close();
    },
  };
}

Deno.test("sqlite store: a file another program has locked takes no message, and takes them again after", async () => {
  const folder = new TempFolder();
  await using bench = await Bench.open(placeIn(folder));
  await bench.say("hall", "before");
  const feed = await bench.follow("hall");
  const during = [
    draft({ room: "hall", text: "during", cid: "c" }),
    draft({ room: "new", text: "during" }),
  ];
  {
    using _ = lock(folder.file("hubbub.db"));
    await assertRejects(() => bench.store.append(during), Error, "locked");
    await assertRejects(() => bench.store.check(), Error, "locked");
    // What is there can still be read.
    assertEquals(await bench.texts("hall"), ["before"]);
    assertEquals(feed.texts, []);
  }
  await bench.store.check();
  const receipts = await bench.store.append(during);
  assertEquals(receipts, [
    { seq: 2, duplicate: false },
    { seq: 1, duplicate: false },
  ]);
  assertEquals(feed.texts, ["during"]);
});

Deno.test("sqlite store: an unknown room can be read while the file is locked", async () => {
  const folder = new TempFolder();
  await using bench = await Bench.open(placeIn(folder));
  using _ = lock(folder.file("hubbub.db"));
  const page = await bench.store.read("unheard", { after: 0, limit: 5 });
  assertEquals(page.messages, []);
});

Deno.test("sqlite store: a file locked by another program is reported in one line", () => {
  using folder = new TempFolder();
  using _ = lock(folder.file("hubbub.db"));
  assertRefusedUntouched(folder, /another program has locked it/);
});

Deno.test("sqlite store: a second server on one file is refused in one line", async () => {
  using folder = new TempFolder();
  const first = openAt(folder.file("hubbub.db"));
  const error = assertThrows(
    () => openAt(folder.file("hubbub.db")),
    StoreOpenError,
    "in use by another server",
  );
  assert(!error.message.includes("\n"), "one line");
  await first.close();
  await openAt(folder.file("hubbub.db")).close();
});

Deno.test("sqlite store: a second server on one file is refused in one line, until the first is gone", async () => {
  using folder = new TempFolder();
  const path = folder.file("hubbub.db");
  const first = openAt(path);
  assertRefusedUntouched(folder, /is in use by another server/);
  await first.close();
  await openAt(path).close();
});

Deno.test("sqlite store: a removed text is in neither the file nor its WAL", async () => {
  using folder = new TempFolder();
  const path = folder.file("hubbub.db");
  const store = openAt(path);
  const secret = "Correct horse battery staple";
  const inFiles = () =>
    ["", "-wal"].some((suffix) =>
      new TextDecoder("latin1").decode(Deno.readFileSync(path + suffix))
        .includes(secret)
    );
  // In the middle of pages, and one that has pages of its own.
  for (const text of [secret, secret.repeat(300)]) {
    await store.append([draft({ room: "hall", text: "x".repeat(300) })]);
    await store.append([draft({ room: "hall", text })]);
  }
  assert(inFiles());
  for (const removes of [2, 4]) {
    await store.append([draft({ room: "hall", text: "Removed", removes })]);
  }
  await store.trim();
  assert(!inFiles());
  await store.close();
});

/** Whether words are in any of the files that begin with a path. */
function isInFiles(folder: TempFolder, words: string): boolean {
  return [...Deno.readDirSync(folder.path)].some(({ name }) =>
    new TextDecoder("latin1").decode(Deno.readFileSync(folder.file(name)))
      .includes(words)
  );
}

/** What a process leaves that is killed now. */
function leftBy(folder: TempFolder): TempFolder {
  const left = new TempFolder();
  for (const { name } of Deno.readDirSync(folder.path)) {
    Deno.copyFileSync(folder.file(name), left.file(name));
  }
  return left;
}

Deno.test("sqlite store: a text removed right before a kill is in no file after the next start", async () => {
  using folder = new TempFolder();
  const store = openAt(folder.file("hubbub.db"));
  const secret = "Correct horse battery staple";
  const texts = [secret, secret.repeat(300), `${"x".repeat(5_000)}${secret}`];
  for (const text of texts) {
    await store.append([draft({ room: "hall", text })]);
  }
  // Some of it has reached the file, some only the log of changes.
  await store.trim();
  for (const text of texts) {
    await store.append([draft({ room: "hall", text })]);
  }
  for (let removes = 1; removes <= 6; removes++) {
    await store.append([draft({ room: "hall", text: "Removed", removes })]);
  }
  using left = leftBy(folder);
  await store.close();
  assert(isInFiles(left, secret));
  const again = openAt(left.file("hubbub.db"));
  assert(!isInFiles(left, secret));
  const { messages } = await again.read("hall", { after: 0, limit: 99 });
  assertEquals(messages.filter(({ removed }) => removed).length, 6);
  await again.close();
  assert(!isInFiles(left, secret));
});

Deno.test("sqlite store: a text removed right before a kill is erased once readers of the file have ended", async () => {
  using folder = new TempFolder();
  const store = openAt(folder.file("hubbub.db"));
  const secret = "Correct horse battery staple";
  await store.append([draft({ room: "hall", text: secret })]);
  await store.append([draft({ room: "hall", text: "Removed", removes: 1 })]);
  using left = leftBy(folder);
  await store.close();
  const reader = new DatabaseSync(left.file("hubbub.db"));
  reader.exec("BEGIN; SELECT count(*) FROM messages");
  const again = openAt(left.file("hubbub.db"));
  reader.exec("COMMIT");
  reader.close();
  await again.trim();
  assert(!isInFiles(left, secret));
  await again.close();
});

const MINUTE_MS = 60_000;

Deno.test("sqlite store: retention trims a grown room at once, and reports whether there is more", async () => {
  await using bench = await Bench.open(placeIn(new TempFolder()), {
    messages: 10,
    ms: 0,
  });
  const rooms = Array.from({ length: 300 }, (_, i) => `room-${i}`);
  await bench.store.append(rooms.map((room) => draft({ room, text: "hi" })));
  while (await bench.store.trim());
  const feed = await bench.follow("room-0");
  await bench.fill("room-0", 1_200);
  bench.clock.pass(20 * MINUTE_MS);
  const more: boolean[] = [];
  for (let step = 0; step < 4; step++) more.push(await bench.store.trim());
  assertEquals(feed.firsts, [1_192]);
  assertEquals(more, [true, true, false, false]);
});

Deno.test("sqlite store: a step of the retention reads no more rows than it may delete", async () => {
  const folder = new TempFolder();
  await using bench = await Bench.open(placeIn(folder), { messages: 1, ms: 0 });
  // The clock is set back: then what is old is behind what is young.
  await bench.fill("hall", 500);
  bench.clock.pass(-20 * MINUTE_MS);
  await bench.fill("hall", 50);
  bench.clock.pass(20 * MINUTE_MS);
  const rows = () => {
    using db = new DatabaseSync(folder.file("hubbub.db"), { readOnly: true });
    return db.prepare("SELECT count(*) AS n FROM messages").get()?.["n"];
  };
  await bench.store.trim();
  assertEquals(rows(), 550);
  bench.clock.pass(11 * MINUTE_MS);
  await bench.trimAll();
  assertEquals(rows(), 1);
});

Deno.test("sqlite store: the cids that were sent lately are read in many turns, and all of them are known", async () => {
  await using bench = await Bench.open(placeIn(new TempFolder()));
  const sent = (n: number) => draft({ room: "hall", text: "hi", cid: `c${n}` });
  const drafts = Array.from({ length: 7_000 }, (_, n) => sent(n));
  await bench.store.append(drafts.slice(0, 1_000));
  bench.clock.pass(9 * MINUTE_MS);
  // Between them some that have no cid.
  await bench.fill("hall", 100);
  await bench.store.append(drafts.slice(1_000));
  await bench.reopen();
  const following = bench.follow("hall");
  let followed = false;
  following.then(() => followed = true);
  let turns = 0;
  while (!followed) {
    // Others have their turn, and somebody writes without following.
    await bench.say("yard", "hi");
    await bench.say("hall", "hi");
    turns++;
    bench.clock.endTurn();
    await settled();
  }
  assert(turns >= 3, `${turns} turns`);
  const { state } = await following;
  assertEquals(state.head, 7_100 + turns);
  const receipts = await bench.store.append([
    sent(0),
    sent(4_321),
    sent(6_999),
    sent(9_999),
  ]);
  assertEquals(receipts.map(({ seq, duplicate }) => [seq, duplicate]), [
    [1, true],
    [4_422, true],
    [7_100, true],
    [7_101 + turns, false],
  ]);
});

Deno.test("sqlite store: closing ends running reads", async () => {
  using folder = new TempFolder();
  const path = folder.file("hubbub.db");
  const clock = new FakeClock();
  const open = () => SqliteStore.open({ path, retention: KEEP_ALL, clock });
  const first = open();
  await first.append(Array.from(
    { length: 5_000 },
    (_, n) => draft({ room: "hall", text: "hi", cid: `c${n}` }),
  ));
  await first.close();
  const second = open();
  const following = second.follow("hall", new RecordingFeed());
  await second.close();
  clock.endTurn();
  await assertRejects(() => following, Error);
});

Deno.test("sqlite store: a file of version 1 is brought up to date", async () => {
  using folder = new TempFolder();
  const path = folder.file("hubbub.db");
  writeDatabase(
    path,
    `
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
      epoch TEXT NOT NULL, first INTEGER NOT NULL DEFAULT 1,
      at INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE messages (id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
      author TEXT NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL,
      cid TEXT) STRICT;
    INSERT INTO rooms (id, name, epoch) VALUES (1, 'hall', 'e1');
    INSERT INTO messages VALUES (4294967297, 1000, 'ada', 'Ada', 'Hello', NULL);
    PRAGMA application_id = 0x68756262;
    PRAGMA user_version = 1;
    `,
  );
  const store = openAt(path);
  await store.append([draft({ room: "hall", text: "Removed", removes: 1 })]);
  const { messages } = await store.read("hall", { after: 0, limit: 9 });
  assertEquals(messages.map(({ text, removed }) => [text, removed]), [
    ["", true],
    ["Removed", undefined],
  ]);
  await store.keep(new Map([["lock/hall", "{}"]]));
  await store.close();
});

/** A file that a server of version 2 has made, and more statements. */
function version2(folder: TempFolder, more = ""): string {
  const path = folder.file("hubbub.db");
  const file = new URL("files/version_2.sql", import.meta.url);
  writeDatabase(path, `BEGIN; ${Deno.readTextFileSync(file)} COMMIT; ${more}`);
  return path;
}

Deno.test("sqlite store: a file of version 2 keeps its rooms, epochs, seqs, repeats and special messages", async () => {
  using folder = new TempFolder();
  const path = version2(folder);
  const clock = new FakeClock(1_700_010_800_000);
  const store = SqliteStore.open({ path, retention: KEEP_ALL, clock });
  assertEquals(await store.rooms(), [
    { room: "_audit", head: 1, at: clock.now() },
    { room: "gone", head: 2, at: 1_700_000_000_000 },
    { room: "hall", head: 6, at: clock.now() },
    { room: "yard", head: 1, at: clock.now() },
  ]);
  const hall = await store.read("hall", { after: 0, limit: 9 });
  assertEquals([hall.epoch, hall.first, hall.head], ["724283a1-349e", 4, 6]);
  assertEquals(
    hall.messages.map(({ seq, text, removed, removes }) => [
      ...[seq, text, removed, removes],
    ]),
    [
      [4, "", true, undefined],
      [5, "zwei\nZeilen 👩‍💻", undefined, undefined],
      [6, "A message was removed", undefined, 4],
    ],
  );
  const yard = await store.read("yard", { after: 0, limit: 9 });
  assertEquals(yard.messages[0]?.announcement, true);
  assertEquals((await store.follow("gone", new RecordingFeed())).head, 2);
  // Also of one that the retention has let go, and that is there for this only.
  const receipts = await store.append([
    draft({ room: "hall", author: "user:ada", cid: "c-1" }),
    draft({ room: "hall", author: "user:ada", cid: "c-5" }),
    draft({ room: "gone" }),
    draft({ room: "joined only" }),
  ]);
  assertEquals(receipts.map(({ seq, duplicate }) => [seq, duplicate]), [
    ...[[1, true], [5, true], [3, false], [1, false]],
  ]);
  assertEquals((await store.secret()).toHex().slice(0, 8), "7874e936");
  await store.close();
});

Deno.test("sqlite store: rooms beyond the two millionth, of which a file of version 2 had no more, are like all others", async () => {
  using folder = new TempFolder();
  const far = 2 ** 21 + 7;
  const path = version2(
    folder,
    `INSERT INTO rooms (id, name, epoch) VALUES (${far}, 'far', 'e1');
     INSERT INTO messages (id, at, author, sender, text)
       VALUES ((${far} << 32) + 1, 5, 'ada', 'Ada', 'odd'),
              ((${far} << 32) + 2, 5, 'ada', 'Ada', 'even')`,
  );
  const store = openAt(path);
  const receipts = await store.append([
    draft({ room: "far", text: "more" }),
    ...["x", "y"].flatMap((room) =>
      [1, 2, 3].map((n) => draft({ room, text: `${room}${n}` }))
    ),
  ]);
  assertEquals(receipts.map(({ seq }) => seq), [3, 1, 2, 3, 1, 2, 3]);
  for (
    const [room, texts] of [
      ["far", ["odd", "even", "more"]],
      ["x", ["x1", "x2", "x3"]],
      ["y", ["y1", "y2", "y3"]],
    ] as const
  ) {
    const { messages } = await store.read(room, { after: 0, limit: 9 });
    assertEquals(messages.map(({ text }) => text), [...texts]);
  }
  await store.close();
});

Deno.test("sqlite store: a migrated file keeps no removed text", async () => {
  using folder = new TempFolder();
  const secret = "Correct horse battery staple";
  const path = version2(
    folder,
    `PRAGMA secure_delete = OFF; PRAGMA journal_mode = WAL;
     UPDATE messages SET text = '${secret}' WHERE id = 12884901892;
     PRAGMA wal_checkpoint(TRUNCATE);
     UPDATE messages SET text = '' WHERE id = 12884901892`,
  );
  await openAt(path).close();
  assert(!isInFiles(folder, secret));
});
