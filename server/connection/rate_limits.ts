/**
 * How much may be sent: messages, bytes, requests of each kind, and frames that
 * make no sense. Whose this is, connection/rate_pool.ts knows. Pure: the time
 * is passed in.
 */

import { HubbubError } from "../../protocol/errors.ts";
import type { ClientRequest } from "../../protocol/requests.ts";
import type { Monotonic } from "../runtime/clock.ts";
import { TokenBucket } from "../runtime/token_bucket.ts";

/** Frames that make no sense, a second and at once, before it is closed. */
const STRIKES = { perSecond: 2, burst: 50 };
/** Seconds' worth of bytes at once: half of the longest frame by default. */
const BYTES_BURST_S = 8;
/** Bytes that a frame costs at least, an empty one too: each has to be read,
 * unmasked and handled, which takes about as long as so many bytes more. */
const LEAST_FRAME = 64;

/** Bytes that what is refused costs at least, be it a frame or a request: it is
 * answered with why. */
const LEAST_REFUSED = 512;

/** Requests that are refused because they came too fast, a second and at once,
 * before the connection is closed. All of a full frame may be refused: its
 * sender is told so before it goes. */
const REFUSED = { perSecond: 20, burst: 1_024 };

/** Seconds' worth of messages at once. */
const PUBLISH_BURST_S = 3;
/** Seconds' worth of other requests at once. */
const REQUEST_BURST_S = 10;
/** Minutes' worth of joins and of changes of a name at once. By default these
 * are all rooms of a client that has just come back. */
const RARE_BURST_MIN = 1 / 3;

/** How much one user may send; 0 is no limit. */
export interface Rates {
  /** Messages a second. */
  readonly publish: number;
  /** Bytes a second. */
  readonly bytes: number;
  /** Requests that are no messages, a second. */
  readonly request: number;
  /** Joins, which cost a read of the store, a minute. */
  readonly join: number;
  /** Changes of a name, each told to everyone in all of its rooms, a minute. */
  readonly rename: number;
}

/** An address may do as much as so many users who each do all they may: a
 * class behind one address must not notice that there is a limit. */
export const ADDRESS_FACTOR = 50;

/** What all from one address together may send. */
export function ratesOfAddress(rates: Rates): Rates {
  return {
    publish: rates.publish * ADDRESS_FACTOR,
    bytes: rates.bytes * ADDRESS_FACTOR,
    request: rates.request * ADDRESS_FACTOR,
    join: rates.join * ADDRESS_FACTOR,
    rename: rates.rename * ADDRESS_FACTOR,
  };
}

/** Who sends too fast. */
const TOO_FAST = {
  self: "You are sending too fast",
  address: "Your address is sending too much",
} as const;

/**
 * Makes the error for a client that has to wait.
 *
 * @param retryAfterMs How long.
 * @param whose Whose limit it is.
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

/** What is left of the rates of one user, session or address. */
export class RateLimits {
  readonly #rates: Rates;
  // Made when they are needed, and full until then: most clients need few.
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
   * @param rates How much may be sent.
   * @param users How many users that is for.
   */
  constructor(rates: Rates, users = 1) {
    this.#rates = rates;
    this.#users = users;
  }

  /**
   * Counts a frame, as 64 bytes at least.
   *
   * @param bytes Its length; 0 for one that carries nothing.
   * @returns 0 when its requests may be carried out; else milliseconds to wait.
   */
  frame(bytes: number, now: Monotonic): number {
    this.#bytes ??= perSecond(this.#rates.bytes, BYTES_BURST_S, now);
    return this.#bytes.spend(Math.max(bytes, LEAST_FRAME), now);
  }

  /**
   * Counts a request.
   *
   * @param type What is asked for.
   * @param now The moment.
   * @param cost How many requests it counts as, if it is no message.
   * @returns 0 when it may be carried out; else milliseconds to wait.
   */
  request(type: ClientRequest["type"], now: Monotonic, cost = 1): number {
    const { publish, request, join, rename } = this.#rates;
    if (type === "publish") {
      this.#publishes ??= perSecond(publish, PUBLISH_BURST_S, now);
      return this.#publishes.take(now);
    }
    this.#requests ??= perSecond(request, REQUEST_BURST_S, now);
    // As settle() counts it.
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
   * Corrects what a request that is no message has counted as.
   *
   * @param expected What it was counted as.
   * @param actual What it turned out to cost.
   */
  settle(expected: number, actual: number, now: Monotonic): void {
    this.#requests?.settle(expected, actual, now);
  }

  /**
   * Counts what was refused: it had to be read all the same, and is answered.
   *
   * @param bytes Of a frame; 0 for a request.
   * @returns Whether as much was refused as is allowed: then the connection has
   * to end. What is allowed in between, as small frames always are, is no
   * excuse.
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

  /** Counts a frame that makes no sense; true when it was one too many. */
  strike(now: Monotonic): boolean {
    const { perSecond, burst } = STRIKES;
    this.#strikes ??= new TokenBucket(perSecond, burst, now);
    return this.#strikes.take(now) > 0;
  }

  /** Returns the milliseconds until nothing is missing any more. */
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
