/** The commands of dialect `text`: what is typed after a slash. */

import { readDuration } from "./duration.ts";
import { isOverlong } from "./bounds.ts";
import { HubbubError } from "./errors.ts";
import type { ClientRequest } from "./requests.ts";
import { MAX_NAME } from "./names.ts";
import { EVERY_ROOM } from "./rights.ts";

/** What `/help` shows. */
export const HELP: readonly string[] = [
  "/help          this list",
  "/who           who is here",
  "/nick NAME     change your name",
  "/join ROOM     go to another room",
  "/history N     the last N messages again",
  "/remove SEQ    remove a message of yours; without SEQ: which there are",
  "/quit          leave",
  "//…            send a line that starts with a slash",
  "For moderators; * is all rooms, TIME such as 45s, 10m, 2h or 7d:",
  "/remove SEQ                    remove anybody's message",
  '/kick NAME [*] [REASON]        send away; "NAME" where it has spaces',
  "/ban NAME TIME [*] [REASON]    keep out, under this name",
  "/unban NAME [*]                let in again",
  "/lock and /unlock              let moderators alone write",
  "/slow TIME, /slow off          one message from each in this time",
  "/announce [*] TEXT             say something to all",
];

/** Messages that `/remove` alone lists. */
const LISTED = 20;

/** Characters of an unknown command that are told again. */
const MOST_TOLD = 32;

/** What a command looks like when it is right. */
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

/** The beginning of a word that is told again. */
function short(word: string): string {
  return word.length > MOST_TOLD ? `${word.slice(0, MOST_TOLD)}…` : word;
}

function lacking(word: string, what: string): HubbubError {
  return new HubbubError("unknown_command", {
    message: `/${word} needs ${what}, such as /${word} ${EXAMPLES[word]}`,
  });
}

/** Parts a text behind its first word. */
function cut(text: string): [word: string, rest: string] {
  const end = text.search(/\s/);
  return end < 0
    ? [text, ""]
    : [text.slice(0, end), text.slice(end).trimStart()];
}

/** A name whose words may be apart by more than a space. */
function withSpaces(name: string): string {
  return isOverlong(name, MAX_NAME) ? name : name.replace(/\s+/g, " ");
}

/** What a word that is asked for first leaves over. */
interface Taken {
  readonly first: string;
  readonly rest: string;
}

/** Takes a name: a word, or several between quotes. */
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

/** Takes `*`, if it stands there: all rooms instead of this one. */
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
 * Reads a command.
 *
 * @param line What was typed; it starts with one slash.
 * @returns What it asks for.
 * @throws {HubbubError} `unknown_command`, with what to write instead.
 */
export function readCommand(line: string): ClientRequest {
  const [word, argument] = cut(line.trim().slice(1));
  switch (word) {
    case "help":
    case "who":
    case "quit":
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
      return { type: word, ...takeRoom(rest).room, name };
    }
    case "lock":
    case "unlock":
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
        }". /help lists them; // sends a line that starts with a slash`,
      });
  }
}
