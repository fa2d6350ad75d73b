/** A server message with a duration that the page counts down. Pure. */

import { errorWords, type ShownError } from "./error_words.ts";
import { type RedrawHost, RedrawTimer } from "./redraw_timer.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A message about something that ends after a while. */
export class CountdownWords {
  readonly #error: ShownError;
  readonly #host: RedrawHost;
  readonly #redraws: RedrawTimer;
  readonly #until: number;

  /**
   * @param error The server's error, and for how long from now it lasts.
   * @param host Tells the time, and redraws.
   */
  constructor(
    error: ShownError,
    host: RedrawHost,
  ) {
    this.#error = error;
    this.#host = host;
    this.#redraws = new RedrawTimer(host);
    this.#until = host.monotonic() + (error.retryAfterMs ?? 0);
  }

  /** Returns the message with the time left, and requests the next redraw. */
  get now(): string {
    if (this.#error.retryAfterMs === undefined) return errorWords(this.#error);
    const left = this.#until - this.#host.monotonic();
    if (left <= 0) return errorWords(this.#error);
    this.#redraws.in(left > 2 * MINUTE ? MINUTE : SECOND);
    const whole = Math.ceil(left / SECOND) * SECOND;
    return errorWords(this.#error, whole);
  }
}
