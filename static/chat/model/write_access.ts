/**
 * Whether one can write in a room now, and what keeps order in it: the words
 * and the choices. Pure.
 */

import { words } from "../../words/chat_catalogue.ts";

/** What holds in a room, for one reader. */
export interface Standing {
  /** Whether one may write here at all. */
  readonly writes: boolean;
  /** Whether one keeps order here: then nothing below holds. */
  readonly moderates: boolean;
  readonly locked: boolean;
  /** Between two messages of one's own, milliseconds; 0: no wait. */
  readonly slowMs: number;
  /** When the server took one's last message. */
  readonly sentAt: number | undefined;
}

/** How a room keeps one from writing. */
export interface WriteAccess {
  /** What is so. */
  readonly words: string;
  /** How long it stays so, milliseconds; undefined: until it changes. */
  readonly forMs?: number;
}

/**
 * Tells what keeps one from writing.
 *
 * @param rules What holds.
 * @param now The moment, on the clock of `sentAt`.
 * @returns Undefined when nothing does.
 */
export function accessOfRoom(
  { writes, moderates, locked, slowMs, sentAt = -Infinity }: Standing,
  now: number,
): WriteAccess | undefined {
  if (!writes) return { words: words.readOnly };
  if (moderates) return undefined;
  if (locked) return { words: words.roomIsLocked };
  const forMs = sentAt + slowMs - now;
  if (slowMs === 0 || forMs <= 0) return undefined;
  const seconds = Math.ceil(forMs / 1_000);
  return {
    words: words.slowModeWait(clock(seconds)),
    forMs,
  };
}

/** What one should know before one writes; nothing for most rooms. */
export function ruleWords({ moderates, locked, slowMs }: Standing): string {
  if (locked && moderates) {
    return words.lockedForOthers;
  }
  return slowMs > 0 && !moderates ? words.slowModeRule(slowMs) : "";
}

/** What a page says where one writes, and in a room without messages. */
export interface WritingWords {
  /** In the empty field. */
  readonly placeholder: string;
  /** In a room without messages. */
  readonly empty: string;
  /** Whether others are to be invited to it. */
  readonly invites: boolean;
  /** Whether to show how a program writes in it. */
  readonly program: boolean;
}

/**
 * Says what fits one's rights: nobody is asked to write who cannot.
 *
 * @param room Its name, as it stands in a sentence.
 * @param access What keeps one from writing; a wait counts as nothing.
 * @param isOut Whether one is not in the room, or not on the server.
 */
export function writingWords(
  room: string,
  access: WriteAccess | undefined,
  isOut: boolean,
): WritingWords {
  if (isOut) {
    return {
      placeholder: words.cannotWriteNow(room),
      empty: words.noMessages(room),
      invites: false,
      program: false,
    };
  }
  if (access !== undefined && access.forMs === undefined) {
    return {
      placeholder: words.cannotWrite(room),
      // Why one cannot write stands below the field.
      empty: words.newOnesAppear(room),
      invites: true,
      program: false,
    };
  }
  return {
    placeholder: words.messageTo(room),
    empty: words.writeOrInvite(room),
    invites: true,
    program: true,
  };
}

/** Seconds as on a clock, once they are more than one can count. */
function clock(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)}:${
    String(seconds % 60).padStart(2, "0")
  } min`;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long a ban can be, milliseconds. */
export const BANS: readonly number[] = [10 * MINUTE, HOUR, 24 * HOUR];

/** How slow a room can be made, milliseconds; 0: not at all. */
export const SLOWNESS: readonly number[] = [
  0,
  5 * SECOND,
  15 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
];
