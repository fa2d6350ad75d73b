/**
 * What one connection may send: as much as is left to its user or session, and
 * to its address. Which allowances these are, rate_pool.ts says.
 */

import { type RateLimits, tooFast } from "./rate_limits.ts";
import type { Clock, Monotonic } from "../runtime/clock.ts";
import type { ClientRequest } from "../../protocol/requests.ts";

/** Who a connection is: a user by a token, or a session of a guest. */
export type Owner =
  | { readonly user: string }
  | { readonly session: string };

/** What a connection knows of its rates. */
interface Lease {
  readonly own: () => RateLimits;
  readonly address: RateLimits;
  become(owner: Owner): void;
  end(): void;
}

/** The rates of one connection. */
export class ConnectionRates {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #lease: Lease;
  #flooding = false;
  #ended = false;

  constructor(clock: Pick<Clock, "monotonic">, lease: Lease) {
    this.#clock = clock;
    this.#lease = lease;
  }

  /** Whether so much was refused that the connection has to end. */
  get flooding(): boolean {
    return this.#flooding;
  }

  /**
   * Counts a frame.
   *
   * @param bytes Its length.
   * @returns 0 when its requests may be carried out; else milliseconds to wait.
   */
  frame(bytes: number): number {
    const now = this.#clock.monotonic();
    const own = this.#lease.own();
    // What is refused does not use up what others at the address may send.
    const wait = own.frame(bytes, now) || this.#lease.address.frame(bytes, now);
    if (wait > 0) this.#refuse(bytes, now);
    return wait;
  }

  /**
   * Counts a request.
   *
   * @param type What is asked for.
   * @param cost How many requests it counts as, if it is no message.
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
   * Corrects what a request has counted as.
   *
   * @param expected What it was counted as.
   * @param actual What it turned out to cost.
   */
  settle(expected: number, actual: number): void {
    if (expected === actual) return;
    const now = this.#clock.monotonic();
    this.#lease.own().settle(expected, actual, now);
    this.#lease.address.settle(expected, actual, now);
  }

  /** Counts a request that is refused because it came too fast. */
  refuse(): void {
    this.#refuse(0, this.#clock.monotonic());
  }

  /** Counts for its address too: many connections may each stay below. */
  #refuse(bytes: number, now: Monotonic): void {
    const all = this.#lease.address.refuse(bytes, now);
    this.#flooding ||= this.#lease.own().refuse(bytes, now) || all;
  }

  /** Counts a frame that makes no sense; true when it was one too many. */
  strike(): boolean {
    return this.#lease.own().strike(this.#clock.monotonic());
  }

  /** The connection is somebody's from now on. */
  become(owner: Owner): void {
    if (!this.#ended) this.#lease.become(owner);
  }

  /** The connection has ended. Harmless when called again. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#lease.end();
  }
}
