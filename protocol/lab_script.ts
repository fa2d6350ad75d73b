/**
 * Parses scripts of the lab, which `deno task lab` runs. A script is lines of a
 * command and its text; docs/lab.md describes them. script_run.ts runs a script.
 * Pure.
 */

import { isVariableName, variablesIn } from "./script_variables.ts";

/** What a message must be. */
export type Match = "whole" | "part" | "json";

/** One step, with the number of its line. */
export type Step = { readonly line: number } & StepWords;

type StepWords =
  | { readonly kind: "connect"; readonly text: string }
  | { readonly kind: "header"; readonly text: string }
  | { readonly kind: "set"; readonly name: string; readonly text: string }
  | { readonly kind: "send"; readonly text: string }
  | { readonly kind: "sendHex"; readonly text: string }
  | { readonly kind: "expect"; readonly match: Match; readonly text: string }
  | { readonly kind: "take"; readonly name: string; readonly path: string }
  | { readonly kind: "expectClose"; readonly code: number | undefined }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "timeout"; readonly ms: number }
  | {
    readonly kind: "close";
    readonly code: number | undefined;
    readonly reason: string;
  };

/** A step in the order of running, with the count of its innermost repeat. */
export interface RunStep {
  readonly step: Step;
  readonly n: number;
}

/** A line that is wrong. */
export class ScriptError extends Error {
  /**
   * @param line Its number, from 1.
   * @param words What is wrong and what to do.
   */
  constructor(readonly line: number, words: string) {
    super(`Line ${line}: ${words}`);
  }
}

/** Maximum characters of a script. */
export const LONGEST_SCRIPT = 256 * 1024;
/** Maximum steps, with repetitions counted. */
export const MOST_STEPS = 10_000;
/** Longest wait or timeout, in milliseconds. */
const LONGEST_WAIT_MS = 600_000;

/** All commands. */
export const COMMANDS: readonly string[] = [
  "connect",
  "header",
  "set",
  "send",
  "send-hex",
  "expect",
  "expect-part",
  "expect-json",
  "take",
  "expect-close",
  "wait",
  "timeout",
  "close",
  "repeat",
  "end",
];

/**
 * Parses a script.
 *
 * @param text Its lines, at most {@linkcode LONGEST_SCRIPT} characters.
 * @returns Its steps in the order of running, repetitions included.
 * @throws {ScriptError} For the first line that is wrong.
 */
export function parseScript(text: string): RunStep[] {
  if (text.length > LONGEST_SCRIPT) {
    throw new ScriptError(1, "The script is too long. Split it into several");
  }
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const reader = { lines, at: 0 };
  const steps = parseBlock(reader, undefined);
  if (steps.length > 0) return steps;
  throw new ScriptError(1, "The script has no step. Write connect and send");
}

interface Reader {
  readonly lines: readonly string[];
  at: number;
}

/** Parses lines up to the `end` of a repeat, or of the script. */
function parseBlock(reader: Reader, opened: number | undefined): RunStep[] {
  const steps: RunStep[] = [];
  const add = (more: readonly RunStep[], line: number) => {
    if (steps.length + more.length > MOST_STEPS) {
      throw new ScriptError(
        line,
        `The script has more than ${MOST_STEPS} steps. Repeat less`,
      );
    }
    for (const each of more) steps.push(each);
  };
  while (reader.at < reader.lines.length) {
    const line = reader.at + 1;
    const text = reader.lines[reader.at++] ?? "";
    const [command, rest] = splitWord(text.replace(/^[ \t]+/, ""));
    if (command === "" || command.startsWith("#")) continue;
    if (command === "end") {
      if (opened !== undefined) return steps;
      throw new ScriptError(line, "end closes no repeat. Remove it");
    }
    if (command === "repeat") {
      const times = whole(rest, { line, least: 1, most: MOST_STEPS });
      const block = parseBlock(reader, line);
      for (let n = 1; n <= times && block.length > 0; n++) {
        // Steps of an inner repeat keep its count.
        add(block.map((each) => each.n > 0 ? each : { ...each, n }), line);
      }
      continue;
    }
    add(
      [{ step: { line, ...parseStep(reader, command, rest, line) }, n: 0 }],
      line,
    );
  }
  if (opened === undefined) return steps;
  throw new ScriptError(opened, "This repeat has no end. Write end below it");
}

