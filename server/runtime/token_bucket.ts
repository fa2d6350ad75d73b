/**
 * How much of something one connection, or one address, may do. Pure: the time
 * is passed in.
 */

import { type Monotonic, msBetween } from "./clock.ts";

/** A token bucket: so many a second on average, so many at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: Monotonic;

  /**
   * @param perSecond Tokens that come back each second; 0 is no limit.
   * @param burst Tokens in a full bucket.
   * @param now The moment.
   */
  constructor(perSecond: number, burst: number, now: Monotonic) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /**
   * Takes one token.
   *
   * @param now The moment.
   * @returns 0 when there was one; else milliseconds until there will be.
   */
  take(now: Monotonic): number {
    return this.spend(1, now);
  }

  /**
   * Takes many tokens, and more than there are too: what was overdrawn, a full
   * bucket at most, has to come back before any is given again.
   *
   * @param amount How many.
   * @param now The moment.
   * @returns 0 when there was at least one; else milliseconds until there will
   * be, and none is taken.
   */
  spend(amount: number, now: Monotonic): number {
    if (this.#perSecond === 0) return 0;
    this.#refill(now);
    if (this.#tokens >= 1) {
      this.#tokens = Math.max(this.#tokens - amount, -this.#burst);
      return 0;
    }
    return Math.ceil((1 - this.#tokens) / this.#perSecond * 1000);
  }

  /**
   * Corrects what was spent, when more or less was done for it than expected.
   * Of either, more than a full bucket counts as a full one.
   *
   * @param expected What was spent.
   * @param actual What should have been.
   * @param now The moment.
   */
  settle(expected: number, actual: number, now: Monotonic): void {
    if (this.#perSecond === 0) return;
    this.#refill(now);
    const most = (amount: number) => Math.min(amount, this.#burst);
    const left = this.#tokens + most(expected) - most(actual);
    this.#tokens = Math.min(Math.max(left, -this.#burst), this.#burst);
  }

  /** Returns the milliseconds until it is full. */
  fullIn(now: Monotonic): number {
    if (this.#perSecond === 0) return 0;
    this.#refill(now);
    return (this.#burst - this.#tokens) / this.#perSecond * 1000;
  }

  #refill(now: Monotonic): void {
    const back = msBetween(this.#at, now) / 1000 * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + back);
    this.#at = now;
  }
}

/** How {@linkcode Buckets} are filled. */
export interface BucketsOptions {
  /** Tokens that come back each second; 0 is no limit. */
  readonly perSecond: number;
  /** Tokens in a full bucket. */
  readonly burst: number;
  /** Buckets that are kept at once. */
  readonly most: number;
}

/**
 * A token bucket for each of many, such as addresses. A bucket that has had
 * the time to get full is forgotten; when there are too many, that of who has
 * been away longest.
 */
export class Buckets {
  readonly #options: BucketsOptions;
  /** Those used last come last. */
  readonly #buckets = new Map<string, { bucket: TokenBucket; at: Monotonic }>();

  constructor(options: BucketsOptions) {
    this.#options = options;
  }

  /** How many are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes one token.
   *
   * @param key Whose.
   * @param now The moment.
   * @returns 0 when there was one; else milliseconds until there will be.
   */
  take(key: string, now: Monotonic): number {
    return this.spend(key, 1, now);
  }

  /**
   * Takes many tokens, or none to look only: see {@linkcode TokenBucket.spend}.
   *
   * @param key Whose.
   * @param amount How many.
   * @param now The moment.
   */
  spend(key: string, amount: number, now: Monotonic): number {
    const { perSecond, burst, most } = this.#options;
    if (perSecond === 0) return 0;
    const bucket = this.#buckets.get(key)?.bucket ??
      new TokenBucket(perSecond, burst, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, { bucket, at: now });
    const fullAfterMs = burst / perSecond * 1000;
    for (const [other, { at }] of this.#buckets) {
      if (msBetween(at, now) < fullAfterMs && this.#buckets.size <= most) break;
      this.#buckets.delete(other);
    }
    return bucket.spend(amount, now);
  }

  /** Corrects what one has spent: see {@linkcode TokenBucket.settle}. */
  settle(
    key: string,
    { expected, actual }: { expected: number; actual: number },
    now: Monotonic,
  ): void {
    this.#buckets.get(key)?.bucket.settle(expected, actual, now);
  }
}
