/**
 * What one connection may send: messages, bytes, requests of each kind, and
 * frames that make no sense. Pure: the time is passed in.
 */

import { HubbubError } from "../protocol/errors.ts";
import type { ClientRequest } from "../protocol/requests.ts";
import { TokenBucket } from "./limits.ts";

/** Frames that make no sense, a second and at once, before it is closed. */
const STRIKES = { perSecond: 2, burst: 50 };
/** Seconds' worth of bytes at once: half of the longest frame by default. */
const BYTES_BURST_S = 8;

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
  readonly #publishes: TokenBucket;
  readonly #requests: TokenBucket;
  readonly #joins: TokenBucket;
  readonly #renames: TokenBucket;
  readonly #strikes: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #mostRefused: number;
  /** Bytes refused since a frame was taken last. */
  #refused = 0;

  constructor({ publish, bytes, request, join, rename }: Rates, now: number) {
    const perSecond = (rate: number, burstS: number) =>
      new TokenBucket(rate, rate * burstS, now);
    const perMinute = (rate: number) =>
      new TokenBucket(rate / 60, Math.max(rate * RARE_BURST_MIN, 1), now);
    this.#publishes = perSecond(publish, PUBLISH_BURST_S);
    this.#requests = perSecond(request, REQUEST_BURST_S);
    this.#joins = perMinute(join);
    this.#renames = perMinute(rename);
    this.#strikes = new TokenBucket(STRIKES.perSecond, STRIKES.burst, now);
    this.#mostRefused = bytes * BYTES_BURST_S;
    this.#bytes = perSecond(bytes, BYTES_BURST_S);
  }

  /**
   * Counts a frame.
   *
   * @param bytes Its length.
   * @returns 0 when its requests may be carried out; else milliseconds to wait.
   */
  frame(bytes: number, now: number): number {
    const wait = this.#bytes.spend(bytes, now);
    this.#refused = wait === 0 ? 0 : this.#refused + bytes;
    return wait;
  }

  /** Whether it sends on and on what is refused: that has to be read too. */
  get flooding(): boolean {
    return this.#refused > this.#mostRefused;
  }

  /**
   * Counts a request.
   *
   * @throws {HubbubError} `rate_limited`.
   */
  request(type: ClientRequest["type"], now: number): void {
    const wait = this.#wait(type, now);
    if (wait > 0) throw tooFast(wait);
  }

  /** Counts a frame that makes no sense; true when it was one too many. */
  strike(now: number): boolean {
    return this.#strikes.take(now) > 0;
  }

  #wait(type: ClientRequest["type"], now: number): number {
    if (type === "publish") return this.#publishes.take(now);
    const wait = this.#requests.take(now);
    if (wait > 0) return wait;
    switch (type) {
      case "join":
        return this.#joins.take(now);
      case "rename":
        return this.#renames.take(now);
      default:
        return 0;
    }
  }
}
