/**
 * The words every part of Hubbub shares: what a message is, and how far a
 * reader has got. Pure data; this file owns no behaviour but cursor equality.
 */

/** One line of a room's log. Immutable once the store has it, but that its text
 * may be removed. */
export interface Message {
  readonly room: string;
  /** Position in the room's log: 1, 2, 3 … without holes. */
  readonly seq: number;
  /** The sender's name when it was sent. */
  readonly from: string;
  readonly text: string;
  /** When the store got it, milliseconds since 1970. */
  readonly at: number;
  /** The sender's own id for it, when the sender gave one. */
  readonly cid?: string;
  /** The text is gone: a later message has this one's seq in `removes`. */
  readonly removed?: true;
  /** Seq of the message that this one removes; the text says so in words. */
  readonly removes?: number;
  /** A moderator says it to all, to be shown as something special. */
  readonly announcement?: true;
  /** It comes from a file that a moderator has brought, under the name that
   * stands there: nobody has said it here. */
  readonly imported?: true;
}

/**
 * What is special about a message, as it travels.
 *
 * @returns Nothing for most.
 */
export function marksOf(
  { removed, removes, announcement, imported }: Message,
): Pick<Message, "removed" | "removes" | "announcement" | "imported"> {
  return {
    ...(removed && { removed }),
    ...(removes !== undefined && { removes }),
    ...(announcement && { announcement }),
    ...(imported && { imported }),
  };
}

/** Whether a message is like most: one that somebody wrote, and is there. */
export function isPlain(
  { removed, removes, announcement, imported }: Message,
): boolean {
  return removed === undefined && removes === undefined &&
    announcement === undefined && imported === undefined;
}

/** How far one reader has got in one life of a room's log. */
export interface Cursor {
  /** Names one life of the log; a wiped or lost log gets a new one. */
  readonly epoch: string;
  /** The last sequence number read; 0 before the first. */
  readonly seq: number;
}
