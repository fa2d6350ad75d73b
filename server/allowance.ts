/**
 * What one connection may send: messages, bytes, requests of each kind, and
 * frames that make no sense. Pure: the time is passed in.
 */

import { HubbubError } from "../protocol/errors.ts";
import type { ClientRequest } from "../protocol/requests.ts";
import type { Monotonic } from "./clock.ts";
import { TokenBucket } from "./limits.ts";

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

/** Seconds' worth of messages at once. */
const PUBLISH_BURST_S = 3;
/** Seconds' worth of other requests at once. */
const REQUEST_BURST_S = 10;
/** Minutes' worth of joins and of changes of a name at once. By default these
 * are all rooms of a client that has just come back. */
const RARE_BURST_MIN = 1 / 3;

/** How much one connection may send; 0 is no limit. */
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

/**
 * The error for who has to wait.
 *
 * @param retryAfterMs How long.
 */
export function tooFast(retryAfterMs: number): HubbubError {
  const seconds = (retryAfterMs / 1000).toFixed(1);
  return new HubbubError("rate_limited", {
    message: `Too fast. Wait ${seconds} s and send it again`,
    retryAfterMs,
  });
}

/** The limits of one connection. */
export class Allowance {
  readonly #rates: Rates;
  // Made when they are needed, and full until then: most connections need few.
  #publishes: TokenBucket | undefined;
  #requests: TokenBucket | undefined;
  #joins: TokenBucket | undefined;
  #renames: TokenBucket | undefined;
  #strikes: TokenBucket | undefined;
  #bytes: TokenBucket | undefined;
  /** Counts what is refused: it has to be read all the same. */
  #refused: TokenBucket | undefined;
  #flooding = false;

  constructor(rates: Rates) {
    this.#rates = rates;
  }

  /**
   * Counts a frame, as 64 bytes at least.
   *
   * @param bytes Its length; 0 for one that carries nothing.
   * @returns 0 when its requests may be carried out; else milliseconds to wait.
   */
  frame(bytes: number, now: Monotonic): number {
    this.#bytes ??= perSecond(this.#rates.bytes, BYTES_BURST_S, now);
    const cost = Math.max(bytes, LEAST_FRAME);
    const wait = this.#bytes.spend(cost, now);
    if (wait > 0) this.#refuse(bytes, now);
    return wait;
  }

  /** Whether as much was refused as is allowed: that has to be read too, and
   * answered. What is allowed in between, as small frames always are, is no
   * excuse. */
  get flooding(): boolean {
    return this.#flooding;
  }

  /**
   * Counts a request.
   *
   * @throws {HubbubError} `rate_limited`.
   */
  request(type: ClientRequest["type"], now: Monotonic): void {
    const wait = this.#wait(type, now);
    if (wait === 0) return;
    this.#refuse(0, now);
    throw tooFast(wait);
  }

  /** Counts a frame that makes no sense; true when it was one too many. */
  strike(now: Monotonic): boolean {
    const { perSecond, burst } = STRIKES;
    this.#strikes ??= new TokenBucket(perSecond, burst, now);
    return this.#strikes.take(now) > 0;
  }

  #refuse(bytes: number, now: Monotonic): void {
    this.#refused ??= perSecond(this.#rates.bytes, BYTES_BURST_S, now);
    const cost = Math.max(bytes, LEAST_REFUSED);
    this.#flooding ||= this.#refused.spend(cost, now) > 0;
  }

  #wait(type: ClientRequest["type"], now: Monotonic): number {
    const { publish, request, join, rename } = this.#rates;
    if (type === "publish") {
      this.#publishes ??= perSecond(publish, PUBLISH_BURST_S, now);
      return this.#publishes.take(now);
    }
    this.#requests ??= perSecond(request, REQUEST_BURST_S, now);
    const wait = this.#requests.take(now);
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
}

function perSecond(rate: number, burstS: number, now: Monotonic): TokenBucket {
  return new TokenBucket(rate, rate * burstS, now);
}

function perMinute(rate: number, now: Monotonic): TokenBucket {
  return new TokenBucket(rate / 60, Math.max(rate * RARE_BURST_MIN, 1), now);
}
