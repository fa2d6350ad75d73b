/**
 * Latencies in buckets that grow by 1 %: any number of them in constant
 * memory. Pure.
 */

const GROWTH = Math.log(1.01);
/** Up to 10 minutes. */
const BUCKETS = Math.ceil(Math.log(600_000_000) / GROWTH);

/** Counts durations. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  count = 0;

  /** Adds one duration, microseconds. */
  add(micros: number): void {
    const bucket = Math.log(Math.max(micros, 1)) / GROWTH;
    const index = Math.min(Math.floor(bucket), BUCKETS - 1);
    this.#counts[index]! += 1;
    this.count++;
  }

  /**
   * @param share Between 0 and 1.
   * @returns Milliseconds that this share of the durations stays within; NaN
   * when there are none.
   */
  quantile(share: number): number {
    if (this.count === 0) return NaN;
    let rest = share * this.count;
    for (const [index, count] of this.#counts.entries()) {
      rest -= count;
      if (rest <= 0) return Math.exp((index + 0.5) * GROWTH) / 1000;
    }
    return Infinity;
  }
}
