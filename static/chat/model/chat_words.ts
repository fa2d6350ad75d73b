/**
 * Sentences of the page that depend on figures, names and states. Plain,
 * short, sentence case. Pure.
 */

import { nameInWords } from "../../../protocol/text.ts";
import type { Sentence } from "../../words/sentences.ts";
import { words } from "../../words/chat_catalogue.ts";
import type { ConnectionState, Unauthorized } from "../../../client/hubbub.ts";

/** Absent in Firefox before 125. */
const segmenter = "Segmenter" in Intl
  ? new Intl.Segmenter(undefined, { granularity: "grapheme" })
  : undefined;
/** A character with its marks and what is joined to it: close to a grapheme. */
const GRAPHEME =
  /\p{Regional_Indicator}{2}|[^\u200D](?:[\p{M}\u{1F3FB}-\u{1F3FF}]|\u200D[^\u200D])*/gsu;

/** What a reader sees as single characters. */
export function graphemes(text: string): string[] {
  return segmenter === undefined
    ? text.match(GRAPHEME) ?? []
    : Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Letters that are written from right to left. */
const RTL =
  /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * A name for a sentence that is plain text, as a title or a notice: one that is
 * written from right to left does not turn the words around it (UAX #9).
 */
export function isolated(name: string): string {
  return RTL.test(name) ? `\u2068${name}\u2069` : name;
}

/** What stands for a picture: a pictogram, a flag, or a key. */
const EMOJI =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}{2}|[\d#*]\uFE0F?\u20E3)/u;
/** More are a text of their own. */
const MOST_EMOJI = 6;

/** Whether a text is a few emoji and nothing else, to be shown large. */
export function isEmoji(text: string): boolean {
  // Most texts are none, and not worth being taken apart.
  if (text.length > 100 || !EMOJI.test(text.trimStart())) return false;
  const seen = graphemes(text.replace(/\s/g, ""));
  return seen.length <= MOST_EMOJI && seen.every((one) => EMOJI.test(one));
}

/**
 * A number with its noun.
 *
 * @param count How many.
 * @param noun The singular; an s makes the plural unless one is given.
 */
export function counted(count: number, noun: string, plural = `${noun}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

/** A sentence as plain text, as a screen reader has it; names that could be
 * read as a part of it are in quotation marks. */
export function plain(sentence: Sentence): string {
  return sentence.map((part) => {
    if (typeof part === "string") return part;
    if ("name" in part) return nameInWords(part.name);
    if ("room" in part) return isolated(part.room);
    return "code" in part ? part.code : part.text;
  }).join("");
}

/** Names as one says them: at most three, then how many others. */
export function names(list: readonly string[]): Sentence {
  const [a, b, c] = list.map((name) => ({ name }));
  if (a === undefined) return ["Nobody"];
  if (b === undefined) return [a];
  if (c === undefined) return [a, " and ", b];
  return list.length === 3
    ? [a, ", ", b, " and ", c]
    : [a, ", ", b, ` and ${list.length - 2} others`];
}

/** Who is typing, or nothing. */
export function typingWords(list: readonly string[]): Sentence {
  if (list.length === 0) return [];
  if (list.length > 3) return ["Several people are typing…"];
  return [...names(list), ` ${list.length === 1 ? "is" : "are"} typing…`];
}

/** Who came, went and changed the name since the last message. */
export interface Movement {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly renamed: readonly (readonly [string, string])[];
}

/** Comings and goings: a sentence for each kind. */
export function movementWords(
  { joined, left, renamed }: Movement,
): readonly Sentence[] {
  return [
    ...(joined.length > 0 ? [[...names(joined), " joined"]] : []),
    ...(left.length > 0 ? [[...names(left), " left"]] : []),
    ...renamed.map(([before, after]) => [
      { name: before },
      " is now ",
      { name: after },
    ]),
  ];
}

/** How the connection is, as shown. */
export interface ConnectionWords {
  /** One word for beside the dot. */
  readonly word: string;
  readonly tone: "good" | "waiting" | "bad";
  /** What it means for the reader, when it matters. */
  readonly sentence?: string;
  /** What the reader can do about it. */
  readonly action?: "try now" | "start again";
}

const OFFLINE: ConnectionWords = {
  word: "Offline",
  tone: "waiting",
  sentence: "You are offline. Your messages will be sent when you reconnect",
};

/**
 * Puts a connection's state in words.
 *
 * @param state The client's.
 * @param online What the browser knows of the network.
 * @param known Whether the server has been reached before.
 * @param mayReturn Whether the time of a ban is over.
 */
export function connectionWords(
  state: ConnectionState,
  { online, known, mayReturn = false }: {
    online: boolean;
    known: boolean;
    mayReturn?: boolean;
  },
): ConnectionWords {
  switch (state.phase) {
    case "open":
      // A socket does not notice a lost network for a long time.
      return online ? { word: "Connected", tone: "good" } : OFFLINE;
    case "connecting":
    case "waiting": {
      if (!online) return OFFLINE;
      const tryNow = state.phase === "waiting" && {
        action: "try now" as const,
      };
      if (state.refused !== undefined) {
        return {
          word: known ? "Reconnecting…" : "Connecting…",
          tone: "waiting",
          sentence: `The server says: ${state.refused}`,
          ...tryNow,
        };
      }
      if (known) {
        return {
          word: "Reconnecting…",
          tone: "waiting",
          sentence: "Reconnecting… your messages will be sent",
          ...tryNow,
        };
      }
      return {
        word: "Connecting…",
        tone: "waiting",
        ...(state.attempt > 0 && {
          sentence:
            "The server does not answer. Your messages will be sent when it does",
          ...tryNow,
        }),
      };
    }
    case "unauthorized":
      return { word: "No token", tone: "bad", sentence: tokenWords(state) };
    case "closing":
      return { word: "Closing…", tone: "waiting" };
    case "closed":
      return {
        word: "Closed",
        tone: "bad",
        sentence: state.why === "replaced"
          ? "This conversation continues in another tab"
          : mayReturn
          ? "You can return now"
          : `The connection is closed. ${
            state.reason || "No reason was given"
          }`,
        action: "start again",
      };
  }
}

/** Why a token is asked for, and what to do. */
export function tokenWords({ code }: Pick<Unauthorized, "code">): string {
  switch (code) {
    case "auth_required":
      return words.tokenRequired;
    case "auth_invalid":
      return words.tokenInvalid;
    case "auth_expired":
      return words.tokenExpired;
  }
}
