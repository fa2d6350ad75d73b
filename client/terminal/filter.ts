/**
 * The client between pipes: lines in are published, messages come out as
 * lines. Ends when the input does and everything is stored, when nobody reads
 * the output, or when the server cannot be reached.
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

/** What a filter is connected to. */
export interface FilterOptions {
  /** The server's address, to be named in errors. */
  readonly url: string;
  readonly room: string;
  readonly history: number | undefined;
  /** Lines to publish, if any are to be. */
  readonly input: AsyncIterable<string> | undefined;
  /** Takes messages, if anybody wants them. */
  readonly output: ((message: RoomMessage) => void) | undefined;
  /** Says what went wrong. */
  readonly complain: (words: string) => void;
  /** Ends it from outside: resolves with the exit code. */
  readonly stop: Promise<number>;
}

/** Most lines that are read ahead of their acks. */
const READ_AHEAD = 100;
/** Failed attempts in a row, about a minute of them, after which a publisher
 * gives up: a script must not hang for ever. */
const MOST_ATTEMPTS = 10;
/** As much of a line is shown when it could not be sent. */
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
  // Who only publishes has no use for what was said before.
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
    // After closing there is one complaint for all of them.
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
      // Empty lines are what separates others in a file.
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
