/**
 * From what a room holds to the rows one sees: grouped by sender, parted by
 * days, comings and goings folded, one's own unsent messages last. Pure.
 */

import type { Gap, Outgoing, RoomMessage } from "../../../client/hubbub.ts";
import { errorWords } from "./error_words.ts";
import { removalWords, removedBy, type Remover } from "./chat_words.ts";
import { words } from "../../words/chat_catalogue.ts";
import { mentions } from "./format.ts";
import { sameDay } from "./times.ts";
import type { Movement } from "./chat_words.ts";

/** Comings and goings between two messages. */
export interface Note extends Movement {
  /** The newest message at that time. */
  readonly after: number;
}

/** How far a message has got. */
export type LinePhase = "sent" | "pending" | "failed";

/** One message as a row. */
export interface LineRow {
  readonly kind: "line";
  readonly key: string;
  /** Absent until the server has it. */
  readonly seq: number | undefined;
  readonly cid: string | undefined;
  readonly from: string;
  readonly text: string;
  readonly at: number;
  readonly mine: boolean;
  readonly mentioned: boolean;
  readonly phase: LinePhase;
  /** Why it could not be sent. */
  readonly problem: string | undefined;
  /** Its text is gone. */
  readonly removed: boolean;
  /** Who removed it, if the notice of that is on show. */
  readonly remover: Remover | undefined;
  /** Said to all by a moderator; stands alone. */
  readonly announcement: boolean;
  /** Whether it comes from a file, so that nobody has said it here. */
  readonly imported: boolean;
  /** Whether its sender had no access token that says who it is. */
  readonly guest: boolean;
  /** First and last of a run by one sender. */
  readonly head: boolean;
  readonly tail: boolean;
}

/** One thing of a conversation, from top to bottom. */
export type Row =
  | { readonly kind: "start"; readonly key: string }
  | { readonly kind: "gap"; readonly key: string; readonly missed: number }
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "new"; readonly key: string }
  | {
    readonly kind: "note";
    readonly key: string;
    readonly movement: Movement;
  }
  /** What the room itself has to say, such as that a message was removed. */
  | {
    readonly kind: "remark";
    readonly key: string;
    readonly seq: number;
    readonly text: string;
  }
  | LineRow;

/** What is on show of a room. */
export interface Shown {
  /** Ascending, nothing missing but gaps. */
  readonly messages: readonly RoomMessage[];
  readonly gaps: readonly Gap[];
  readonly notes: readonly Note[];
  /** One's own that did not come back as messages yet. */
  readonly outgoing: readonly Outgoing[];
  /** Whether there is nothing older, and how many were lost before. */
  readonly beginning: { readonly lost: number } | undefined;
  /** The line "new messages" comes after this seq. */
  readonly mark: number | undefined;
  readonly me: string | undefined;
  /** Names here that contain one's own. */
  readonly longer: readonly string[];
}

/** Longer silence begins a new group, with a time of its own. */
const GROUP_MS = 5 * 60_000;

/** Writes rows one after the other, knowing what stands above. */
class Rows {
  readonly rows: Row[] = [];
  #previous: LineRow | undefined;
  #day: number | undefined;

  other(row: Exclude<Row, LineRow>): void {
    this.#endGroup();
    this.rows.push(row);
  }

