/**
 * Slash commands: runs the commands of dialect `text` in the page. A text that
 * starts with one slash is never sent as a message.
 */

import { readCommand } from "../../../protocol/text_commands.ts";
import type { Moderation } from "../../../client/hubbub.ts";
import type { ModerationRequest } from "../../../protocol/requests.ts";
import { words } from "../../words/chat_catalogue.ts";
import { doneWords } from "./error_words.ts";
import { isolated } from "./chat_words.ts";
import { nameWords } from "./chat_words.ts";

/** Most names that `/who` lists. */
const MOST_NAMES = 50;

/** The room and client that commands act on. */
export interface CommandTarget {
  readonly members: readonly string[];
  readonly count: number;
  /** Resolves with the server's confirmation, if it sends one. */
  moderate(act: Moderation): Promise<string | undefined>;
  /** Resolves with the name as the server spells it. */
  rename(name: string): Promise<string>;
  /** Opens a room. */
  open(room: string): void;
  /** Leaves the room. Returns false for the only room. */
  leave(): boolean;
}

/** The result of a command: done, a reply to show, or the help. */
export type CommandResult =
  | { readonly kind: "done"; readonly words: string | undefined }
  | { readonly kind: "told"; readonly words: string }
  | { readonly kind: "help" };

/** Returns whether a text is a command rather than a message. */
export function isCommand(text: string): boolean {
  const start = text.trimStart();
  return start.startsWith("/") && !start.startsWith("//");
}

/** Returns the message in a text that is not a command: two slashes at its start
 * stand for one. */
export function messageIn(text: string): string {
  return text.trimStart().startsWith("//") ? text.trimStart().slice(1) : text;
}

/**
 * Runs a command.
 *
 * @param text The command.
 * @param target What it acts on.
 * @throws {Error} As a rejection, if the command is unknown, incomplete or
 * rejected by the server. The message says what to do.
 */
export async function runCommand(
  text: string,
  target: CommandTarget,
): Promise<CommandResult> {
  const request = readCommand(text.trim());
  switch (request.type) {
    case "help":
      return { kind: "help" };
    case "who":
      return { kind: "told", words: whoWords(target) };
    case "rename": {
      const name = await target.rename(request.name);
      return { kind: "done", words: words.youAreNow(isolated(name)) };
    }
    case "join":
      target.open(request.room);
      return { kind: "done", words: undefined };
    case "quit":
      return target.leave() ? { kind: "done", words: undefined } : {
        kind: "told",
        words: words.onlyRoom,
      };
    case "history":
      return {
        kind: "told",
        words: request.numbered ? words.howToRemove : words.howToReadOlder,
      };
    default: {
      const { id: _id, room, ...act } = request as ModerationRequest;
      const everywhere = room === "*" ? { room: "*" as const } : {};
      const done = await target.moderate(
        { ...act, ...everywhere } as Moderation,
      );
      return { kind: "done", words: doneWords(done, words.done) };
    }
  }
}

function whoWords({ members, count }: CommandTarget): string {
  if (members.length === 0) return words.peopleAreHere(count);
  const names = members.slice(0, MOST_NAMES)
    .map((name) => isolated(nameWords(name))).join(", ");
  return words.hereNow(names, members.length - MOST_NAMES);
}

/** A command of the help. */
export interface CommandHelp {
  /** Such as `/ban NAME TIME`. */
  readonly usage: string;
  readonly does: string;
  /** Whether it is for moderators. */
  readonly moderates: boolean;
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandHelp[] = [
  ...Object.values(words.commands)
    .map((command) => ({ ...command, moderates: false })),
  ...Object.values(words.moderatorCommands)
    .map((command) => ({ ...command, moderates: true })),
];

/**
 * Returns the commands that start with the first word of a text.
 *
 * @param text The text so far.
 * @param moderates Whether to include the commands of moderators.
 */
export function matching(
  text: string,
  moderates: boolean,
): readonly CommandHelp[] {
  if (!/^\/[a-z]*$/.test(text)) return [];
  return COMMANDS.filter((command) =>
    (moderates || !command.moderates) &&
    command.usage.split(/[^/a-z]+/).some((word) => word.startsWith(text))
  );
}

/** Returns the completion of a text for Tab: the only matching command and a
 * space, or the same text. */
export function completed(text: string, moderates: boolean): string {
  const words = new Set(
    matching(text, moderates).flatMap(({ usage }) =>
      usage.split(/[^/a-z]+/).filter((word) =>
        word.startsWith(text) && word !== "/"
      )
    ),
  );
  const [only] = words;
  return words.size === 1 && only !== undefined ? `${only} ` : text;
}
