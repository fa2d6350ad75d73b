/**
 * The server's log on standard error: text on a terminal, otherwise one JSON
 * object per line. Contains no message texts and no tokens.
 */

import { errorText } from "./error_text.ts";

/** From details for debugging to errors that end the service. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = typeof LOG_LEVELS[number];

/** Characters that control a terminal, end a line or change the direction of
 * text. Others choose parts of log lines, such as names and origins. */
const UNSAFE =
  // deno-lint-ignore no-control-regex -- controls are what it is about
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

type Write = (message: string, fields?: Record<string, unknown>) => void;

/** Writes to the log, one function a level. */
export type Logger = Readonly<Record<LogLevel, Write>>;

/** How {@linkcode createLogger} writes. */
export interface LoggerOptions {
  /** Everything below it is left out. */
  readonly level: LogLevel;
  /** Whether to write for people. */
  readonly pretty: boolean;
  readonly now: () => number;
  readonly write: (line: string) => void;
}

/** An error as text, with its causes; everything else as it is, if JSON has a form for it. */
function plain(value: unknown): unknown {
  try {
    if (value instanceof Error) return errorText(value);
    return JSON.stringify(value) === undefined ? String(value) : value;
  } catch {
    // A circular value or a bigint. The log must not throw while it reports an
    // error.
    return String(value);
  }
}

/** Escapes as JSON does, and also what JSON leaves as it is. */
function escaped(text: string): string {
  return text.replace(UNSAFE, (sign) => {
    const json = JSON.stringify(sign).slice(1, -1);
    return json === sign
      ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`
      : json;
  });
}

/** An error's text on several lines; the later ones are indented, so that none
 * of them looks like a line of the log. */
function indented(text: string): string {
  return text.split("\n").map(escaped).join("\n    ");
}

/**
 * Makes a logger.
 *
 * @param options Where and how it writes.
 */
export function createLogger(
  { level, pretty, now, write }: LoggerOptions,
): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  const at = (level: LogLevel): Write => (message, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    const time = new Date(now()).toISOString();
    const values = Object.entries(fields)
      // What is not there is left out: "undefined" could be a name.
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, plain(value)] as const);
    if (!pretty) {
      return write(escaped(
        JSON.stringify({ time, level, message, ...Object.fromEntries(values) }),
      ));
    }
    const details = values.map(([key, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const isError = fields[key] instanceof Error;
      return ` ${escaped(key)}=${isError ? indented(text) : escaped(text)}`;
    }).join("");
    const line = `${level.padEnd(5)} ${escaped(message)}${details}`;
    write(`${time.slice(11, 19)} ${line}`);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
