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
  /** From one address, or network of IPv6, and of each other party. */
  readonly perAddress: number;
  /** What is counted, for people; "requests" by default. */
  readonly what?: string;
}

/** The requests of one server. */
export class RequestLimits {
  readonly #options: RequestLimitsOptions;
  readonly #byParty = new Map<string, number>();
  #total = 0;

  constructor(options: RequestLimitsOptions) {
    this.#options = options;
  }

  /**
   * Counts one that begins.
   *
   * @param address Where it comes from.
   * @param parties Others who have the same share, such as `room garden` and
   * `user ada`.
   * @returns Counts its end; idempotent.
   * @throws {Problem} `too_many_requests`.
   */
  enter(address: string, parties: readonly string[] = []): Release {
    const network = networkOf(address) ?? address;
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
