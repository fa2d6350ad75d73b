/**
 * Rate limits for messages, bytes, requests by type, and invalid frames.
 * rate_pool.ts decides who shares them. Pure: time is passed in.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { ClientRequest } from "../../protocol/requests.ts";
import type { Monotonic } from "../runtime/clock.ts";
import { TokenBucket } from "../runtime/token_bucket.ts";

/** Invalid frames per second, and burst, before the connection closes. */
const STRIKES = { perSecond: 2, burst: 50 };
/** Burst of bytes, in seconds: by default half of the longest frame. */
const BYTES_BURST_S = 8;
/** Minimum cost of a frame in bytes: reading, unmasking and handling even an
 * empty frame takes about as long as this many bytes. */
const LEAST_FRAME = 64;

/** Minimum cost of a rejected frame or request in bytes: it gets an error
 * reply. */
const LEAST_REFUSED = 512;

/** Rate-limited requests per second, and burst, before the connection closes. A
 * full frame may be rejected completely: the sender gets the errors first. */
const REFUSED = { perSecond: 20, burst: 1_024 };

/** Burst of messages, in seconds. */
const PUBLISH_BURST_S = 3;
/** Burst of other requests, in seconds. */
const REQUEST_BURST_S = 10;
/** Burst of joins and renames, in minutes. By default it covers all rooms of a
 * client that reconnects. */
const RARE_BURST_MIN = 1 / 3;

/** Rates of one user; 0 means no limit. */
export interface Rates {
  /** Messages per second. */
  readonly publish: number;
  /** Bytes per second. */
  readonly bytes: number;
  /** Other requests per second. */
  readonly request: number;
  /** Joins per minute; each reads from the store. */
  readonly join: number;
  /** Renames per minute; each is sent to every member of the user's rooms. */
  readonly rename: number;
}

/** An address may send as much as this many users at their limits: a class
 * behind one address must not notice the limit. */
export const ADDRESS_FACTOR = 50;

/** Returns the rates of one address. */
export function ratesOfAddress(rates: Rates): Rates {
  return {
    publish: rates.publish * ADDRESS_FACTOR,
    bytes: rates.bytes * ADDRESS_FACTOR,
    request: rates.request * ADDRESS_FACTOR,
    join: rates.join * ADDRESS_FACTOR,
    rename: rates.rename * ADDRESS_FACTOR,
  };
}

/** Error messages by owner of the limit. */
const TOO_FAST = {
  self: "You are sending too fast",
  address: "Your address is sending too much",
} as const;

/**
 * Creates the error for a client over a rate limit.
 *
 * @param retryAfterMs Time to wait, in milliseconds.
 * @param whose The owner of the limit.
 */
export function tooFast(
  retryAfterMs: number,
  whose: keyof typeof TOO_FAST = "self",
): HubbubError {
  const seconds = (Math.ceil(retryAfterMs / 100) / 10).toFixed(1);
  return new HubbubError("rate_limited", {
    message: `${TOO_FAST[whose]}. Wait ${seconds} s and send it again`,
    retryAfterMs,
  });
}

/** Rate limit buckets of one user, session or address. */
export class RateLimits {
  readonly #rates: Rates;
  // Created on first use: most clients need few of them.
  #publishes: TokenBucket | undefined;
  #requests: TokenBucket | undefined;
  #joins: TokenBucket | undefined;
  #renames: TokenBucket | undefined;
  #strikes: TokenBucket | undefined;
  #bytes: TokenBucket | undefined;
  #refused: TokenBucket | undefined;
  #refusedRequests: TokenBucket | undefined;
  readonly #users: number;

  /**
   * @param rates The rates of one user.
   * @param users Number of users that share the buckets.
   */
  constructor(rates: Rates, users = 1) {
    this.#rates = rates;
    this.#users = users;
  }

  /**
   * Counts a frame, as 64 bytes at least.
   *
   * @param bytes Its length; 0 for a frame without content.
   * @returns 0 when its requests may run; else milliseconds to wait.
   */
  frame(bytes: number, now: Monotonic): number {
    this.#bytes ??= perSecond(this.#rates.bytes, BYTES_BURST_S, now);
    return this.#bytes.spend(Math.max(bytes, LEAST_FRAME), now);
  }

  /**
   * Counts a request.
   *
   * @param type Type of the request.
   * @param now The current time.
   * @param cost Its cost in requests, unless it is a message.
   * @returns 0 when it may run; else milliseconds to wait.
   */
  request(type: ClientRequest["type"], now: Monotonic, cost = 1): number {
    const { publish, request, join, rename } = this.#rates;
    if (type === "publish") {
      this.#publishes ??= perSecond(publish, PUBLISH_BURST_S, now);
      return this.#publishes.take(now);
    }
    this.#requests ??= perSecond(request, REQUEST_BURST_S, now);
    // Same limit as in settle().
    const most = Math.min(cost, request * REQUEST_BURST_S);
    const wait = this.#requests.spend(most, now);
    if (wait > 0) return wait;
    switch (type) {
      case "join":
        this.#joins ??= perMinute(join, now);
        return this.#joins.take(now);
      case "rename":
        this.#renames ??= perMinute(rename, now);
        return this.#renames.take(now);
      default:
        return 0;
    }
  }

  /**
   * Corrects the cost of a request that is not a message.
   *
   * @param expected The cost charged before.
   * @param actual The actual cost.
   */
  settle(expected: number, actual: number, now: Monotonic): void {
    this.#requests?.settle(expected, actual, now);
  }

  /**
   * Counts a rejected frame or request: reading and answering it still costs
   * work.
   *
   * @param bytes Length of the frame; 0 for a request.
   * @returns Whether the limit is exceeded and the connection must close.
   * Accepted frames in between do not reset it.
   */
  refuse(bytes: number, now: Monotonic): boolean {
    this.#refused ??= perSecond(this.#rates.bytes, BYTES_BURST_S, now);
    const wait = this.#refused.spend(Math.max(bytes, LEAST_REFUSED), now);
    if (bytes > 0) return wait > 0;
    const users = this.#users;
    this.#refusedRequests ??= new TokenBucket(
      REFUSED.perSecond * users,
      REFUSED.burst * users,
      now,
    );
    return this.#refusedRequests.take(now) > 0 || wait > 0;
  }

  /** Counts an invalid frame; returns true when it exceeds the limit. */
  strike(now: Monotonic): boolean {
    const { perSecond, burst } = STRIKES;
    this.#strikes ??= new TokenBucket(perSecond, burst, now);
    return this.#strikes.take(now) > 0;
  }

  /** Returns the milliseconds until every bucket is full. */
  fullIn(now: Monotonic): number {
    return Math.max(
      this.#publishes?.fullIn(now) ?? 0,
      this.#requests?.fullIn(now) ?? 0,
      this.#joins?.fullIn(now) ?? 0,
      this.#renames?.fullIn(now) ?? 0,
      this.#strikes?.fullIn(now) ?? 0,
      this.#bytes?.fullIn(now) ?? 0,
      this.#refused?.fullIn(now) ?? 0,
      this.#refusedRequests?.fullIn(now) ?? 0,
    );
  }
}

function perSecond(
  rate: number,
  burstS: number,
  now: Monotonic,
): TokenBucket {
  return new TokenBucket(rate, rate * burstS, now);
}

function perMinute(rate: number, now: Monotonic): TokenBucket {
  return new TokenBucket(rate / 60, Math.max(rate * RARE_BURST_MIN, 1), now);
}
