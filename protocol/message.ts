/** The types that every part of Hubbub shares: message and cursor. */

/** One entry of a room's log. Immutable once stored, except that its text may
 * be removed. */
export interface Message {
  readonly room: string;
  /** Position in the room's log: 1, 2, 3 … without holes. */
  readonly seq: number;
  /** The sender's name when it was sent. */
  readonly from: string;
  readonly text: string;
  /** When it was stored, milliseconds since 1970. */
  readonly at: number;
  /** The sender's id for deduplication, if the sender set one. */
  readonly cid?: string;
  /** The text was removed: a later message has this one's seq in `removes`. */
  readonly removed?: true;
  /** Seq of the message that this one removes; the text describes the
   * removal. */
  readonly removes?: number;
  /** A moderator's announcement, which clients highlight. */
  readonly announcement?: true;
  /** A moderator imported it from a file, with the name in the file: nobody
   * sent it here. */
  readonly imported?: true;
  /** Its sender had no access token that says who it is, on a server that
   * other people enter with one. */
  readonly guest?: true;
}

/**
 * Returns the optional marks of a message, as sent on the wire.
 *
 * @returns Empty for most messages.
 */
export function marksOf(
  { removed, removes, announcement, imported, guest }: Message,
): Pick<
  Message,
  "removed" | "removes" | "announcement" | "imported" | "guest"
> {
  return {
    ...(removed && { removed }),
    ...(removes !== undefined && { removes }),
    ...(announcement && { announcement }),
    ...(imported && { imported }),
    ...(guest && { guest }),
  };
}

/** Returns whether a message has no marks, as most have. */
export function isPlain(
  { removed, removes, announcement, imported, guest }: Message,
): boolean {
  return removed === undefined && removes === undefined &&
    announcement === undefined && imported === undefined &&
    guest === undefined;
}

/**
 * Returns the fields of a message that every reader of its room may have. The
 * server's own, such as the author, are not among them.
 */
export function publicFields(message: Message): Omit<Message, "room"> {
  const { seq, from, text, at, cid } = message;
  return {
    seq,
    from,
    text,
    at,
    ...(cid !== undefined && { cid }),
    ...(!isPlain(message) && marksOf(message)),
  };
}

/** The position of a reader in a room's log. */
export interface Cursor {
  /** Identifies the log; a deleted or lost log gets a new epoch. */
  readonly epoch: string;
  /** The last sequence number read; 0 before the first. */
  readonly seq: number;
}
