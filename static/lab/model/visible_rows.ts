/** Which rows of a long table are to be drawn: those in view and a few around
 * them. Pure geometry, in pixels. */

/** A table and what is seen of it. */
export interface View {
  readonly rows: number;
  readonly rowHeight: number;
  readonly top: number;
  readonly height: number;
  /** The row that is open, and how much higher that makes it. */
  readonly open?:
    | { readonly index: number; readonly height: number }
    | undefined;
}

/** Rows `from` to before `to`, and the empty space around them. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly above: number;
  readonly below: number;
}

/** Rows drawn beyond the edges: one scrolls faster than one draws. */
const AROUND = 8;

/** The rows to draw. */
export function slice({ rows, rowHeight, top, height, open }: View): Slice {
  // Where a row starts, with what is open above it.
  const start = (row: number) =>
    row * rowHeight +
    (open !== undefined && open.index < row ? open.height : 0);
  const reach = open?.height ?? 0;
  const from = Math.max(0, Math.floor((top - reach) / rowHeight) - AROUND);
  const to = Math.min(rows, Math.ceil((top + height) / rowHeight) + AROUND);
  const first = Math.min(from, Math.max(0, to - 1));
  return {
    from: first,
    to,
    above: start(first),
    below: start(rows) - start(to),
  };
}
