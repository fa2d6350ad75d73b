/**
 * Rate limits of HTTP requests per address and kind. Every request is counted
 * before any other work. Pure: time comes from the clock passed in.
 */

import { tooFast } from "../connection/rate_limits.ts";
import type { Clock } from "../runtime/clock.ts";
import { networkKey } from "../runtime/ip_network.ts";
import { Buckets, type Settlement } from "../runtime/token_bucket.ts";

/** Maximum addresses tracked per kind. */
const MOST_ADDRESSES = 10_000;

/**
 * Kind of a request: page files (a page needs about ten at once), health
 * probes, requests with an oversized head, or anything else. Each kind has its
 * own rate limit, so one kind cannot use up another's.
 */
export type RequestKind = "file" | "probe" | "faulty" | "other";

/**
 * Rate and burst of each kind: a multiple of `--http-rate`, and seconds of that
 * rate. The file burst lets 300 people behind one address open the page at
 * once.
 */
const KINDS: Readonly<Record<RequestKind, { times: number; burstS: number }>> =
  {
    file: { times: 3, burstS: 10 },
    probe: { times: 1, burstS: 3 },
    faulty: { times: 1, burstS: 3 },
    other: { times: 1, burstS: 3 },
  };

/** Rate limits of the HTTP requests of one server. */
export class RequestRates {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #kinds: Readonly<Record<RequestKind, Buckets>>;

  /**
   * @param perSecond Requests per second of one address or IPv6 network; 0
   * means no limit.
   * @param clock The monotonic clock.
   */
  constructor(perSecond: number, clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    const bucketsOf = ({ times, burstS }: typeof KINDS[RequestKind]) =>
      new Buckets({
        perSecond: perSecond * times,
        burst: perSecond * times * burstS,
        most: MOST_ADDRESSES,
      });
    this.#kinds = {
      file: bucketsOf(KINDS.file),
      probe: bucketsOf(KINDS.probe),
      faulty: bucketsOf(KINDS.faulty),
      other: bucketsOf(KINDS.other),
    };
  }

  /**
   * Counts a request.
   *
   * @param address The client's address, such as `192.0.2.7`.
   * @param kind Kind of the request.
   * @throws {HubbubError} `rate_limited`.
   */
  count(address: string, kind: RequestKind): void {
    const now = this.#clock.monotonic();
    const waitMs = this.#kinds[kind].take(networkKey(address), now);
    if (waitMs > 0) throw tooFast(waitMs);
  }

  /**
   * Charges a request that turned out to cost more than one.
   *
   * @param address The client's address.
   * @param cost Its total cost, in requests.
   */
  settle(address: string, cost: Settlement): void {
    const now = this.#clock.monotonic();
    this.#kinds.other.settle(networkKey(address), cost, now);
  }
}
