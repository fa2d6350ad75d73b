/**
 * How many requests, or requests of one kind, may be in progress at once, from
 * one address and in total: each holds a body or an answer in memory until its
 * client has sent or taken it. Pure.
 */

import { type Problem, tooManyRequests } from "./api/problem.ts";
import { networkOf } from "../runtime/ip_network.ts";
import type { Release } from "../runtime/resource_ledger.ts";

/** How many there may be. */
export interface RequestLimitsOptions {
  readonly total: number;
  /** From one address, or network of IPv6. */
  readonly perAddress: number;
  /** What is counted, for people; "requests" by default. */
  readonly what?: string;
}

/** The requests of one server. */
export class RequestLimits {
  readonly #options: RequestLimitsOptions;
  readonly #byNetwork = new Map<string, number>();
  #total = 0;

  constructor(options: RequestLimitsOptions) {
    this.#options = options;
  }

  /**
   * Counts one that begins.
   *
   * @param address Where it comes from.
   * @returns Counts its end; idempotent.
   * @throws {Problem} `too_many_requests`.
   */
  enter(address: string): Release {
    const network = networkOf(address) ?? address;
    const here = this.#byNetwork.get(network) ?? 0;
    const { total, perAddress, what = "requests" } = this.#options;
    if (here >= perAddress) throw tooMany(`${what} from your address`);
    if (this.#total >= total) throw tooMany(what);
    this.#count(network, 1);
    let open = true;
    return () => {
      if (open) this.#count(network, -1);
      open = false;
    };
  }

  #count(network: string, change: 1 | -1): void {
    this.#total += change;
    const here = (this.#byNetwork.get(network) ?? 0) + change;
    if (here === 0) this.#byNetwork.delete(network);
    else this.#byNetwork.set(network, here);
  }
}

function tooMany(what: string): Problem {
  return tooManyRequests(
    `Too many ${what} are in progress. Wait for their answers, or try again ` +
      "in a moment",
  );
}