function parseStep(
  reader: Reader,
  command: string,
  rest: string,
  line: number,
): StepWords {
  const words = rest.trim();
  switch (command) {
    case "connect":
      return { kind: "connect", text: needed(words, line, "an address") };
    case "header":
      if (!/^[^\s:]+:/.test(words)) {
        throw new ScriptError(line, "Write a header as header NAME: VALUE");
      }
      return { kind: "header", text: words };
    case "set":
    case "take": {
      const [name, value] = splitWord(words);
      if (!isVariableName(name)) {
        throw new ScriptError(
          line,
          `"${name}" cannot name a variable. Use letters, digits, - and _`,
        );
      }
      return command === "set"
        ? { kind: "set", name, text: block(reader, value, line) }
        : {
          kind: "take",
          name,
          path: needed(value.trim(), line, "the path of a JSON field"),
        };
    }
    case "send":
      return { kind: "send", text: block(reader, rest, line) };
    case "send-hex":
      return { kind: "sendHex", text: needed(words, line, "bytes as hex") };
    case "expect":
    case "expect-part":
      return {
        kind: "expect",
        match: command === "expect" ? "whole" : "part",
        text: block(reader, rest, line),
      };
    case "expect-json": {
      const text = needed(block(reader, rest, line).trim(), line, "JSON");
      if (variablesIn(text).length === 0) readJson(text, line);
      return { kind: "expect", match: "json", text };
    }
    case "expect-close":
      return {
        kind: "expectClose",
        code: words === ""
          ? undefined
          : whole(words, { line, least: 1000, most: 4999 }),
      };
    case "wait":
    case "timeout":
      return { kind: command, ms: duration(words, line) };
    case "close": {
      const [code = "", ...reason] = words.split(" ");
      return {
        kind: "close",
        code: code === "" ? undefined : whole(code, {
          line,
          least: 1000,
          most: 4999,
        }),
        reason: reason.join(" "),
      };
    }
    default:
      throw new ScriptError(
        line,
        `There is no command "${command.slice(0, 40)}". Use ${
          COMMANDS.join(", ")
        }`,
      );
  }
}

/** Reads text of several lines: from `<<WORD` to a line that is WORD. */
function block(reader: Reader, rest: string, line: number): string {
  const word = /^<<(\S+)\s*$/.exec(rest)?.[1];
  if (word === undefined) return rest;
  const end = reader.lines.indexOf(word, reader.at);
  if (end < 0) {
    throw new ScriptError(
      line,
      `The text has no end. Write ${word} alone on a line below it`,
    );
  }
  const text = reader.lines.slice(reader.at, end).join("\n");
  reader.at = end + 1;
  return text;
}

function needed(words: string, line: number, what: string): string {
  if (words !== "") return words;
  throw new ScriptError(line, `Something is missing. Write ${what} after it`);
}

function whole(
  words: string,
  { line, least, most }: { line: number; least: number; most: number },
): number {
  const value = /^\d{1,9}$/.test(words.trim()) ? Number(words) : NaN;
  if (value >= least && value <= most) return value;
  throw new ScriptError(
    line,
    `"${
      words.slice(0, 40)
    }" is not valid. Write a whole number from ${least} to ${most}`,
  );
}

function duration(words: string, line: number): number {
  const [, digits = "", unit = "ms"] = /^(\d{1,9}) ?(ms|s)?$/.exec(words) ?? [];
  const ms = digits === "" ? NaN : Number(digits) * (unit === "s" ? 1_000 : 1);
  if (ms <= LONGEST_WAIT_MS) return ms;
  throw new ScriptError(
    line,
    `"${
      words.slice(0, 40)
    }" is not valid. Write a time such as 500 ms or 2 s, up to 600 s`,
  );
}

/**
 * Reads JSON.
 *
 * @param line The line to blame.
 * @throws {ScriptError} When it is no JSON.
 */
export function readJson(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ScriptError(line, "This is not JSON. Check quotes and commas");
  }
}

/** Returns the first word of a text, and what follows it and one space. */
function splitWord(text: string): [word: string, rest: string] {
  const end = text.search(/\s/);
  if (end < 0) return [text, ""];
  return [text.slice(0, end), text.slice(text[end] === " " ? end + 1 : end)];
}
