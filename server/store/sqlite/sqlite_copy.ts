/**
 * Detects and handles copies of a database. A copy and its original assign the
 * same numbers to different messages, so cursors of one must be invalid in the
 * other. Owns the mark that identifies a copy.
 */

import { DatabaseSync } from "node:sqlite";

/** In the table `meta`: the base of unwritten rooms' epochs (unwritten.ts). */
export const EPOCH_BASE = "epochs";

/** In the table `meta`, of a copy that no server has opened yet. */
const MARK = "copy";

/**
 * Marks a file as a copy.
 *
 * @param path A complete Hubbub database, not in use.
 */
export function markCopy(path: string): void {
  using db = new DatabaseSync(path);
  db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")
    .run(MARK, new Uint8Array(1));
}

/**
 * Gives the rooms of a copy new epochs, once per restored copy.
 *
 * @param db An open, migrated database.
 */
export function beginAnew(db: DatabaseSync): void {
  const mark = db.prepare("SELECT 1 FROM meta WHERE key = ?");
  if (mark.get(MARK) === undefined) return;
  const rooms = db.prepare("SELECT id FROM rooms").all();
  const rename = db.prepare("UPDATE rooms SET epoch = ? WHERE id = ?");
  db.exec("BEGIN IMMEDIATE");
  for (const { id } of rooms) rename.run(crypto.randomUUID(), Number(id));
  // The unwritten rooms.
  db.prepare("DELETE FROM meta WHERE key = ?").run(EPOCH_BASE);
  db.prepare("DELETE FROM meta WHERE key = ?").run(MARK);
  db.exec("COMMIT");
}
