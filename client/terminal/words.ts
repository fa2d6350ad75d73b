/** The texts that the terminal client prints. Pure. */

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

/** The emphasis of parts of a line. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
}

/** Returns a style with the terminal's attributes (ECMA-48, 8.3.117), or a plain
 * one. */
export function styleFor(colours: boolean): Style {
  const wrap = (on: number, off: number) => (text: string) =>
    colours ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return { strong: wrap(1, 22), faint: wrap(2, 22) };
}

/** Returns a message as a line of dialect `text`. */
export function plainLine(message: RoomMessage): string {
  return lineOf(message);
}

/** Returns a message as a line of JSON. */
export function jsonLine(message: RoomMessage): string {
  const { room, seq, from, text, at, replay } = message;
  const marks = marksOf(message);
  // JSON.stringify() escapes only some control characters.
  return JSON.stringify({ room, seq, from, text, at, ...marks, replay })
    .replace(
      UNSAFE,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** Control characters except line feeds and tabs, Unicode line separators, and
 * characters that change the direction of text. */
const UNSAFE =
  // deno-lint-ignore no-control-regex -- controls are what it is about
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;
/** The styles that the client itself prints: strong, faint and normal. */
// deno-lint-ignore no-control-regex -- controls are what it is about
export const STYLED = /(\x1b\[(?:1|2|22)m)/;

/**
 * Removes control characters. Everything printed to a terminal passes through
 * this function.
 *
 * @param text Lines, styled or not.
 * @returns The text with no controls except line feeds, tabs and styles.
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

/** Returns the lines of dialect `text` for an event, if it has any. */
export function wordsOf(event: ServerEvent): string[] {
  return [...text.encode(event)];
}

/** Returns the lines for joins, leaves and renames; none for a full list. */
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

/** Returns the lines for a member list. */
export function membersLine(
  room: string,
  { members, count }: { members: readonly string[]; count: number },
): string[] {
  return members.length === 0
    ? [note(`${count} people are here`)]
    : wordsOf({ type: "presence", room, members, count });
}

/** Returns a notice of the client as a line. */
export function note(words: string): string {
  return `--- ${printable(words)} ---`;
}

/** Returns the notice for a lost connection; undefined in other states. */
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

/** The exit code if the server requires an access token or rejects it. */
export const NEEDS_TOKEN = 3;

/** Returns the notice for a missing, invalid or expired access token. */
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

/** Returns the error for a failed first connection; the runtime gives no cause. */
export function cannotConnect(url: string): string {
  const words = "Check that the server is running and the address is right";
  // The runtime does not report the cause.
  const trust = url.startsWith("wss:")
    ? ", and that its certificate is trusted (DENO_CERT=FILE adds a CA)"
    : "";
  return `Cannot connect to ${url}. ${words}${trust}`;
}

/** Returns the number of unsent messages in words. */
export function unsentWords(count: number): string {
  return `${counted(count)} not sent`;
}
