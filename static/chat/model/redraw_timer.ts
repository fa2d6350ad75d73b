/** Redraws of something that changes with time alone, such as a countdown. */

/** What a {@linkcode RedrawTimer} needs of the page. */
export interface RedrawHost {
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Redraws after some milliseconds. */
  later(ms: number): void;
}

/** Requests one redraw at a time, however often it is asked. */
export class RedrawTimer {
  readonly #host: RedrawHost;
  #at = -Infinity;

  constructor(host: RedrawHost) {
    this.#host = host;
  }

  /** Requests a redraw in `ms`, unless one is due already. */
  in(ms: number): void {
    const now = this.#host.monotonic();
    if (now < this.#at) return;
    this.#at = now + ms;
    this.#host.later(ms);
  }
}