  line(line: Omit<LineRow, "kind" | "head" | "tail">): void {
    if (this.#day === undefined || !sameDay(this.#day, line.at)) {
      this.other({ kind: "day", key: `day ${line.key}`, at: line.at });
      this.#day = line.at;
    }
    const above = this.#previous;
    const head = above === undefined || above.from !== line.from ||
      above.mine !== line.mine || line.at - above.at > GROUP_MS ||
      above.announcement || line.announcement ||
      above.imported !== line.imported || above.guest !== line.guest;
    if (head) this.#endGroup();
    this.#previous = { kind: "line", head, tail: false, ...line };
    this.rows.push(this.#previous);
  }

  finish(): readonly Row[] {
    this.#endGroup();
    return this.rows;
  }

  #endGroup(): void {
    if (this.#previous !== undefined) {
      this.rows[this.rows.length - 1] = { ...this.#previous, tail: true };
    }
    this.#previous = undefined;
  }
}

/**
 * Writes the rows of what is on show.
 *
 * @returns Rows with keys that stay as long as the row does, so that drawing
 * moves nothing that did not change.
 */
export function rowsOf(shown: Shown): readonly Row[] {
  const { messages, beginning, mark, me, longer } = shown;
  const rows = new Rows();
  const gaps = [...shown.gaps];
  const notes = [...shown.notes];
  if (beginning !== undefined) {
    rows.other(
      beginning.lost > 0
        ? { kind: "gap", key: "lost", missed: beginning.lost }
        : { kind: "start", key: "start" },
    );
  }
  /** What stands between the last message and the one with this seq. */
  const between = (seq: number) => {
    const here: Note[] = [];
    while (notes[0] !== undefined && notes[0].after < seq) {
      here.push(notes.shift() as Note);
    }
    const movement = fold(here);
    if (movement !== undefined) {
      rows.other({ kind: "note", key: `note ${here[0]?.after}`, movement });
    }
    while (gaps[0] !== undefined && gaps[0].from < seq) {
      const { from, missed } = gaps.shift() as Gap;
      rows.other({ kind: "gap", key: `gap ${from}`, missed });
    }
  };
  const removers = new Map<number, Remover>();
  for (const message of messages) {
    const { removes } = message;
    if (removes !== undefined) removers.set(removes, removedBy(message));
  }
  let above = mark;
  for (const message of messages) {
    const { seq, cid, from, text, at, mine, removes } = message;
    between(seq);
    // The message itself says so.
    const isShown = (removes ?? Infinity) >= (messages[0]?.seq ?? Infinity);
    if (removes !== undefined && isShown) continue;
    if (above !== undefined && seq > above) {
      rows.other({ kind: "new", key: "new" });
      above = undefined;
    }
    if (removes !== undefined) {
      rows.other({
        kind: "remark",
        key: String(seq),
        seq,
        text: removalWords(message),
      });
      continue;
    }
    rows.line({
      key: mine && cid !== undefined ? cid : String(seq),
      seq,
      cid,
      from,
      text,
      at,
      mine,
      mentioned: !mine && mentions(text, me, longer),
      phase: "sent",
      problem: undefined,
      removed: message.removed === true,
      remover: removers.get(seq),
      announcement: message.announcement === true,
      imported: message.imported === true,
      guest: message.guest === true,
    });
  }
  between(Infinity);
  const isGuest = messages.findLast(({ mine }) => mine)?.guest === true;
  for (const { cid, text, at, state } of shown.outgoing) {
    rows.line({
      key: cid,
      seq: undefined,
      cid,
      from: me ?? words.senderOfOwn,
      text,
      at,
      mine: true,
      mentioned: false,
      phase: state.phase === "failed" ? "failed" : "pending",
      problem: state.phase === "failed" ? errorWords(state.error) : undefined,
      removed: false,
      remover: undefined,
      announcement: false,
      imported: false,
      // As the server will mark it, if it marked the one before.
      guest: isGuest,
    });
  }
  return rows.finish();
}

/**
 * Folds comings and goings to what changed in the end: who came and went in
 * between leaves no trace.
 *
 * @returns Undefined when nothing changed.
 */
export function fold(notes: readonly Movement[]): Movement | undefined {
  /** Names as they are now, and what they were before; undefined: absent. */
  const before = new Map<string, string | undefined>();
  const left = new Set<string>();
  for (const note of notes) {
    for (const name of note.joined) {
      if (left.delete(name)) before.delete(name);
      else before.set(name, undefined);
    }
    for (const [from, to] of note.renamed) {
      const origin = before.has(from) ? before.get(from) : from;
      before.delete(from);
      if (origin !== to) before.set(to, origin);
    }
    for (const name of note.left) {
      const known = before.has(name);
      const origin = before.get(name);
      before.delete(name);
      if (!known) left.add(name);
      else if (origin !== undefined) left.add(origin);
    }
  }
  const joined: string[] = [];
  const renamed: [string, string][] = [];
  for (const [name, origin] of before) {
    if (origin === undefined) joined.push(name);
    else renamed.push([origin, name]);
  }
  if (joined.length + renamed.length + left.size === 0) return undefined;
  return { joined, left: [...left], renamed };
}
