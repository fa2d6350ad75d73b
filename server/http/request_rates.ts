/**
 * How many HTTP requests an address may send, by what they ask for. Every
 * request is counted here before anything else is done for it. Pure: time comes
 * from the clock passed in.
 */

import { tooFast } from "../connection/rate_limits.ts";
import type { Clock } from "../runtime/clock.ts";
import { placeOf } from "../runtime/ip_network.ts";
import { Buckets } from "../runtime/token_bucket.ts";

/** Addresses whose rates are kept in mind, of each kind. */
const MOST_ADDRESSES = 10_000;

/**
 * What a request asks for: files of the pages, of which a page needs about ten
 * at once; the server's health; or anything else. One whose head is too long is
 * faulty, whatever it asks for. Each kind has a rate of its own, so that many
 * requests of one do not use up that of another.
 */
export type RequestKind = "file" | "probe" | "faulty" | "other";

/** How many times as many of a kind as `--http-rate` says, and how many seconds'
 * worth of that at once. 300 people behind one address who open the page at the
 * same time get all its files. */
const KINDS: Readonly<Record<RequestKind, { times: number; burstS: number }>> =
  {
    file: { times: 3, burstS: 10 },
    probe: { times: 1, burstS: 3 },
    faulty: { times: 1, burstS: 3 },
    other: { times: 1, burstS: 3 },
  };

/** The rates of the HTTP requests of one server. */
export class RequestRates {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #kinds: Readonly<Record<RequestKind, Buckets>>;

  /**
   * @param perSecond Requests a second of one address, or IPv6 network; 0 is no
   * limit.
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
   * @param address Where it comes from, such as `192.0.2.7`.
   * @param kind What it asks for.
   * @throws {HubbubError} `rate_limited`.
   */
  count(address: string, kind: RequestKind): void {
    const now = this.#clock.monotonic();
    const waitMs = this.#kinds[kind].take(placeOf(address), now);
    if (waitMs > 0) throw tooFast(waitMs);
  }

  /**
   * Counts more for a request that was counted as one.
   *
   * @param address Where it comes from.
   * @param cost What it counts as, in requests.
   */
  settle(address: string, cost: Settlement): void {
    const now = this.#clock.monotonic();
    this.#kinds.other.settle(placeOf(address), cost, now);
  }
}

/** What a request was counted as, and what it turns out to count as. */
export interface Settlement {
  readonly expected: number;
  readonly actual: number;
}
