/** Every result code of SQLite, in words that say what is wrong and what to do. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  databaseFault,
  primaryCode,
} from "../../server/store/sqlite/sqlite_errors.ts";

/** What is told of a code: https://sqlite.org/rescode.html. */
const CODES: readonly (readonly [
  codes: readonly number[],
  says: string,
  told: RegExp,
  lasting: boolean,
])[] = [
  [[1, 257, 513, 769], "SQL logic error", /SQLite fails/, false],
  [[2], "unknown error", /SQLite fails/, false],
  [[3], "access permission denied", /may not use it.*chown/, true],
  [[4, 516], "query aborted", /SQLite fails/, false],
  [[5, 261, 517, 773], "database is locked", /another program has/, false],
  [[6, 262, 518], "database table is locked", /another program has/, false],
  [[7], "out of memory", /not enough memory/, false],
  [
    [8, 520, 776, 1288, 1544],
    "attempt to write a readonly database",
    /nothing can be written/,
    true,
  ],
  [
    [264],
    "attempt to write a readonly database",
    /nothing can be written/,
    true,
  ],
  [[1032], "attempt to write a readonly database", /moved or deleted/, false],
  [[9], "interrupted", /SQLite fails/, false],
  [
    [
      10,
      266,
      522,
      778,
      1034,
      1290,
      1546,
      1802,
      2570,
      2826,
      4106,
      4362,
      5642,
      6154,
      6410,
      6666,
      7434,
      7690,
      7946,
      8714,
    ],
    "disk I/O error",
    /the disk or its file system fails.*journalctl/,
    false,
  ],
  [[2058, 2314, 3594, 3850, 5130], "disk I/O error", /cannot lock files/, true],
  [[3082], "disk I/O error", /not enough memory/, false],
  [[3338, 7178], "disk I/O error", /may not use it/, true],
  [[4618], "disk I/O error", /-shm beside it cannot/, true],
  [[4874], "disk I/O error", /the disk is full/, false],
  [[5386], "disk I/O error", /cannot share memory/, true],
  [[5898, 6922], "disk I/O error", /moved or deleted/, false],
  [[8202], "disk I/O error", /it is damaged/, true],
  [[8458], "disk I/O error", /file system is damaged.*fsck/, true],
  [
    [11, 267, 523, 779],
    "database disk image is malformed",
    /it is damaged/,
    true,
  ],
  [[12], "unknown operation", /SQLite fails/, false],
  [[13], "database or disk is full", /the disk is full/, false],
  [
    [14, 270, 782, 1038, 1294],
    "unable to open database file",
    /folder, and raise/,
    false,
  ],
  [[526], "unable to open database file", /it is a folder/, true],
  [[1550], "unable to open database file", /symbolic link/, true],
  [[15], "locking protocol", /another program has/, false],
  [[16], "unknown error", /SQLite fails/, false],
  [[17], "database schema has changed", /SQLite fails/, false],
  [[18], "string or blob too big", /--max-text/, false],
  [
    [19, 275, 531, 787, 1043, 1299, 1555, 1811, 2067, 2323, 2579, 2835, 3091],
    "constraint failed",
    /SQLite fails/,
    false,
  ],
  [[20], "datatype mismatch", /SQLite fails/, false],
  [[21], "bad parameter or other API misuse", /SQLite fails/, false],
  [[22], "large file support is disabled", /too large/, true],
  [[23, 279], "authorization denied", /may not use it/, true],
  [[24], "unknown error", /it is damaged/, true],
  [[25], "column index out of range", /SQLite fails/, false],
  [[26], "file is not a database", /not a database/, true],
  [[27, 283, 539], "notification message", /SQLite fails/, false],
  [[28, 284], "warning message", /SQLite fails/, false],
];

function thrown(message: string, fields: Record<string, unknown>): Error {
  return Object.assign(new Error(message), fields);
}

Deno.test("every result code of SQLite has a message with a remedy", () => {
  const primary = new Set<number>();
  for (const [codes, says, told, lasting] of CODES) {
    for (const errcode of codes) {
      primary.add(errcode & 0xff);
      const error = thrown(says, { code: "ERR_SQLITE_ERROR", errcode });
      const fault = databaseFault(error);
      const what = `${errcode}: ${fault?.words}`;
      assert(fault !== undefined, what);
      assertMatch(fault.words, told, what);
      // What is wrong, then what to do.
      assertMatch(fault.words, /^[^.]+(\. |\) )[A-Z][^.]+/, what);
      assertEquals(fault.lasting, lasting, what);
    }
  }
  assertEquals([...primary], Array.from({ length: 28 }, (_, i) => i + 1));
});

Deno.test("an error of SQLite without a code is recognized by its text", () => {
  for (const [[code = 0], says, told, lasting] of CODES) {
    // One that has words of its own, not shared with others.
    if (code > 0xff || says === "unknown error") continue;
    const error = thrown(says, { code: "ERR_SQLITE_ERROR" });
    const fault = databaseFault(error);
    assertMatch(fault?.words ?? "", told, says);
    assertEquals(fault?.lasting, lasting, says);
  }
});

Deno.test("a fault of the disk is that it is full, where nothing fits on it", () => {
  for (const says of ["disk I/O error", "unable to open database file: x.db"]) {
    const error = thrown(says, { code: "ERR_SQLITE_ERROR" });
    assertMatch(databaseFault(error, () => true)?.words ?? "", /disk is full/);
  }
  const other = thrown("file is not a database", {});
  assertMatch(databaseFault(other, () => true)?.words ?? "", /not a database/);
});

Deno.test("does not treat other errors as SQLite errors", () => {
  for (const error of [new Error("no such room"), "x", null, undefined]) {
    assertEquals(primaryCode(error), undefined);
    assertEquals(databaseFault(error), undefined);
  }
});
