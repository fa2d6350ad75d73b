/**
 * Limits concurrent requests per address and in total: each holds a body or a
 * response in memory until the client has sent or read it. Pure.
 */

import { type Problem, tooManyRequests } from "./api/problem.ts";
import { networkKey } from "../runtime/ip_network.ts";
import type { Release } from "../runtime/resource_ledger.ts";

/** Limits on concurrent requests. */
export interface RequestLimitsOptions {
  readonly total: number;
  /** Maximum per address (or IPv6 network), and per other party. */
  readonly perAddress: number;
  /** What is counted, for error messages; "requests" by default. */
  readonly what?: string;
}

/** Concurrent requests of one server. */
export class RequestLimits {
  readonly #options: RequestLimitsOptions;
  readonly #byParty = new Map<string, number>();
  #total = 0;

  constructor(options: RequestLimitsOptions) {
    this.#options = options;
  }

  /**
   * Counts a request that starts.
   *
   * @param address The client's address.
   * @param parties Others with the same limit, such as `room garden` and `user
   * ada`.
   * @returns Ends the count; idempotent.
   * @throws {Problem} `too_many_requests`.
   */
  enter(address: string, parties: readonly string[] = []): Release {
    const network = networkKey(address);
    const { total, perAddress, what = "requests" } = this.#options;
    const isOver = (party: string) =>
      (this.#byParty.get(party) ?? 0) >= perAddress;
    if (isOver(network)) throw tooMany(`${what} from your address`);
    const full = parties.find(isOver);
    if (full !== undefined) {
      throw tooMany(`${what} of the same ${full.split(" ", 1)[0]}`);
    }
    if (this.#total >= total) throw tooMany(what);
    this.#count([network, ...parties], 1);
    let open = true;
    return () => {
      if (open) this.#count([network, ...parties], -1);
      open = false;
    };
  }

  #count(parties: readonly string[], change: 1 | -1): void {
    this.#total += change;
    for (const party of parties) {
      const here = (this.#byParty.get(party) ?? 0) + change;
      if (here === 0) this.#byParty.delete(party);
      else this.#byParty.set(party, here);
    }
  }
}

function tooMany(what: string): Problem {
  return tooManyRequests(
    `Too many ${what} are in progress. Wait for the responses and try again`,
  );
}
