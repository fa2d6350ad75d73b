/**
 * The TCP connections of a Node server, with and without a request: counts
 * them to their end, and cuts off at once what is too many. Who is told
 * something, and over what, is for others: this is for those that say nothing.
 */

import type { Socket } from "node:net";
import type { ResourceLedger } from "../runtime/resource_ledger.ts";
import { networkOf } from "../runtime/ip_network.ts";
import type { Descriptors } from "./descriptors.ts";

/** What a connection can find no room for. */
export type TcpLimit = "tcpTotal" | "tcpPerAddress" | "descriptors";

/** How many there may be. */
export interface TcpLimits {
  readonly total: number;
  /** Of one address, or network of IPv6. */
  readonly perAddress: number;
  /** Counts the descriptors that are left; unlimited without it. */
  readonly descriptors?: Descriptors | undefined;
  /** Told of each that is cut off. */
  readonly onFull: (limit: TcpLimit) => void;
}

/** The connections of one server. */
export class TcpConnections {
  readonly #limits: TcpLimits;
  readonly #ledger: Pick<ResourceLedger, "open">;
  readonly #byPlace = new Map<string, number>();
  #total = 0;

  constructor(limits: TcpLimits, ledger: Pick<ResourceLedger, "open">) {
    this.#limits = limits;
    this.#ledger = ledger;
  }

  /** Counts a connection that was accepted, or cuts it off.
   * @returns Why it was cut off, if it was. */
  add(socket: Socket): TcpLimit | undefined {
    const address = socket.remoteAddress ?? "";
    const place = networkOf(address) ?? address;
    const here = this.#byPlace.get(place) ?? 0;
    const limit = this.#reached(here);
    if (limit !== undefined) {
      this.#limits.onFull(limit);
      socket.destroy();
      return limit;
    }
    const closed = this.#ledger.open("connection");
    this.#total++;
    this.#byPlace.set(place, here + 1);
    socket.once("close", () => {
      closed();
      this.#total--;
      const left = (this.#byPlace.get(place) ?? 0) - 1;
      if (left === 0) this.#byPlace.delete(place);
      else this.#byPlace.set(place, left);
    });
    return undefined;
  }

  #reached(here: number): TcpLimit | undefined {
    const { total, perAddress, descriptors } = this.#limits;
    if (this.#total >= total) return "tcpTotal";
    if (here >= perAddress) return "tcpPerAddress";
    if (descriptors?.hasRoomFor(this.#total + 1) === false) {
      return "descriptors";
    }
    return undefined;
  }
}
