/**
 * The line being typed, and printing above it. Owns the screen; knows nothing
 * of what is printed, and lets nothing through that is more than lines.
 */

import process from "node:process";
import readline from "node:readline";
import { forTerminal } from "./words.ts";
import { wrapped } from "./wrap.ts";

/** DECAWM: whether the terminal itself wraps lines. While it does not, what is
 * wider than we believe is cut off, and begins no row. */
const [CUT, WRAP] = ["\x1b[?7l", "\x1b[?7h"];

/** Who types into a prompt. */
export interface PromptUser {
  /** A line was entered. */
  entered(line: string): void;
  /** The line is being changed. */
  typing(line: string): void;
  /** Ctrl-D, or the terminal went away; `interrupted` by Ctrl-C or a signal. */
  ended(interrupted: boolean): void;
}

/** A line to type in, at the bottom of the terminal. */
export class Prompt {
  readonly #readline: readline.Interface;
  #ended = false;
  #interrupted = false;

  /** @param user Who types. */
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
      // What is printed next, the shell's prompt at the latest, begins a line.
      process.stdout.write("\n");
      user.ended(this.#interrupted);
    });
    // The terminal is gone: there is nobody to tell.
    process.stdout.on("error", () => this.#readline.close());
    // A terminal that gets another width wraps the line anew by itself: readline
    // has to know how far up it begins now, before it draws it again.
    process.stdout.prependListener("resize", () => {
      const { rows } = this.#readline.getCursorPos();
      Object.assign(this.#readline, { prevRows: rows });
    });
    process.stdin.on("keypress", () => user.typing(this.#readline.line));
  }

  /** Changes what stands before the line. */
  set label(label: string) {
    this.#readline.setPrompt(forTerminal(label));
    if (!this.#ended) this.#readline.prompt(true);
  }

  /** Prints lines above the one being typed, wrapped to the terminal's width as
   * it is now. */
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

  /** Ends as Ctrl-C does. */
  interrupt(): void {
    this.#interrupted = true;
    this.#readline.close();
  }

  /** Gives the terminal back. */
  close(): void {
    this.#readline.close();
  }

  /** Takes a line that was entered off the screen: it comes back as a message
   * when the server has it. */
  #erase(line: string): void {
    // Where the cursor stood before Enter took it to the next row.
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
    // Or readline goes up again, as far as the line had wrapped.
    Object.assign(this.#readline, { prevRows: 0 });
  }
}
