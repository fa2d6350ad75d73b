/**
 * The input line, and printing above it. Owns the screen, and removes control
 * characters from everything it prints.
 */

import process from "node:process";
import readline from "node:readline";
import { forTerminal } from "./words.ts";
import { wrapped } from "./wrap.ts";

/** DECAWM: turns the terminal's own wrapping off and on. While it is off, a text
 * that is wider than calculated is cut off and does not begin a new row. */
const [CUT, WRAP] = ["\x1b[?7l", "\x1b[?7h"];

/** The callbacks of a prompt. */
export interface PromptUser {
  /** The user entered a line. */
  entered(line: string): void;
  /** The user changed the line. */
  typing(line: string): void;
  /** Ctrl-D or a closed terminal; `interrupted` for Ctrl-C or a signal. */
  ended(interrupted: boolean): void;
}

/** The input line at the bottom of the terminal. */
export class Prompt {
  readonly #readline: readline.Interface;
  #ended = false;
  #interrupted = false;

  /** @param user The callbacks. */
  constructor(user: PromptUser) {
    this.#readline = readline.createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      historySize: 500,
      removeHistoryDuplicates: true,
    });
    this.#readline.on("line", (line) => {
      this.#erase(line);
      user.entered(line);
    });
    this.#readline.on("SIGINT", () => this.interrupt());
    this.#readline.on("close", () => {
      this.#ended = true;
      // The next output, such as the shell's prompt, begins on a new line.
      process.stdout.write("\n");
      user.ended(this.#interrupted);
    });
    // The terminal was closed.
    process.stdout.on("error", () => this.#readline.close());
    // A resized terminal rewraps the line. Readline needs the line's new first
    // row before it redraws the line.
    process.stdout.prependListener("resize", () => {
      const { rows } = this.#readline.getCursorPos();
      Object.assign(this.#readline, { prevRows: rows });
    });
    process.stdin.on("keypress", () => user.typing(this.#readline.line));
  }

  /** Sets the text before the input line. */
  set label(label: string) {
    this.#readline.setPrompt(forTerminal(label));
    if (!this.#ended) this.#readline.prompt(true);
  }

  /** Prints lines above the input line, wrapped to the terminal's width. */
  print(...lines: readonly string[]): void {
    if (lines.length === 0) return;
    const { columns } = process.stdout;
    const text = wrapped(forTerminal(lines.join("\n")), columns);
    const printed = columns > 0 ? `${CUT}${text}${WRAP}\n` : `${text}\n`;
    if (this.#ended) {
      process.stdout.write(printed);
      return;
    }
    this.#clearFrom(-this.#readline.getCursorPos().rows);
    process.stdout.write(printed);
    this.#readline.prompt(true);
  }

  /** Ends the prompt as Ctrl-C does. */
  interrupt(): void {
    this.#interrupted = true;
    this.#readline.close();
  }

  /** Restores the terminal. */
  close(): void {
    this.#readline.close();
  }

  /** Erases the entered line: it is printed again when the room's message
   * arrives. */
  #erase(line: string): void {
    // The cursor's position before Enter moved it to the next row.
    const typed = Object.assign(this.#readline, { line, cursor: line.length });
    const { rows } = typed.getCursorPos();
    Object.assign(this.#readline, { line: "", cursor: 0 });
    this.#clearFrom(-(rows + 1));
    this.#readline.prompt();
  }

  #clearFrom(row: number): void {
    const { stdout } = process;
    readline.moveCursor(stdout, 0, row);
    readline.cursorTo(stdout, 0);
    readline.clearScreenDown(stdout);
    // Otherwise readline moves up by the rows of the wrapped line again.
    Object.assign(this.#readline, { prevRows: 0 });
  }
}
