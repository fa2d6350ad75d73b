/**
 * Dialect `text`: frames are lines for people. The first line is the client's
 * name; the others are messages or, after a slash, commands.
 */

import type { Decoded, DecodeState, Dialect } from "./dialect.ts";
import { durationWords } from "./duration.ts";
import type { ServerEvent } from "./events.ts";
import type { Message } from "./message.ts";
import {
  CLOSING_BRACKETS,
  OPENING_BRACKETS,
  QUOTES,
  SERVER_NAME,
} from "./names.ts";
import { presenceChanges } from "./presence.ts";
import { HELP, readCommand } from "./text_commands.ts";

/** The subprotocol that selects it on any WebSocket path. */
export const TEXT = "hubbub.text";

/** Characters that move a terminal's cursor, change its colours or the
 * direction of the text; without line break and tab. */
const CONTROLS =
  // deno-lint-ignore no-control-regex -- controls are what it is about
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;
/** Line breaks of terminals and viewers. */
const LINE_BREAKS = /[\n\u2028\u2029]/g;

/**
 * Makes a text safe to print: without escape sequences, and without a line that
 * looks like another sender's.
 *
 * @param text Any text of a sender.
 * @returns The text without control characters, its later lines indented.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, "").replace(LINE_BREAKS, "\n    ");
}

/** A name of one to three words without punctuation. */
const PLAIN = /^[^\s\p{P}]+( [^\s\p{P}]+){0,2}$/u;
/** Words of the sentences that names stand in. */
const OF_SENTENCES =
  /(?<![\p{L}\p{N}])(?:and|are|by|has|here|is|left|joined|now|others?|(?:no|some)body|typing)(?![\p{L}\p{N}])/iu;
