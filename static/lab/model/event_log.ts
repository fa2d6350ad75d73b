/**
 * What happened on a connection, a row each: owns how much is kept, what a
 * filter leaves, and the export.
 */

import { hexDump, toHex } from "./bytes.ts";

/** Which way it went; what nobody sent is an event of the socket itself. */
export type Direction = "sent" | "received" | "event";

/** One row. */
export interface Row {
  readonly id: number;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly direction: Direction;
  /** Such as `message`, `send`, `close`. */
  readonly what: string;
  readonly data: string | Uint8Array;
  /** On the wire, in bytes; undefined where nothing went over it. */
  readonly size: number | undefined;
  /** What else is to be said of it. */
  readonly note?: string;
}

/** What is to be seen. */
export interface Filter {
  readonly text: string;
  readonly direction: Direction | "all";
}

/** Rows, and bytes of their data, that are kept. */
const MOST_ROWS = 5_000;
const MOST_BYTES = 32 * 1024 * 1024;

/** How much of a message a row shows, and a filter looks through. */
const PREVIEW = 300;
const SEARCHED = 10_000;
/** The longest JSON that is made pretty: more would hold up the page. */
const PRETTY = 256 * 1024;

/** The newest rows, the newest last. */
export class EventLog {
  #rows: Row[] = [];
  #bytes = 0;
  #added = 0;

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** Rows that are no longer kept. */
  get dropped(): number {
    return this.#added - this.#rows.length;
  }

  /** Adds a row, and drops old ones beyond what is kept. */
  add(row: Omit<Row, "id">): Row {
    const added = { ...row, id: ++this.#added };
    this.#rows.push(added);
    this.#bytes += added.size ?? 0;
    while (this.#rows.length > MOST_ROWS || this.#bytes > MOST_BYTES) {
      if (this.#rows.length === 1) break;
      this.#bytes -= this.#rows.shift()?.size ?? 0;
    }
    return added;
  }

  /** Gives a row its data, which had to be read first. */
  fill(id: number, data: Uint8Array): void {
    this.#rows = this.#rows.map((row) =>
      row.id === id ? { ...row, data } : row
    );
  }

  /** Forgets all rows. */
  clear(): void {
    this.#rows = [];
    this.#bytes = 0;
    this.#added = 0;
  }

  /** The rows a filter leaves, the newest first. */
  filtered({ text, direction }: Filter): Row[] {
    const wanted = text.trim().toLowerCase();
    return this.#rows.filter((row) =>
      (direction === "all" || row.direction === direction) &&
      (wanted === "" || searched(row).includes(wanted))
    ).reverse();
  }
}

function searched({ what, data, note = "" }: Row): string {
  const text = typeof data === "string"
    ? data.slice(0, SEARCHED)
    : toHex(data.subarray(0, SEARCHED));
  return `${what} ${text} ${note}`.toLowerCase();
}

/** A row's data in one line. */
export function preview({ data, note = "" }: Row): string {
  if (typeof data !== "string") return toHex(data.subarray(0, PREVIEW / 3));
  return data === "" ? note : data.slice(0, PREVIEW);
}

/** Whether there is more to a row than its line shows well. */
export function opened({ data, note }: Row): string {
  const told = note === undefined ? "" : `${note}\n\n`;
  if (typeof data !== "string") return told + hexDump(data);
  return (told + pretty(data)).trimEnd();
}

/** JSON with its structure shown, one value or one a line; else as it is. */
export function pretty(text: string): string {
  if (text.length > PRETTY) return text;
  const show = (json: string) => {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" ? JSON.stringify(value, null, 2) : json;
  };
  try {
    return show(text);
  } catch {
    try {
      return text.split("\n").map(show).join("\n");
    } catch {
      return text;
    }
  }
}

/**
 * Rows as JSON, for other programs.
 *
 * @param rows Which, in the order in which they are to stand.
 * @returns An array; binary data is in `hex` instead of `data`.
 */
export function exportJson(rows: readonly Row[]): string {
  const plain = rows.map(({ at, direction, what, data, size, note }) => ({
    time: new Date(at).toISOString(),
    direction,
    what,
    size,
    ...(typeof data === "string" ? { data } : { hex: toHex(data) }),
    note,
  }));
  return JSON.stringify(plain, null, 2);
}
