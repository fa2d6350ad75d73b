/** Token buckets for rate limits. Pure: time is passed in. */

import { type Monotonic, msBetween } from "./clock.ts";

/** A token bucket with an average rate and a burst. */
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
   * Takes tokens, even more than available: the debt, a full bucket at most,
   * must refill before the next take.
   *
   * @param amount Number of tokens.
   * @param now The current time.
   * @returns 0 when at least one was available; else milliseconds until then,
   * and none is taken.
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
   * Corrects spent tokens to the actual cost. Either amount counts as a full
   * bucket at most.
   *
   * @param expected The amount spent.
   * @param actual The actual cost.
   * @param now The current time.
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

/** What one was charged, and what one should be charged. */
export interface Settlement {
  readonly expected: number;
  readonly actual: number;
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
 * A token bucket per key, such as an address. Full buckets are dropped; above
 * the maximum, the least recently used one is.
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
    { expected, actual }: Settlement,
    now: Monotonic,
  ): void {
    this.#buckets.get(key)?.bucket.settle(expected, actual, now);
  }
}