/** Punctuation that is common in names. */
const IN_NAMES = /['\u2019_-]/g;

/**
 * Formats a name for the start of a line. The result cannot close the brackets
 * around it, nor end the line. Two names that are formatted alike are the same
 * name to `nameKey()`.
 *
 * @param name Any text; a hostile server may send more than a name.
 * @returns The name on one line, with round brackets in place of all others.
 */
export function shownName(name: string): string {
  return name.replace(CONTROLS, "").replace(/\s+/gu, " ")
    .replace(OPENING_BRACKETS, "(").replace(CLOSING_BRACKETS, ")");
}

/**
 * Formats a name for a sentence, in quotation marks if it could be read as a
 * part of the sentence.
 *
 * @param name Any name.
 * @returns Such as `Ada` or `"Bob has left. Eve"`.
 */
export function nameInWords(name: string): string {
  const shown = shownName(name);
  return PLAIN.test(shown.replace(IN_NAMES, "x")) && !OF_SENTENCES.test(shown)
    ? shown
    : `"${shown.replace(QUOTES, "'")}"`;
}

/**
 * Formats the sender of a message for a sentence, with the message's mark. No
 * name can look like one with a mark: it would be in quotation marks.
 *
 * @returns Such as `Ada` or `Ada (guest)`.
 */
export function senderInWords(
  { from, ...marks }: Pick<Message, "from" | "imported" | "guest">,
): string {
  return `${nameInWords(from)}${markInWords(marks)}`;
}

/** What is added to a sender's name. */
function markInWords(
  { imported, guest }: Pick<Message, "imported" | "guest">,
): string {
  return imported ? " (imported)" : guest ? " (guest)" : "";
}

/** Returns the sender's prefix of a line. */
export function speaker(name: string): string {
  return `[${shownName(name)}]:`;
}

/**
 * Formats a list of names.
 *
 * @param names Any number of names.
 * @returns Such as `Ada, Bob and Eve`; `nobody` when there are none.
 */
export function list(names: readonly string[]): string {
  const words = names.map(nameInWords);
  if (words.length < 2) return words[0] ?? "nobody";
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Formats a number of messages. */
export function counted(messages: number): string {
  return `${messages} ${messages === 1 ? "message" : "messages"}`;
}

function server(message: string): string {
  return `${speaker(SERVER_NAME)} ${printable(message)}`;
}

/** Shown in place of a removed message's text. */
export const REMOVED_WORDS = "(removed)";

/** Returns the prefix of a message's line, up to the colon. */
export function messageHead(
  { from, announcement, ...marks }: Omit<Message, "room">,
): string {
  if (announcement) return speaker(SERVER_NAME);
  // After the bracket, where no name can be.
  return `${speaker(from).slice(0, -1)}${markInWords(marks)}:`;
}

/** Formats a message, a removal or an announcement as a line. */
export function messageLine(message: Omit<Message, "room">): string {
  const { from, text, removed, removes, announcement, imported } = message;
  if (removes !== undefined) return server(`${text}.`);
  if (announcement) {
    const by = from === SERVER_NAME ? "" : ` by ${nameInWords(from)}`;
    const what = imported ? "Imported announcement" : "Announcement";
    return server(`${what}${by}: ${text}`);
  }
  const words = removed ? REMOVED_WORDS : text;
  return `${messageHead(message)} ${printable(words)}`;
}

/**
 * Formats the rules of a room.
 *
 * @param rules As in a `rules` or `joined` event.
 * @returns A sentence for each; none when everybody can write at any time.
 */
export function rulesWords(
  { locked, slowMs = 0 }: { locked?: boolean; slowMs?: number },
): string[] {
  return [
    ...(locked ? ["This room is locked: only moderators can write."] : []),
    ...(slowMs > 0
      ? [`Slow mode: one message per person every ${durationWords(slowMs)}.`]
      : []),
  ];
}

/** What there is to say of a name that a token states and another one's too. */
export function takenWords({ taken }: { readonly taken?: string }): string {
  if (taken === undefined) return "";
  return `: the name ${nameInWords(taken)} is taken`;
}

function decode(raw: string, { named }: DecodeState): Decoded[] {
  // Pipes and terminals also send the line break.
  const frame = raw.replace(/\r?\n$/, "");
  if (!named) return [{ ok: true, request: { type: "hello", name: frame } }];
  if (!frame.startsWith("/")) {
    return [{ ok: true, request: { type: "publish", text: frame } }];
  }
  if (frame.startsWith("//")) {
    return [{ ok: true, request: { type: "publish", text: frame.slice(1) } }];
  }
  try {
    return [{ ok: true, request: readCommand(frame) }];
  } catch (error) {
    return [{ ok: false, error: error as Error }];
  }
}

function encode(event: ServerEvent): readonly string[] {
  switch (event.type) {
    case "name_wanted":
      return [server(`${event.again ? "" : "Welcome. "}What is your name?`)];
    case "welcome":
      return event.taken === undefined ? [] : [
        server(`You are ${nameInWords(event.name)}${takenWords(event)}.`),
      ];
    case "joined": {
      const people = event.members === undefined
        ? `${event.count} people are here.`
        : `Here now: ${list(event.members)}.`;
      const replayed = event.head - event.after;
      return [
        server(
          `You are in ${
            shownName(event.room)
          }. ${people} /help lists commands.`,
        ),
        ...rulesWords(event).map(server),
        ...(replayed > 0 ? [`--- the last ${counted(replayed)} ---`] : []),
      ];
    }
    case "live":
      return ["--- end of history ---"];
    case "history":
      return [
        `--- ${counted(event.messages.length)} ---`,
        ...event.messages.map((message) =>
          `${event.numbered ? `#${message.seq} ` : ""}${messageLine(message)}`
        ),
        "--- end of history ---",
      ];
    case "presence": {
      if (event.members !== undefined) {
        return [server(`Here now: ${list(event.members)}.`)];
      }
      if (event.asked) return [server(`${event.count} people are here.`)];
      const { joined, renamed, left } = presenceChanges(event);
      return [
        ...joined.map((name) =>
          server(`${nameInWords(name)} has joined the chat.`)
        ),
        ...renamed.map(([name, to]) =>
          server(`${nameInWords(name)} is now ${nameInWords(to)}.`)
        ),
        ...left.map((name) =>
          server(`${nameInWords(name)} has left the chat.`)
        ),
      ];
    }
    case "rules": {
      const words = rulesWords(event);
      if (words.length === 0) words.push("Everyone can write at any time.");
      return words.map(server);
    }
    case "left":
    case "done":
      return event.message === undefined ? [] : [server(`${event.message}.`)];
    case "renamed":
      return [server(`You are now ${nameInWords(event.name)}.`)];
    case "gap":
      return [
        `--- ${event.to - event.from + 1} messages are no longer kept ---`,
      ];
    case "error": {
      const instead = event.suggestion === undefined
        ? ""
        : ` ${nameInWords(event.suggestion)} is available.`;
      return [server(`${event.message}.${instead}`)];
    }
    case "reconnect":
      return [server("The server is restarting. Reconnect in a moment.")];
    case "help":
      return [HELP.join("\n")];
    default:
      return [];
  }
}

/** The dialect of clients for lines of text. */
export const text: Dialect = {
  name: "text",
  separator: null,
  naming: "asked",
  resumable: false,
  echoes: false,
  wantsTyping: false,
  decode,
  encodeMessages: (messages) => messages.map(messageLine),
  encode,
};
