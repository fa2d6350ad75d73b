/** Delivery latencies. Pure. */

/** Buckets grow by this factor: figures are right to a tenth. */
const GROWTH = 1.1;

/** Counts durations in buckets, so that millions of them cost nothing. */
export class Lags {
  readonly #buckets: number[] = [];
  #count = 0;
  #worst = 0;

  /** The longest, milliseconds. */
  get worst(): number {
    return this.#worst;
  }

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, 1)) / Math.log(GROWTH));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    this.#worst = Math.max(this.#worst, ms);
  }

  /**
   * The duration that a part of all is not longer than.
   *
   * @param part Such as 0.99.
   * @returns Milliseconds.
   */
  quantile(part: number): number {
    let seen = 0;
    for (const [bucket, count = 0] of this.#buckets.entries()) {
      seen += count;
      if (seen >= part * this.#count) return Math.round(GROWTH ** bucket);
    }
    return 0;
  }
}
