/** The command line of `deno task lab`. */

import { isVariableName } from "../protocol/script_variables.ts";
import { ConfigError, readWords } from "../server/config/parsers.ts";
import { readArguments } from "./arguments.ts";

/** What `deno task lab --help` prints. */
export const HELP = `Runs a script of WebSocket messages against a server.

Usage: deno task lab FILE [OPTIONS]

  FILE                    the script; - reads it from the input

  --url ADDRESS           connect there if the script has no connect, such as
                          ws://127.0.0.1:8000/lessons/echo
  --protocol NAME         offer a subprotocol there; may be repeated
  --set NAME=VALUE        give a variable a value; may be repeated
  --header NAME:VALUE     send a header on connecting; may be repeated
  --quiet                 print nothing if all goes well

A script is lines of a command and its text:

  connect ws://127.0.0.1:8000/lessons/echo
  send Hello {{name}}
  expect Echo: Hello {{name}}

docs/lab.md lists all commands. Exit codes: 0 if each step succeeded, 1 if one
failed, 2 if the script or the command line is wrong.`;

/** A parsed command line. */
export interface LabOptions {
  readonly file: string;
  readonly url: string | undefined;
  readonly protocols: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly isQuiet: boolean;
}

/**
 * Parses the command line.
 *
 * @param args The arguments of the process.
 * @returns The options, or `"help"` for `--help`.
 * @throws {ConfigError} If an argument is invalid.
 */
export function readLabOptions(args: readonly string[]): LabOptions | "help" {
  // "-" alone would be read as a flag.
  const parsed = readArguments(args.map((arg) => arg === "-" ? INPUT : arg), {
    values: ["url"],
    lists: ["set", "header", "protocol"],
    switches: ["quiet"],
    others: 1,
  });
  if (parsed === "help") return "help";
  const { values, lists, switches, others: [file] } = parsed;
  if (file === undefined) {
    throw new ConfigError("There is no FILE. Name the script to run");
  }
  return {
    file: file === INPUT ? "-" : file,
    url: values.get("url"),
    protocols: lists.get("protocol") ?? [],
    variables: new Map(each(lists.get("set"), "--set", variable)),
    headers: each(lists.get("header"), "--header", header),
    isQuiet: switches.has("quiet"),
  };
}

/** Stands for the standard input while arguments are parsed. */
const INPUT = "\0";

function each<T>(
  values: readonly string[] = [],
  flag: string,
  parse: (words: string) => T,
): T[] {
  return values.map((words) =>
    readWords(flag, words, {
      parse,
      show: (words) => words.replaceAll(/\s+/g, " "),
    })
  );
}

function variable(words: string): readonly [string, string] {
  const at = words.indexOf("=");
  const name = words.slice(0, at);
  if (at > 0 && isVariableName(name)) return [name, words.slice(at + 1)];
  throw new ConfigError("must be NAME=VALUE");
}

function header(words: string): readonly [string, string] {
  const [, name, value = ""] = /^([^\s:]+):[ \t]*([^\r\n]*)$/.exec(words) ?? [];
  if (name !== undefined) return [name, value];
  throw new ConfigError("must be NAME:VALUE, such as Cookie:a=b");
}
