/** How things read in a terminal. Pure: values in, lines out. */

import type { ServerEvent } from "../../protocol/events.ts";
import { marksOf } from "../../protocol/message.ts";
import {
  counted,
  messageHead,
  messageLine as lineOf,
  printable,
  text,
} from "../../protocol/text.ts";
import type {
  ConnectionState,
  Presence,
  RoomMessage,
  Unauthorized,
} from "../hubbub.ts";

/** How parts of a line stand out. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
}

/** With the terminal's attributes (ECMA-48, 8.3.117), or without. */
export function styleFor(colours: boolean): Style {
  const wrap = (on: number, off: number) => (text: string) =>
    colours ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return { strong: wrap(1, 22), faint: wrap(2, 22) };
}

/** A message as a filter prints it: a line of dialect `text`. */
export function plainLine(message: RoomMessage): string {
  return lineOf(message);
}

/** A message as a filter prints it with `--json`. */
export function jsonLine(message: RoomMessage): string {
  const { room, seq, from, text, at, replay } = message;
  const marks = marksOf(message);
  // JSON itself escapes some controls only.
  return JSON.stringify({ room, seq, from, text, at, ...marks, replay })
    .replace(
      UNSAFE,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** What a terminal may act on, but for ends of lines and tabs; the line ends of
 * other languages; and what turns the direction of the text beside it. */
const UNSAFE =
  // deno-lint-ignore no-control-regex -- controls are what it is about
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;
/** Ours: strong, faint, and neither. */
// deno-lint-ignore no-control-regex -- controls are what it is about
export const STYLED = /(\x1b\[(?:1|2|22)m)/;

/**
 * What may go to a terminal. Everything that is printed passes through here,
 * whatever was done to it before.
 *
 * @param text Lines, styled or not.
 * @returns The same without controls, but for ends of lines, tabs and styles.
 */
export function forTerminal(text: string): string {
  return text.split(STYLED)
    .map((part, index) => index % 2 === 1 ? part : part.replace(UNSAFE, ""))
    .join("");
}

/**
 * A message as people read it, with the time of day.
 *
 * @param message Any.
 * @param style How it looks.
 * @param options `numbered`: with its seq, for who may want to remove it.
 */
export function messageLine(
  message: RoomMessage,
  style: Style,
  { numbered = false }: { numbered?: boolean } = {},
): string {
  const time = new Date(message.at);
  const digits = (value: number) => String(value).padStart(2, "0");
  const clock = `${digits(time.getHours())}:${digits(time.getMinutes())}`;
  const seq = numbered ? ` #${message.seq}` : "";
  const line = lineOf(message);
  const isNote = message.removed || message.removes !== undefined;
  // Who says it is in front, up to the colon: names have brackets around them.
  const head = messageHead(message);
  const words = isNote
    ? style.faint(line)
    : message.announcement
    ? style.strong(line)
    : `${style.strong(head)}${line.slice(head.length)}`;
  return `${style.faint(`${clock}${seq}`)} ${words}`;
}

/** Words of dialect `text` for an event; none where it has no words. */
export function wordsOf(event: ServerEvent): string[] {
  return [...text.encode(event)];
}

/** Who came and went; nothing for a list of all who are here. */
export function presenceLines(room: string, presence: Presence): string[] {
  if (presence.snapshot) return [];
  const { joined, left, renamed, count } = presence;
  return wordsOf({
    type: "presence",
    room,
    joined,
    left,
    renamed,
    count,
  });
}

/** Who is here. */
export function membersLine(
  room: string,
  { members, count }: { members: readonly string[]; count: number },
): string[] {
  return members.length === 0
    ? [note(`${count} people are here`)]
    : wordsOf({ type: "presence", room, members, count });
}

/** A line of the client's own. */
export function note(words: string): string {
  return `--- ${printable(words)} ---`;
}

/** What there is to say about how the connection does; nothing when it does. */
export function stateNote(
  state: ConnectionState,
  now: number,
): string | undefined {
  switch (state.phase) {
    case "waiting": {
      const seconds = Math.max(1, Math.round((state.until - now) / 1000));
      const why = state.reason === "" ? "" : ` (${printable(state.reason)})`;
      return `Disconnected${why}. Reconnecting in ${seconds} s`;
    }
    case "connecting":
    case "open":
    case "unauthorized":
    case "closing":
    case "closed":
      return undefined;
  }
}

/** The exit code where a server wants a token, or another one. */
export const NEEDS_TOKEN = 3;

/** What there is to do where a server wants a token, or another one. */
export function tokenNote({ code }: Unauthorized): string {
  const how = "with --token TEXT or in HUBBUB_TOKEN";
  switch (code) {
    case "auth_required":
      return `This server requires an access token. Pass one ${how}`;
    case "auth_invalid":
      return `This server does not accept the token. Pass another one ${how}`;
    case "auth_expired":
      return `The token has expired. Pass a new one ${how}`;
  }
}

/** What is said when there never was a connection; a program is not told why. */
export function cannotConnect(url: string): string {
  const words = "Check that the server is running and the address is right";
  // The runtime does not say which of these it was.
  const trust = url.startsWith("wss:")
    ? ", and that its certificate is trusted (DENO_CERT=FILE adds a CA)"
    : "";
  return `Cannot connect to ${url}. ${words}${trust}`;
}

/** How many messages have not been sent. */
export function unsentWords(count: number): string {
  return `${counted(count)} not sent`;
}
