/**
 * Rate limits of one connection: what its user or session, and its address,
 * have left. rate_pool.ts decides which buckets apply.
 */

import { type RateLimits, tooFast } from "./rate_limits.ts";
import type { Clock, Monotonic } from "../runtime/clock.ts";
import type { ClientRequest } from "../../protocol/requests.ts";

/** Owner of a connection: a user with a token, or a guest's session. */
export type Owner =
  | { readonly user: string }
  | { readonly session: string };

/** The buckets that apply to a connection. */
interface Lease {
  readonly own: () => RateLimits;
  readonly address: RateLimits;
  become(owner: Owner): void;
  end(): void;
}

/** Rate limits of one connection. */
export class ConnectionRates {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #lease: Lease;
  #flooding = false;
  #ended = false;

  constructor(clock: Pick<Clock, "monotonic">, lease: Lease) {
    this.#clock = clock;
    this.#lease = lease;
  }

  /** Whether so many requests were rejected that the connection must close. */
  get flooding(): boolean {
    return this.#flooding;
  }

  /**
   * Counts a frame.
   *
   * @param bytes Its length.
   * @returns 0 when its requests may run; else milliseconds to wait.
   */
  frame(bytes: number): number {
    const now = this.#clock.monotonic();
    const own = this.#lease.own();
    // A frame rejected here does not use up the address's budget.
    const wait = own.frame(bytes, now) || this.#lease.address.frame(bytes, now);
    if (wait > 0) this.#refuse(bytes, now);
    return wait;
  }

  /**
   * Counts a request.
   *
   * @param type Type of the request.
   * @param cost Its cost in requests, unless it is a message.
   * @throws {HubbubError} `rate_limited`.
   */
  request(type: ClientRequest["type"], cost = 1): void {
    const now = this.#clock.monotonic();
    const wait = this.#lease.own().request(type, now, cost);
    if (wait > 0) throw tooFast(wait);
    const waitAll = this.#lease.address.request(type, now, cost);
    if (waitAll > 0) throw tooFast(waitAll, "address");
  }

  /**
   * Corrects the cost of a request.
   *
   * @param expected The cost charged before.
   * @param actual The actual cost.
   */
  settle(expected: number, actual: number): void {
    if (expected === actual) return;
    const now = this.#clock.monotonic();
    this.#lease.own().settle(expected, actual, now);
    this.#lease.address.settle(expected, actual, now);
  }

  /** Counts a request rejected by a rate limit. */
  refuse(): void {
    this.#refuse(0, this.#clock.monotonic());
  }

  /** Counts for the address too: many connections could each stay under the
   * limit. */
  #refuse(bytes: number, now: Monotonic): void {
    const all = this.#lease.address.refuse(bytes, now);
    this.#flooding ||= this.#lease.own().refuse(bytes, now) || all;
  }

  /** Counts an invalid frame; returns true when it exceeds the limit. */
  strike(): boolean {
    return this.#lease.own().strike(this.#clock.monotonic());
  }

  /** Assigns the connection to its owner. */
  become(owner: Owner): void {
    if (!this.#ended) this.#lease.become(owner);
  }

  /** Releases the buckets; idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#lease.end();
  }
}
