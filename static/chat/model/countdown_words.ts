/** Words of the server with a time in them that runs down on the page. Pure. */

import { durationWords } from "../../../protocol/duration.ts";
import { type RedrawHost, RedrawTimer } from "./redraw_timer.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Words about something that is over after a while. */
export class CountdownWords {
  readonly #words: string;
  readonly #ms: number | undefined;
  readonly #host: RedrawHost;
  readonly #redraws: RedrawTimer;
  readonly #until: number;

  /**
   * @param words As the server says them, with `durationWords(ms)` among them.
   * @param ms How long it takes, from now on; undefined: nobody knows.
   * @param host Its `later` draws anew after some milliseconds.
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

  /** The words as of now; has them drawn again while they change. */
  get now(): string {
    if (this.#ms === undefined) return this.#words;
    const left = this.#until - this.#host.monotonic();
    if (left <= 0) return this.#words;
    this.#redraws.in(left > 2 * MINUTE ? MINUTE : SECOND);
    const whole = Math.ceil(left / SECOND) * SECOND;
    return this.#words.replace(durationWords(this.#ms), durationWords(whole));
  }
}
