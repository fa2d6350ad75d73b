/** A server message with a duration that the page counts down. Pure. */

import { durationWords } from "../../../protocol/duration.ts";
import { type RedrawHost, RedrawTimer } from "./redraw_timer.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A message about something that ends after a while. */
export class CountdownWords {
  readonly #words: string;
  readonly #ms: number | undefined;
  readonly #host: RedrawHost;
  readonly #redraws: RedrawTimer;
  readonly #until: number;

  /**
   * @param words The server's message, which contains `durationWords(ms)`.
   * @param ms Milliseconds from now; undefined if unknown.
   * @param host Tells the time, and redraws.
   */
  constructor(
    words: string,
    ms: number | undefined,
    host: RedrawHost,
  ) {
    this.#words = words;
    this.#ms = ms;
    this.#host = host;
    this.#redraws = new RedrawTimer(host);
    this.#until = host.monotonic() + (ms ?? 0);
  }

  /** Returns the message with the time left, and requests the next redraw. */
  get now(): string {
    if (this.#ms === undefined) return this.#words;
    const left = this.#until - this.#host.monotonic();
    if (left <= 0) return this.#words;
    this.#redraws.in(left > 2 * MINUTE ? MINUTE : SECOND);
    const whole = Math.ceil(left / SECOND) * SECOND;
    return this.#words.replace(durationWords(this.#ms), durationWords(whole));
  }
}
