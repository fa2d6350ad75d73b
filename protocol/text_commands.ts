/** Parses the slash commands of dialect `text`. */

import { readDuration } from "./duration.ts";
import { isOverlong } from "./bounds.ts";
import { HubbubError } from "./errors.ts";
import type { ClientRequest } from "./requests.ts";
import { MAX_NAME } from "./names.ts";
import { EVERY_ROOM } from "./rights.ts";

/** The lines of `/help`. */
export const HELP: readonly string[] = [
  "/help          list the commands",
  "/who           list who is here",
  "/nick NAME     change your name",
  "/join ROOM     move to another room",
  "/history N     show the last N messages",
  "/remove SEQ    remove your message; without SEQ: list their numbers",
  "/quit          leave the chat",
  "//…            send a line that starts with a slash",
  "For moderators (* means all rooms; TIME is 45s, 10m, 2h or 7d):",
  "/remove SEQ                    remove anyone's message",
  '/kick NAME [*] [REASON]        remove for a minute; "quote" names with spaces',
  "/ban NAME TIME [*] [REASON]    ban a name, and the person who has it now",
  "/unban NAME [*]                lift a kick or a ban",
  "/lock and /unlock              let only moderators write, or everyone",
  "/slow TIME, /slow off          allow one message per person every TIME",
  "/announce [*] TEXT             send an announcement",
];

/** Messages that `/remove` without an argument lists. */
const LISTED = 20;

/** Most characters of an unknown command that an error repeats. */
const MOST_TOLD = 32;

/** A valid argument of each command. */
const EXAMPLES: Readonly<Record<string, string>> = {
  nick: "Ada",
  join: "lobby",
  history: "20",
  remove: "42",
  kick: "Eve",
  ban: "Eve 10m",
  unban: "Eve",
  slow: "10s",
  announce: "Tea is ready",
};

/** Shortens a word that an error repeats. */
function short(word: string): string {
  return word.length > MOST_TOLD ? `${word.slice(0, MOST_TOLD)}…` : word;
}

function lacking(word: string, what: string): HubbubError {
  return new HubbubError("unknown_command", {
    message: `/${word} needs ${what}, such as /${word} ${EXAMPLES[word]}`,
  });
}

/** Refuses words behind a command that takes none: they would be lost. */
function mustBeAlone(word: string, argument: string): void {
  if (argument === "") return;
  throw new HubbubError("unknown_command", {
    message: `/${word} takes no words after it. Write /${word} alone`,
  });
}

/** Splits a text after its first word. */
function cut(text: string): [word: string, rest: string] {
  const end = text.search(/\s/);
  return end < 0
    ? [text, ""]
    : [text.slice(0, end), text.slice(end).trimStart()];
}

/** Reduces runs of spaces in a name to one. */
function withSpaces(name: string): string {
  return isOverlong(name, MAX_NAME) ? name : name.replace(/\s+/g, " ");
}

/** An argument, and the text after it. */
interface Taken {
  readonly first: string;
  readonly rest: string;
}

/** Takes a name from an argument: a word, or several in quotes. */
function takeName(word: string, argument: string): Taken {
  const end = argument.startsWith('"') ? argument.indexOf('"', 2) : -1;
  if (end > 0) {
    const rest = argument.slice(end + 1).trimStart();
    return { first: argument.slice(1, end), rest };
  }
  const [first, rest] = cut(argument);
  if (first === "") throw lacking(word, "a name");
  return { first, rest };
}

/** Takes `*` from an argument, if it is there: all rooms. */
function takeRoom(
  argument: string,
): { room: { room?: string }; rest: string } {
  const [first, rest] = cut(argument);
  return first === "*"
    ? { room: { room: EVERY_ROOM }, rest }
    : { room: {}, rest: argument };
}

function reasonOf(words: string): { reason?: string } {
  return words === "" ? {} : { reason: words };
}

function ban(argument: string): ClientRequest {
  const { first: name, rest } = takeName("ban", argument);
  const [time, after] = cut(rest);
  const forMs = readDuration(time);
  if (forMs === undefined) throw lacking("ban", "a time");
  const { room, rest: reason } = takeRoom(after);
  return { type: "ban", ...room, name, forMs, ...reasonOf(reason) };
}

function slow(argument: string): ClientRequest {
  const everyMs = argument === "off" ? 0 : readDuration(argument);
  if (everyMs === undefined) throw lacking("slow", "a time, or off");
  return { type: "slow", everyMs };
}

function remove(argument: string): ClientRequest {
  if (argument === "") {
    return { type: "history", limit: LISTED, numbered: true };
  }
  const seq = Number(argument.replace(/^#/, ""));
  if (!Number.isSafeInteger(seq) || seq < 1) {
    throw lacking("remove", "the number of a message");
  }
  return { type: "remove", seq };
}

/**
 * Parses a command.
 *
 * @param line The line as typed; it starts with one slash.
 * @returns The request.
 * @throws {HubbubError} `unknown_command`, with an example.
 */
export function readCommand(line: string): ClientRequest {
  const [word, argument] = cut(line.trim().slice(1));
  switch (word) {
    case "help":
    case "who":
    case "quit":
      mustBeAlone(word, argument);
      return { type: word };
    case "nick":
      if (argument === "") throw lacking(word, "a name");
      return { type: "rename", name: withSpaces(argument) };
    case "join":
      if (argument === "") throw lacking(word, "a room");
      return { type: "join", room: argument, only: true };
    case "history": {
      const limit = argument === "" ? 20 : Number(argument);
      if (!Number.isSafeInteger(limit) || limit < 1) {
        throw lacking(word, "a number");
      }
      return { type: "history", limit };
    }
    case "remove":
      return remove(argument);
    case "kick": {
      const { first: name, rest } = takeName(word, argument);
      const { room, rest: reason } = takeRoom(rest);
      return { type: word, ...room, name, ...reasonOf(reason) };
    }
    case "ban":
      return ban(argument);
    case "unban": {
      const { first: name, rest } = takeName(word, argument);
      const { room, rest: more } = takeRoom(rest);
      if (more !== "") {
        throw new HubbubError("unknown_command", {
          message: "/unban takes one name. Put a name with spaces in quotes, " +
            'such as /unban "Ann Lee"',
        });
      }
      return { type: word, ...room, name };
    }
    case "lock":
    case "unlock":
      mustBeAlone(word, argument);
      return { type: "lock", locked: word === "lock" };
    case "slow":
      return slow(argument);
    case "announce": {
      const { room, rest: text } = takeRoom(argument);
      if (text === "") throw lacking(word, "a text");
      return { type: word, ...room, text };
    }
    default:
      throw new HubbubError("unknown_command", {
        message: `Unknown command "/${
          short(word)
        }". /help lists the commands; start a message with // to send a slash`,
      });
  }
}
