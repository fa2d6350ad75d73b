/**
 * What a screen reader is told: whole messages while the room is quiet, a
 * count while it is busy. Pure: somebody else keeps the time.
 */

import { words } from "../../words/chat_catalogue.ts";

/** Up to so many at once are read out. */
const QUIET = 3;
/** Nobody wants a whole page read out. */
const LONGEST = 300;

/** Collects what arrives until it is time to say it. */
export class Announcer {
  readonly #waiting: { from: string; text: string }[] = [];

  /** How long to wait before speaking, so that a burst becomes one sentence. */
  static readonly PAUSE_MS = 1_000;

  /**
   * @param from The sender in words: `senderWords()`.
   * @param text What it wrote.
   * @returns Whether this is the first since the last time it spoke.
   */
  arrived(from: string, text: string): boolean {
    return this.#waiting.push({ from, text }) === 1;
  }

  /** What to say now. */
  speak(): string {
    const waiting = this.#waiting.splice(0);
    if (waiting.length > QUIET) {
      const last = waiting.at(-1)?.from ?? "";
      return words.newMessagesLastFrom(waiting.length, last);
    }
    return waiting.map(({ from, text }) =>
      `${from}: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`
    ).join("\n");
  }
}
