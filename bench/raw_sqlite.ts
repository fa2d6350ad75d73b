/**
 * What `node:sqlite` alone stores a second: the same rows in a plain table, in
 * transactions of the size that is its argument. The bound that Hubbub's
 * storing is held against.
 */

import { DatabaseSync } from "node:sqlite";
import { textOf } from "./load/tally.ts";

const MEASURE_MS = 1_500;

const [path = ":memory:", batch = "64"] = Deno.args;
const db = new DatabaseSync(path);
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE messages (
    room INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
    author TEXT NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL, cid TEXT,
    PRIMARY KEY (room, seq)
  ) STRICT, WITHOUT ROWID;
`);
const insert = db.prepare("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)");
const begin = db.prepare("BEGIN IMMEDIATE");
const commit = db.prepare("COMMIT");
const text = textOf(0);

let seq = 0;
function run(ms: number): number {
  const before = seq;
  const started = performance.now();
  while (performance.now() - started < ms) {
    begin.run();
    const at = Date.now();
    for (let i = 0; i < Number(batch); i++) {
      seq++;
      insert.run(1, seq, at, "1234567890abcdef", "m0", text, `c-${seq}`);
    }
    commit.run();
  }
  return (seq - before) / (performance.now() - started) * 1000;
}

run(MEASURE_MS / 3);
console.log(JSON.stringify({ perSecond: run(MEASURE_MS) }));
db.close();
