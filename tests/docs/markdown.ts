/** The little of Markdown that tests read out of the docs. */

/** A fenced block of code. */
export interface Block {
  /** What stands behind the fence, such as `js`. */
  readonly info: string;
  readonly code: string;
}

/** A table: its header and its rows, cells without the spaces around them. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads a document.
 *
 * @param path Its path from the root.
 */
export function readDocument(path: string): string {
  return Deno.readTextFileSync(path);
}

/** All fenced blocks of a document. */
export function blocks(document: string): Block[] {
  return Array.from(
    document.matchAll(/^```([^\n]*)\n([\s\S]*?)\n```$/gm),
    ([, info = "", code = ""]) => ({ info, code }),
  );
}

/**
 * The part of a document under a heading, up to the next of the same rank or
 * of a higher one.
 *
 * @throws {Error} When there is no such heading.
 */
export function section(document: string, heading: string): string {
  const lines = document.split("\n");
  const start = lines.findIndex((line) =>
    /^#+ /.test(line) && line.replace(/^#+ /, "") === heading
  );
  if (start < 0) throw new Error(`There is no heading "${heading}"`);
  const rank = lines[start]?.indexOf(" ") ?? 1;
  const length = lines.slice(start + 1).findIndex((line) => {
    const [marks] = /^#+(?= )/.exec(line) ?? [];
    return marks !== undefined && marks.length <= rank;
  });
  return lines.slice(start, length < 0 ? undefined : start + 1 + length)
    .join("\n");
}

/** All tables of a part of a document. */
export function tables(part: string): Table[] {
  const runs = part.match(/(?:^\|.*\n?)+/gm) ?? [];
  return runs.map((run) => {
    const rows = run.trim().split("\n").map((line) =>
      line.replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim())
    );
    return { header: rows[0] ?? [], rows: rows.slice(2) };
  });
}

/** What stands between backticks, in order. */
export function codes(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = ""]) => code);
}
