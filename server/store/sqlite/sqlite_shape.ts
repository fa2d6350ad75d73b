/**
 * Compares a database's tables and columns, and tests migrations on an empty
 * copy before changing the file.
 */

import { DatabaseSync } from "node:sqlite";

/** The columns of the tables, by `TABLE.COLUMN`: their types and keys. */
export type Shape = ReadonlyMap<string, string>;

/**
 * The shape of a database's tables, without those of SQLite itself.
 *
 * @param db An open database; it is only read.
 */
export function shapeOf(db: DatabaseSync): Shape {
  const columns = db.prepare(`
    SELECT t.name AS tab, c.name AS col, upper(c.type) AS type, c."notnull" AS must, c.pk AS pk
    FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  `).all();
  return new Map(
    columns.map(({ tab, col, type, must, pk }) =>
      [`${tab}.${col}`, `${type} ${must} ${pk}`] as const
    ),
  );
}

/**
 * The shape that statements make.
 *
 * @param sql Statements that begin with an empty database.
 */
export function shapeMadeBy(sql: readonly string[]): Shape {
  using db = new DatabaseSync(":memory:");
  for (const statements of sql) db.exec(statements);
  return shapeOf(db);
}

/**
 * What differs from a shape in its own tables; other tables are left alone.
 *
 * @param is The shape of a database.
 * @param wanted What it should be.
 * @returns Columns that are missing, are there beside them, or are others.
 */
export function differences(is: Shape, wanted: Shape): string[] {
  const table = (column: string) => column.slice(0, column.indexOf("."));
  const ours = new Set(Array.from(wanted.keys(), table));
  const columns = new Set([
    ...wanted.keys(),
    ...[...is.keys()].filter((column) => ours.has(table(column))),
  ]);
  return [...columns].filter((column) => is.get(column) !== wanted.get(column));
}

/**
 * Tries statements on an empty copy of a database's tables.
 *
 * @param db An open database; it is only read.
 * @param sql The statements.
 * @returns The shape they would give it.
 * @throws {Error} When one of them fails.
 */
export function rehearse(db: DatabaseSync, sql: readonly string[]): Shape {
  const tables = db.prepare(
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC",
  ).all();
  using copy = new DatabaseSync(":memory:");
  for (const { sql } of tables) {
    try {
      copy.exec(String(sql));
    } catch {
      // A table of another program's module: no step of ours is about it.
    }
  }
  for (const statements of sql) copy.exec(statements);
  return shapeOf(copy);
}
