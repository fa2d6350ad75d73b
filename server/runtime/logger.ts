/**
 * The server's log on standard error: text on a terminal, otherwise one JSON
 * object per line. Contains no message texts and no tokens.
 */

import { escapeControls } from "../../protocol/control_characters.ts";
import { errorText } from "./error_text.ts";

/** From details for debugging to errors that end the service. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = typeof LOG_LEVELS[number];

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

/** An error's text on several lines; the later ones are indented, so that none
 * of them looks like a line of the log. */
function indented(text: string): string {
  return text.split("\n").map(escapeControls).join("\n    ");
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
      return write(escapeControls(
        JSON.stringify({ time, level, message, ...Object.fromEntries(values) }),
      ));
    }
    const details = values.map(([key, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const isError = fields[key] instanceof Error;
      return ` ${escapeControls(key)}=${
        isError ? indented(text) : escapeControls(text)
      }`;
    }).join("");
    const line = `${level.padEnd(5)} ${escapeControls(message)}${details}`;
    write(`${time.slice(11, 19)} ${line}`);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
