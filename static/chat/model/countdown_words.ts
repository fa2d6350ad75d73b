/** Words of the server with a time in them that runs down on the page. Pure. */

import { durationWords } from "../../../protocol/duration.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Words about something that is over after a while. */
export class CountdownWords {
  readonly #words: string;
  readonly #ms: number | undefined;
  readonly #host: { monotonic(): number; later(ms: number): void };
  readonly #until: number;
  #askAgainAt = -Infinity;

  /**
   * @param words As the server says them, with `durationWords(ms)` among them.
   * @param ms How long it takes, from now on; undefined: nobody knows.
   * @param host Its `later` draws anew after some milliseconds.
   */
  constructor(
    words: string,
    ms: number | undefined,
    host: { monotonic(): number; later(ms: number): void },
  ) {
    this.#words = words;
    this.#ms = ms;
    this.#host = host;
    this.#until = host.monotonic() + (ms ?? 0);
  }

  /** The words as of now; has them drawn again while they change. */
  get now(): string {
    if (this.#ms === undefined) return this.#words;
    const now = this.#host.monotonic();
    const left = this.#until - now;
    if (left <= 0) return this.#words;
    if (now >= this.#askAgainAt) {
      const step = left > 2 * MINUTE ? MINUTE : SECOND;
      this.#askAgainAt = now + step;
      this.#host.later(step);
    }
    const whole = Math.ceil(left / SECOND) * SECOND;
    return this.#words.replace(durationWords(this.#ms), durationWords(whole));
  }
}
