/**
 * What one connection may send: messages, bytes, requests of each kind, and
 * frames that make no sense. Pure: the time is passed in.
 */

import { HubbubError } from "../protocol/errors.ts";
import type { ClientRequest } from "../protocol/events.ts";
import { TokenBucket } from "./limits.ts";

/** Requests that are no messages, a second and at once. */
const REQUESTS = { perSecond: 20, burst: 200 };
/** Joins, which cost a read of the store. At once: all rooms of a client that
 * has just come back. */
const JOINS = { perSecond: 5, burst: 100 };
/** Changes of a name, each told to everyone in all of its rooms. */
const RENAMES = { perSecond: 0.5, burst: 10 };
/** Frames that make no sense, a second and at once, before it is closed. */
const STRIKES = { perSecond: 2, burst: 50 };
/** Seconds' worth of bytes at once: half of the longest frame by default. */
const BYTES_BURST_S = 8;

/** What is set by who runs the server. */
export interface AllowanceOptions {
  /** Messages a second; 0 is no limit. */
  readonly rate: number;
  /** Bytes a second; 0 is no limit. */
  readonly byteRate: number;
}

function bucket(
  { perSecond, burst }: { perSecond: number; burst: number },
  now: number,
): TokenBucket {
  return new TokenBucket(perSecond, burst, now);
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

  constructor({ rate, byteRate }: AllowanceOptions, now: number) {
    this.#publishes = new TokenBucket(rate, rate * 3, now);
    this.#requests = bucket(REQUESTS, now);
    this.#joins = bucket(JOINS, now);
    this.#renames = bucket(RENAMES, now);
    this.#strikes = bucket(STRIKES, now);
    this.#mostRefused = byteRate * BYTES_BURST_S;
    this.#bytes = new TokenBucket(byteRate, this.#mostRefused, now);
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
