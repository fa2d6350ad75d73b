/**
 * How much of something one connection may do. Pure: the time is passed in.
 */

/** A token bucket: so many a second on average, so many at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  /**
   * @param perSecond Tokens that come back each second; 0 is no limit.
   * @param burst Tokens in a full bucket.
   * @param now Milliseconds.
   */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /**
   * Takes one token.
   *
   * @param now Milliseconds.
   * @returns 0 when there was one; else milliseconds until there will be.
   */
  take(now: number): number {
    if (this.#perSecond === 0) return 0;
    const back = (now - this.#at) / 1000 * this.#perSecond;
    // A clock that was set back gives nothing, and takes nothing either.
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(back, 0));
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil((1 - this.#tokens) / this.#perSecond * 1000);
  }
}
