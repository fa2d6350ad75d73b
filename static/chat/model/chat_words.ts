/**
 * Sentences of the page that depend on figures, names and states. Plain,
 * short, sentence case. Pure.
 */

import type { Message } from "../../../protocol/message.ts";
import { SERVER_NAME } from "../../../protocol/names.ts";
import { isolated } from "./isolation.ts";
import { nameInWords } from "../../../protocol/text.ts";
import type { Sentence } from "../../words/sentences.ts";
import { words } from "../../words/chat_catalogue.ts";
import { closeWords, doneWords, errorWords } from "./error_words.ts";
import type { ConnectionState, Unauthorized } from "../../../client/hubbub.ts";

export { isolated };

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

const OF_SENTENCES = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${
    words.wordsOfSentences.replaceAll(" ", "|")
  })(?![\\p{L}\\p{N}])`,
  "iu",
);

/**
 * Returns a name for a sentence: in quotation marks if it could be read as a
 * part of one, in English or in the language of the page.
 */
export function nameWords(name: string): string {
  const shown = nameInWords(name);
  return shown.startsWith('"') || !OF_SENTENCES.test(shown)
    ? shown
    : `"${shown}"`;
}

/** A sentence as plain text, as a screen reader has it; names that could be
 * read as a part of it are in quotation marks. */
export function plain(sentence: Sentence): string {
  return sentence.map((part) => {
    if (typeof part === "string") return part;
    if ("name" in part) return nameWords(part.name);
    if ("room" in part) return isolated(part.room);
    return part.text;
  }).join("");
}

/** Who is typing, or nothing. */
export function typingWords(list: readonly string[]): Sentence {
  if (list.length === 0) return [];
  return list.length > 3 ? [words.severalTyping] : words.typing(list);
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
    ...(joined.length > 0 ? [words.joined(joined)] : []),
    ...(left.length > 0 ? [words.left(left)] : []),
    ...renamed.map(([before, after]) => words.renamed(before, after)),
  ];
}

/** What the room says of a message that was removed. */
export function removalWords(notice: Pick<Message, "from" | "text">): string {
  const own = removedBy(notice) === "author"
    ? words.removedByAuthor
    : words.removedByModerator;
  return doneWords(notice.text, own);
}

/** Whose decision a removal was. */
export type Remover = "author" | "moderator";

/**
 * Returns who removed a message.
 *
 * @param notice The server's notice of the removal. The operator has the name
 * of the server, and its notices differ by their text.
 */
export function removedBy(
  { from, text }: Pick<Message, "from" | "text">,
): Remover {
  return from === SERVER_NAME && !text.endsWith("by a moderator")
    ? "author"
    : "moderator";
}

/** What stands in the place of a message that was removed. */
export function removedWords(
  remover: Remover | undefined,
  mine: boolean,
): string {
  if (remover === undefined) return words.messageWasRemoved;
  if (remover === "moderator") return words.messageRemovedByModerator;
  return mine ? words.youRemovedMessage : words.messageRemovedByAuthor;
}

/** A sender for a sentence, with the mark that its messages have. */
export function senderWords(
  { from, imported, guest }: Pick<Message, "from" | "imported" | "guest">,
): string {
  const mark = imported ? words.importedMark : guest ? words.guestMark : "";
  return mark === "" ? nameWords(from) : `${nameWords(from)} ${mark}`;
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
  word: words.offline,
  tone: "waiting",
  sentence: words.youAreOffline,
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
      return online ? { word: words.connected, tone: "good" } : OFFLINE;
    case "connecting":
    case "waiting": {
      if (!online) return OFFLINE;
      const tryNow = state.phase === "waiting" && {
        action: "try now" as const,
      };
      if (state.refused !== undefined) {
        return {
          word: known ? words.reconnecting : words.connecting,
          tone: "waiting",
          sentence: words.serverSays(
            errorWords({ code: state.errorCode, message: state.refused }),
          ),
          ...tryNow,
        };
      }
      if (known) {
        return {
          word: words.reconnecting,
          tone: "waiting",
          sentence: words.reconnectingSentence,
          ...tryNow,
        };
      }
      return {
        word: words.connecting,
        tone: "waiting",
        ...(state.attempt > 0 && {
          sentence: words.serverSilent,
          ...tryNow,
        }),
      };
    }
    case "unauthorized":
      return { word: words.noToken, tone: "bad", sentence: tokenWords(state) };
    case "closing":
      return { word: words.closing, tone: "waiting" };
    case "closed":
      return {
        word: words.closed,
        tone: "bad",
        sentence: state.why === "replaced"
          ? words.continuesElsewhere
          : mayReturn
          ? words.youCanReturn
          : words.connectionClosed(closeWords(state)),
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
