/**
 * The client in a pipe: publishes the lines of its input, and prints messages as
 * lines. Ends when the input ends and all is stored, when the output pipe
 * closes, or when it cannot reach the server.
 */

import { printable } from "../../protocol/text.ts";
import type { Client, Room, RoomMessage } from "../hubbub.ts";
import {
  cannotConnect,
  NEEDS_TOKEN,
  stateNote,
  tokenNote,
  unsentWords,
} from "./words.ts";

/** The inputs and outputs of a filter. */
export interface FilterOptions {
  /** The server's address, for error messages. */
  readonly url: string;
  readonly room: string;
  readonly history: number | undefined;
  /** The lines to publish; undefined to publish nothing. */
  readonly input: AsyncIterable<string> | undefined;
  /** Prints a message; undefined to print none. */
  readonly output: ((message: RoomMessage) => void) | undefined;
  /** Prints an error. */
  readonly complain: (words: string) => void;
  /** Ends the filter when it resolves, with the exit code. */
  readonly stop: Promise<number>;
}

/** The largest number of unacked lines. */
const READ_AHEAD = 100;
/** The number of failed attempts in a row, about a minute, after which a filter
 * that publishes exits: a script must not hang. */
const MOST_ATTEMPTS = 10;
/** The number of characters shown of an unsent line. */
const SHOWN = 60;

/**
 * Runs a filter and closes the client.
 *
 * @returns The exit code.
 */
export async function runFilter(
  client: Client,
  options: FilterOptions,
): Promise<number> {
  const { url, input, output, complain } = options;
  // A filter that publishes shows no old messages by default.
  const history = options.history ?? (input && 0);
  const room = client.join(
    options.room,
    history === undefined ? {} : { limit: history },
  );
  const { promise: failed, resolve: fail } = Promise.withResolvers<number>();
  const end = (words: string, code = 1) => {
    complain(words);
    fail(code);
  };

  if (output) {
    room.on("message", (message) => {
      if (input === undefined || !message.mine) output(message);
    });
    room.on(
      "gap",
      ({ missed }) => complain(`${missed} messages are no longer kept`),
    );
    room.on("reset", () => complain("The room's history was reset"));
  }
  room.on("refused", ({ message }) => end(message));
  client.on("error", ({ message }) => complain(message));

  let everOpen = false;
  let told = false;
  client.on("state", (state) => {
    if (state.phase === "open") {
      if (told) complain("Reconnected");
      everOpen = true;
      told = false;
    } else if (state.phase === "waiting") {
      if (!everOpen) end(cannotConnect(url));
      else if (input && state.attempt >= MOST_ATTEMPTS) {
        end(`Cannot reach ${url}; ${unsentWords(room.outgoing.length)}`);
      } else if (!told) complain(stateNote(state, Date.now()) ?? "");
      told = true;
    } else if (state.phase === "unauthorized") {
      const unsent = room.outgoing.length;
      const rest = unsent > 0 ? `; ${unsentWords(unsent)}` : "";
      end(`${tokenNote(state)}${rest}`, NEEDS_TOKEN);
    }
  });
  const closed = client.closed.then(({ why, reason }) => {
    if (why === "asked") return 0;
    complain(`The server closed the connection: ${printable(reason)}`);
    return 1;
  });

  const ends = [options.stop, failed, closed];
  if (input) ends.push(publishAll(room, input, complain));
  const code = await Promise.race(ends);
  await client.close();
  return code;
}

/** Publishes line by line; resolves with the exit code when all are stored. */
async function publishAll(
  room: Room,
  lines: AsyncIterable<string>,
  complain: (words: string) => void,
): Promise<number> {
  const unsent = new Set<Promise<void>>();
  let code = 0;
  const publish = async (line: string) => {
    const { cid, done } = room.publish(line);
    const state = await done;
    // A close is reported once for all messages.
    if (state.phase !== "failed" || state.error.code === "closed") return;
    room.discard(cid);
    const start = printable(line).slice(0, SHOWN);
    complain(`Not sent: ${state.error.message}: ${start}`);
    code = 1;
  };
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") {
      // Skips empty lines without a warning: files use them as separators.
      if (line !== "") complain(`Line ${number} is blank and was not sent`);
      continue;
    }
    const sent = publish(line).finally(() => unsent.delete(sent));
    unsent.add(sent);
    if (unsent.size >= READ_AHEAD) await Promise.race(unsent);
  }
  await Promise.all(unsent);
  return code;
}
