/**
 * The terminal client's program: reads the command line, and runs as a chat in a
 * terminal or as a filter in a pipe.
 */

import { fstatSync } from "node:fs";
import { printable } from "../../protocol/text.ts";
import { type Client, connect } from "../hubbub.ts";
import { Chat } from "./chat.ts";
import { runFilter } from "./filter.ts";
import { linesOf } from "./input_lines.ts";
import { HELP, type Options, readOptions, UsageError } from "./command_line.ts";
import { Output } from "./output.ts";
import { forTerminal, jsonLine, plainLine, styleFor } from "./words.ts";

const STDIN = 0;
const STDOUT = 1;

/** Prints a line to stderr. */
function complain(words: string): void {
  try {
    console.error(forTerminal(`chat: ${printable(words)}`));
  } catch {
    // The disk is full, or the terminal was closed.
  }
}

function options(): Options {
  try {
    const options = readOptions(Deno.args, Deno.env.get("HUBBUB_TOKEN"));
    if (options !== "help") return options;
    console.log(HELP);
    Deno.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`${error.message}. --help tells more`);
    Deno.exit(2);
  }
}

/** Returns whether stdin is a pipe or file, not a terminal, `/dev/null` or
 * closed. */
function hasInput(): boolean {
  try {
    return !fstatSync(STDIN).isCharacterDevice();
  } catch {
    return false;
  }
}

function client({ url, name, token }: Options): Client {
  return connect(url, { ...(name && { name }), ...(token && { auth: token }) });
}

function chat(options: Options): Promise<number> {
  const style = styleFor(!Deno.noColor);
  const chat = new Chat(client(options), options, style);
  onSignals(() => chat.end());
  return chat.done;
}

function filter(options: Options): Promise<number> {
  const { url, room, history, json } = options;
  const input = hasInput() ? linesOf(Deno.stdin.readable) : undefined;
  const stop = Promise.withResolvers<number>();
  onSignals(() => stop.resolve(130));
  // With a pipe on stdin and a terminal on stdout, the filter only publishes.
  const wantsOutput = input === undefined || !Deno.stdout.isTerminal();
  const output = wantsOutput ? stdout(json) : undefined;
  output?.broken.then((error) => {
    if (error !== undefined) {
      complain(`Cannot write what the room says: ${error.message}`);
      stop.resolve(1);
    } else if (input === undefined) stop.resolve(0);
  });
  return runFilter(client(options), {
    url,
    room,
    history,
    input,
    output: output &&
      ((message) => output.line((json ? jsonLine : plainLine)(message))),
    complain,
    stop: stop.promise,
  });
}

/** Returns the output; JSON can begin with a space, so a space is the probe. */
function stdout(json: boolean): Output {
  const isPipe = fstatSync(STDOUT).isFIFO();
  return new Output(Deno.stdout, json && isPipe ? { probe: " " } : {});
}

function onSignals(stop: () => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Windows supports SIGINT only.
    if (Deno.build.os === "windows" && signal !== "SIGINT") continue;
    Deno.addSignalListener(signal, stop);
  }
}

const isChat = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
const asked = options();
Deno.exit(await (isChat && !asked.json ? chat(asked) : filter(asked)));
